import type {
  Appointment,
  BookRequest,
  BusyTime,
  HoldRequest,
  Holiday,
  Opening,
  OpenSpan,
  Service,
  Staff,
} from '../../../engine/api/contract/index.ts';
import { paths } from '../../../engine/api/contract/paths.ts';
import { type Answer, ask, json, most, ofTenant, withId, withQuery } from '../asking.ts';

type OneAppointment = Promise<Answer<{ appointment: Appointment }>>;

export interface OpeningsAsked {
  readonly service: string;
  readonly staff?: string | null;
  /** The appointment that is to be moved. */
  readonly appointment?: string | null;
}

const given = (query: Readonly<Record<string, string | number | null | undefined>>) =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value === null || value === undefined ? [] : [[name, value]],
    ),
  );

/** A random UUID (RFC 9562 §5.4), also where the page is not reached by https. */
export function newHoldId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes]
    .map((byte, i) => (i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte))
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export const calendarClient = {
  appointments: (
    tenant: string,
    span: { readonly fromMs: number; readonly toMs: number },
    which: { readonly q?: string; readonly caller?: string } = {},
  ) =>
    ask<{ appointments: Appointment[]; busy: BusyTime[] }>(
      withQuery(paths['appointment.list'], {
        ...{ tenant, from: Math.max(0, span.fromMs), to: span.toMs, limit: most },
        ...which,
      }),
    ),
  services: (tenant: string) => ask<{ services: Service[] }>(withId('service.list', tenant)),
  staff: (tenant: string) => ask<{ staff: Staff[] }>(withId('staff.list', tenant)),
  hours: (tenant: string) => ask<{ hours: OpenSpan[] }>(withId('hours.read', tenant)),
  holidays: (tenant: string) => ask<{ holidays: Holiday[] }>(withId('holiday.list', tenant)),
  openings: (
    tenant: string,
    asked: OpeningsAsked,
    when: { readonly from: number; readonly to: number; readonly limit?: number } | { readonly near: number },
  ) =>
    ask<{ openings: Opening[] }>(
      withQuery(
        withId('appointment.openings', tenant),
        given({ ...asked, ...('near' in when ? { limit: 3 } : {}), ...when }),
      ),
    ),
  hold: (tenant: string, hold: HoldRequest) =>
    ask<{ expiresAtMs: number }>(withId('appointment.hold', tenant), json('PUT', hold)),
  release: (tenant: string, holdId: string) =>
    ask<{ released: true }>(ofTenant('appointment.release', holdId, tenant), { method: 'DELETE' }),
  book: (tenant: string, booking: BookRequest): OneAppointment =>
    ask(withId('appointment.book', tenant), json('POST', booking)),
  move: (tenant: string, id: string, to: { startsAtMs: number; staffId?: string }): OneAppointment =>
    ask(ofTenant('appointment.move', id, tenant), json('POST', to)),
  cancel: (tenant: string, id: string): OneAppointment =>
    ask(ofTenant('appointment.cancel', id, tenant), json('POST', {})),
  approve: (tenant: string, id: string): OneAppointment =>
    ask(ofTenant('appointment.approve', id, tenant), json('POST', {})),
  decline: (tenant: string, id: string): OneAppointment =>
    ask(ofTenant('appointment.decline', id, tenant), json('POST', {})),
  restore: (tenant: string, id: string, status: 'booked' | 'draft'): OneAppointment =>
    ask(ofTenant('appointment.restore', id, tenant), json('POST', { status })),
};
