import {
  alternatives,
  approveAppointment,
  bookAppointment,
  cancelAppointment,
  declineAppointment,
  findOpenings,
  holdOpening,
  rescheduleAppointment,
  restoreAppointment,
} from '../calendar/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { TenantStore } from '../store/index.ts';
import { appointmentAnswer } from './answers.ts';
import type { appointmentMethods, holidayMethods, serviceMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';
import type { Asked } from './method-server.ts';

type Methods = keyof typeof appointmentMethods | keyof typeof holidayMethods | keyof typeof serviceMethods;

/** What the desk holds is nothing that a call could let go, or the other way round. */
const holderOf = (holdId: string): string => `desk:${holdId}`;

/** Appointments, what can be booked, and the days on which the weekly hours do not hold. */
export const appointmentDesk = (parts: DeskParts): Pick<Desk, Methods> => ({
  ...bookingDesk(parts),
  ...changeDesk(parts),
  ...offerDesk(parts),
});

type Booking = 'appointment.book' | 'appointment.openings' | 'appointment.hold' | 'appointment.release';

const bookingDesk = ({ box, clock, ids }: DeskParts): Pick<Desk, Booking> => ({
  'appointment.book': ({ id, body: { note, holdId, ...given } }) => {
    const details: Readonly<Record<string, string>> = note ? { note } : {};
    const request = {
      ...{ ...given, callId: null, approved: true, details },
      ...(holdId === undefined ? {} : { holder: holderOf(holdId) }),
    };
    return { appointment: appointmentAnswer(bookAppointment(box.tenant(id), request, { clock, ids }), id) };
  },
  'appointment.openings': ({ id, query }) => ({ openings: openingsFor(box.tenant(id), query, clock) }),
  'appointment.hold': ({ id, body: { holdId, ...place } }) =>
    holdOpening(box.tenant(id), { ...place, callId: holderOf(holdId) }, { clock, ids }),
  'appointment.release': ({ id, query: { tenant } }) => {
    box.tenant(tenant).holds.release(holderOf(id));
    return { released: true };
  },
});

function openingsFor(
  tenant: TenantStore,
  query: Asked<'appointment.openings'>['query'],
  clock: DeskParts['clock'],
) {
  const { service: serviceId, staff: staffId, appointment, from, to, near, limit } = query;
  const asked = { serviceId, staffId, appointmentId: appointment ?? null, limit };
  if (near !== undefined) return alternatives(tenant, { ...asked, nearMs: near }, clock);
  if (from === undefined || to === undefined) {
    throw new VoxboxError('input_invalid', 'from, to: say between which times, or near which one');
  }
  return findOpenings(tenant, { ...asked, fromMs: from, toMs: to }, clock);
}

type Change =
  | 'appointment.move'
  | 'appointment.cancel'
  | 'appointment.approve'
  | 'appointment.decline'
  | 'appointment.restore';

const changeDesk = ({ box, clock, ids }: DeskParts): Pick<Desk, Change> => ({
  'appointment.move': ({ id, query: { tenant }, body: { startsAtMs, staffId } }) => {
    const move = { appointmentId: id, startsAtMs, staffId, callId: null };
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
  'appointment.restore': ({ id, query: { tenant }, body: { status } }) => {
    const restored = restoreAppointment(box.tenant(tenant), { appointmentId: id, status }, { clock });
    return { appointment: appointmentAnswer(restored, tenant) };
  },
});

const offerDesk = ({
  box,
}: DeskParts): Pick<Desk, keyof typeof holidayMethods | keyof typeof serviceMethods> => ({
  'holiday.list': ({ id }) => ({ holidays: box.tenant(id).holidays.list() }),
  'holiday.add': ({ id, body }) => {
    box.tenant(id).holidays.add(body);
    return { holiday: body };
  },
  'holiday.remove': ({ id, query }) => {
    box.tenant(query.tenant).holidays.remove(id);
    return { removed: true };
  },
  'service.list': ({ id }) => ({
    services: box
      .tenant(id)
      .profile()
      .services.map((service) => ({
        ...{ bufferBeforeMinutes: 0, bufferAfterMinutes: 0, capacity: 1, staffIds: [] },
        ...service,
      })),
  }),
  'staff.list': ({ id }) => ({
    staff: box
      .tenant(id)
      .profile()
      .staff.map((member) => ({ hours: [], ...member })),
  }),
  'hours.read': ({ id }) => ({ hours: box.tenant(id).profile().hours }),
});
