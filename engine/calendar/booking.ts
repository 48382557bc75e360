import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import { type Appointment, mailAddress, type TenantStore } from '../store/index.ts';
import { tellBooked } from './notices.ts';
import { checkStart, findFreePlace, findService, minuteMs } from './openings.ts';

export interface BookingRequest {
  readonly serviceId: string;
  readonly startsAtMs: number;
  readonly customerName: string;
  /** E.164 with +. */
  readonly customerPhone: string;
  /** The call that books; null at the desk. */
  readonly callId: string | null;
  /** Whose hold is taken up, where that is not the call's. */
  readonly holder?: string | undefined;
  /** With nobody else of the staff; absent: with whoever is free. */
  readonly staffId?: string | undefined;
  /** Whom the customer is used to: before the others, where they are free. */
  readonly usualStaffId?: string | null;
  /** Nobody has to say yes to it: whoever books it could. */
  readonly approved?: boolean;
  readonly details?: Readonly<Record<string, string>>;
  readonly customerEmail?: string | null;
}

export interface HoldRequest {
  readonly serviceId: string;
  readonly startsAtMs: number;
  /** The call, or somebody at the desk, that holds it. */
  readonly callId: string;
  /** The appointment that is to be moved there: its own time is not in the way. */
  readonly appointmentId?: string | null;
  readonly staffId?: string | undefined;
  readonly usualStaffId?: string | null;
}

const holdMs = 3 * minuteMs;

/**
 * Keeps a time for a call while its caller makes up their mind, in the place of what the call held before.
 * Looking and keeping are one immediate transaction; where the time cannot be had the earlier hold stays.
 *
 * @throws VoxboxError `opening_taken` (also for a time that has passed), `outside_hours`, `not_found`, `input_invalid`
 */
export function holdOpening(
  tenant: TenantStore,
  { serviceId, startsAtMs, callId, appointmentId = null, staffId, usualStaffId }: HoldRequest,
  { clock }: { readonly clock: Clock; readonly ids: Ids },
): { readonly expiresAtMs: number } {
  checkStart(startsAtMs);
  return tenant.transaction(() => {
    const nowMs = clock.nowMs();
    const service = findService(tenant.profile().services, serviceId);
    const own = heldFor(tenant, { callId, serviceId, startsAtMs }, nowMs);
    const { member, blocked } = findFreePlace(tenant, service, {
      ...{ startsAtMs, nowMs, callId, appointmentId, staffId },
      preferred: own ?? usualStaffId,
    });
    const expiresAtMs = nowMs + holdMs;
    const time = { startsAtMs, blockedFromMs: blocked.fromMs, blockedToMs: blocked.toMs };
    tenant.holds.put({ callId, serviceId, staffId: member.id, ...time, expiresAtMs }, nowMs);
    return { expiresAtMs };
  });
}

/**
 * Books a service with whom this call holds, else with the first member of staff who is free. Looking and
 * booking are one immediate transaction, so two calls never get the same time of the same person. A call that
 * asks twice for the same service at the same time gets the appointment that it already has. It is a draft
 * where the tenant approves by hand.
 *
 * @throws VoxboxError `opening_taken` (also for a time that has passed), `outside_hours`, `not_found`,
 *   `input_invalid`
 */
export function bookAppointment(
  tenant: TenantStore,
  request: BookingRequest,
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
): Appointment {
  const { serviceId, startsAtMs, callId, staffId, holder = callId, approved = false } = request;
  const customer = checkCustomer(request);
  checkStart(startsAtMs);
  return tenant.transaction(() => {
    const nowMs = clock.nowMs();
    const service = findService(tenant.profile().services, serviceId);
    const already = callId === null ? undefined : sameBooking(tenant, { ...request, callId });
    if (already) return already;

    const held =
      holder === null ? undefined : heldFor(tenant, { callId: holder, serviceId, startsAtMs }, nowMs);
    const { member, span, blocked } = findFreePlace(tenant, service, {
      ...{ startsAtMs, nowMs, callId: holder, staffId },
      preferred: held ?? request.usualStaffId,
    });
    const needsWord = !approved && tenant.calendarSettings.get().approval === 'by-hand';
    const appointment: Appointment = {
      id: ids.uuid(),
      serviceId,
      serviceName: service.name,
      staffId: member.id,
      staffName: member.name,
      startsAtMs: span.fromMs,
      endsAtMs: span.toMs,
      blockedFromMs: blocked.fromMs,
      blockedToMs: blocked.toMs,
      ...customer,
      status: needsWord ? 'draft' : 'booked',
      callId,
      createdAtMs: nowMs,
      changedAtMs: nowMs,
      revision: 0,
    };
    if (holder !== null) tenant.holds.release(holder);
    tenant.appointments.insert(appointment);
    tellBooked(tenant, appointment, nowMs);
    return appointment;
  });
}

/** Id of the member of staff whom a call holds at a time. */
export const heldFor = (
  tenant: TenantStore,
  { callId, serviceId, startsAtMs }: { callId: string; serviceId: string; startsAtMs: number },
  nowMs: number,
): string | undefined =>
  tenant.holds
    .list(nowMs)
    .find((hold) => hold.callId === callId && hold.serviceId === serviceId && hold.startsAtMs === startsAtMs)
    ?.staffId;

const sameBooking = (
  tenant: TenantStore,
  { callId, serviceId, startsAtMs }: { callId: string; serviceId: string; startsAtMs: number },
): Appointment | undefined =>
  tenant.appointments
    .ofCall(callId)
    .find((booked) => booked.serviceId === serviceId && booked.startsAtMs === startsAtMs);

type Customer = Pick<Appointment, 'customerName' | 'customerPhone' | 'customerEmail' | 'details'>;

function checkCustomer(request: BookingRequest): Customer {
  const { customerPhone, details = {}, customerEmail = null } = request;
  const refuse = (words: string): never => {
    throw new VoxboxError('input_invalid', words);
  };
  const customerName = request.customerName.trim();
  if (customerName === '' || customerName.length > 120) refuse('customerName: must have 1 to 120 characters');
  if (!/^\+[1-9]\d{6,14}$/.test(customerPhone)) {
    refuse('customerPhone: must be E.164, for example +15555550100');
  }
  if (customerEmail !== null && !mailAddress.safeParse(customerEmail).success) {
    refuse('customerEmail: must be one mail address');
  }
  const values = Object.entries(details);
  if (values.length > 20 || values.some(([name, value]) => name.length > 60 || value.length > 500)) {
    refuse('details: must be 20 values of 500 characters at most');
  }
  return { customerName, customerPhone, customerEmail, details };
}
