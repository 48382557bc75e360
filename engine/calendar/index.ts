export type { OpeningHours } from './availability.ts';
export { isOpen, isWithinHours, nextOpening } from './availability.ts';
export type { BookingRequest, HoldRequest } from './booking.ts';
export { bookAppointment, holdOpening } from './booking.ts';
export type { CalendarAccount, CalendarSync, CalendarToLink, FoundCalendar } from './caldav/sync.ts';
export { startCalendarSync } from './caldav/sync.ts';
export type { RescheduleRequest } from './changes.ts';
export {
  approveAppointment,
  cancelAppointment,
  declineAppointment,
  rescheduleAppointment,
  restoreAppointment,
} from './changes.ts';
export { findAppointments, namesMatch } from './customer.ts';
export type { Business } from './ics.ts';
export { icsOf } from './ics.ts';
export type { Mailer, MailerParts, MailingTenant } from './mail.ts';
export { sendTrialMail, startMailer } from './mail.ts';
export {
  changeCalendarSettings,
  dueReminders,
  handOverReminders,
  remindersByTelephone,
} from './notices.ts';
export type { AlternativesRequest, Opening, OpeningRequest } from './openings.ts';
export { alternatives, findOpenings } from './openings.ts';
