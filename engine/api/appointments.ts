import {
  approveAppointment,
  cancelAppointment,
  declineAppointment,
  rescheduleAppointment,
} from '../calendar/index.ts';
import { appointmentAnswer } from './answers.ts';
import type { appointmentMethods, holidayMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

/** Appointments and the days on which the weekly hours do not hold. */
export const appointmentDesk = ({
  box,
  clock,
  ids,
}: DeskParts): Pick<Desk, keyof typeof appointmentMethods | keyof typeof holidayMethods> => ({
  'appointment.move': ({ id, query: { tenant }, body: { startsAtMs } }) => {
    const move = { appointmentId: id, startsAtMs, callId: null };
    const moved = rescheduleAppointment(box.tenant(tenant), move, { clock, ids });
    return { appointment: appointmentAnswer(moved, tenant) };
  },
  'appointment.cancel': ({ id, query: { tenant } }) => {
    const cancelled = cancelAppointment(box.tenant(tenant), { appointmentId: id, callId: null }, { clock });
    return { appointment: appointmentAnswer(cancelled, tenant) };
  },
  'appointment.approve': ({ id, query: { tenant } }) => ({
    appointment: appointmentAnswer(approveAppointment(box.tenant(tenant), id, { clock }), tenant),
  }),
  'appointment.decline': ({ id, query: { tenant } }) => ({
    appointment: appointmentAnswer(declineAppointment(box.tenant(tenant), id, { clock }), tenant),
  }),
  'holiday.list': ({ id }) => ({ holidays: box.tenant(id).holidays.list() }),
  'holiday.add': ({ id, body }) => {
    box.tenant(id).holidays.add(body);
    return { holiday: body };
  },
  'holiday.remove': ({ id, query }) => {
    box.tenant(query.tenant).holidays.remove(id);
    return { removed: true };
  },
});
