import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventStatus,
} from 'ical-generator';
import type { Appointment } from '../store/index.ts';
import { uidOf } from './caldav/event.ts';

/** The business as its customers are told of it. */
export interface Business {
  readonly name: string;
  /** IANA zone in which times are told. */
  readonly timeZone: string;
  readonly address: string | null;
  /** The organiser of invitations. */
  readonly email: string | null;
  /** BCP 47, for the way dates are written; absent: en-US. */
  readonly language?: string;
}

/**
 * An appointment as a calendar takes it in (RFC 5545, RFC 5546): the UID is that of the appointment for good, the
 * SEQUENCE rises with each change. Times are in UTC, the one form that no calendar can take for another hour; each
 * shows them in its own zone.
 */
export function icsOf(appointment: Appointment, business: Business, method: 'REQUEST' | 'CANCEL'): string {
  const { customerName, customerEmail, staffName, changedAtMs } = appointment;
  const calendar = ical({
    prodId: { company: 'Voxbox', product: 'Voxbox', language: 'EN' },
    method: method === 'CANCEL' ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST,
  });
  const event = calendar.createEvent({
    id: uidOf(appointment.id),
    sequence: appointment.revision,
    stamp: new Date(changedAtMs),
    created: new Date(appointment.createdAtMs),
    lastModified: new Date(changedAtMs),
    start: new Date(appointment.startsAtMs),
    end: new Date(appointment.endsAtMs),
    summary: `${appointment.serviceName}, ${business.name}`,
    description: `${whenOf(appointment, business)}${staffName === business.name ? '' : `\nwith ${staffName}`}`,
    status: statusOf(appointment, method),
  });
  if (business.address !== null) event.location(business.address);
  if (business.email !== null) event.organizer({ name: business.name, email: business.email });
  if (customerEmail !== null) {
    // The customer asked for this time: no answer is waited for.
    event.createAttendee({
      name: customerName,
      email: customerEmail,
      role: ICalAttendeeRole.REQ,
      status: ICalAttendeeStatus.ACCEPTED,
      rsvp: false,
    });
  }
  return calendar.toString();
}

function statusOf({ status }: Appointment, method: 'REQUEST' | 'CANCEL'): ICalEventStatus {
  if (method === 'CANCEL' || status === 'cancelled') return ICalEventStatus.CANCELLED;
  return status === 'draft' ? ICalEventStatus.TENTATIVE : ICalEventStatus.CONFIRMED;
}

/** For example "Monday, November 23, 2026 at 9:00 AM EST". */
export const whenOf = (
  { startsAtMs }: Pick<Appointment, 'startsAtMs'>,
  { timeZone, language = 'en-US' }: Business,
): string =>
  new Intl.DateTimeFormat(language, {
    weekday: 'long',
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    timeZone,
  })
    .format(startsAtMs)
    // Narrow spaces look like dirt in plain text.
    .replace(/\u202f/g, ' ');
