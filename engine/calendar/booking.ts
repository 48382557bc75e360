import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { Appointment, Service, Staff, TenantStore } from '../store/index.ts';
import { findFreeSpans, isWithinHours, type TimeSpan } from './availability.ts';

/** A bookable span, UTC milliseconds. */
export interface Opening {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

export interface OpeningRequest {
  readonly serviceId: string;
  /** Openings start in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

export interface BookingRequest {
  readonly serviceId: string;
  readonly startsAtMs: number;
  readonly customerName: string;
  /** E.164 with +. */
  readonly customerPhone: string;
  /** The call that books; null at the desk. */
  readonly callId: string | null;
}

const minuteMs = 60_000;
const stepMinutes = 30;
/** Nobody is offered a time that they could hardly reach. */
const leadMs = 30 * minuteMs;
/** A question may not make the engine walk through years, so no more than half of one is looked at. */
const longestRangeMs = 184 * 24 * 60 * minuteMs;
const mostOpenings = 1_000;
const latestMs = Date.UTC(2200, 0);

/**
 * Openings for a service, earliest first.
 *
 * @throws VoxboxError `not_found` for a service that is not offered, `input_invalid`
 */
export function findOpenings(tenant: TenantStore, request: OpeningRequest, clock: Clock): Opening[] {
  const { fromMs, toMs } = request;
  checkTime('fromMs', fromMs);
  checkTime('toMs', toMs);
  if (!Number.isInteger(request.limit) || request.limit < 1) {
    throw new VoxboxError('input_invalid', 'limit: must be a whole number from 1');
  }
  const { hours, services, staff } = tenant.profile();
  const service = findService(services, request.serviceId);
  const nowMs = clock.nowMs();
  const startMs = Math.max(fromMs, nowMs);
  const endMs = Math.min(toMs, startMs + longestRangeMs);
  if (startMs >= endMs) return [];
  const booked = tenant.appointments.overlapping(null, startMs, endMs + service.durationMinutes * minuteMs);
  return findFreeSpans({
    hours,
    timeZone: tenant.timeZone,
    busy: staff.map((member) => busyTimes(booked, member)),
    durationMinutes: service.durationMinutes,
    stepMinutes,
    nowMs,
    leadMs,
    fromMs: startMs,
    toMs: endMs,
    limit: Math.min(request.limit, mostOpenings),
  }).map(({ startsAtMs, endsAtMs }) => ({ startsAtMs, endsAtMs }));
}

/**
 * Books a service with the first member of staff who is free. Looking and booking are one immediate
 * transaction, so two calls never get the same time of the same person. A call that asks twice for the same
 * service at the same time gets the appointment that it already has.
 *
 * @throws VoxboxError `opening_taken` (also for a time that has passed), `outside_hours`, `not_found`,
 *   `input_invalid`
 */
export function bookAppointment(
  tenant: TenantStore,
  request: BookingRequest,
  { clock, ids }: { clock: Clock; ids: Ids },
): Appointment {
  const { serviceId, startsAtMs, callId } = request;
  const customer = checkCustomer(request);
  checkTime('startsAtMs', startsAtMs);
  if (startsAtMs % minuteMs !== 0)
    throw new VoxboxError('input_invalid', 'startsAtMs: must be a whole minute');

  return tenant.transaction(() => {
    const { hours, services, staff } = tenant.profile();
    const service = findService(services, serviceId);
    const already = callId === null ? undefined : sameBooking(tenant, { ...request, callId });
    if (already) return already;

    const span = { fromMs: startsAtMs, toMs: startsAtMs + service.durationMinutes * minuteMs };
    if (!isWithinHours({ hours, timeZone: tenant.timeZone }, span)) {
      throw new VoxboxError('outside_hours', 'the time lies outside the opening hours');
    }
    if (startsAtMs < clock.nowMs()) throw new VoxboxError('opening_taken', 'the time has passed');
    const member = staff.find(
      ({ id }) => tenant.appointments.overlapping(id, span.fromMs, span.toMs).length === 0,
    );
    if (!member) throw new VoxboxError('opening_taken', 'nobody is free at that time');

    const appointment: Appointment = {
      id: ids.uuid(),
      serviceId,
      serviceName: service.name,
      staffId: member.id,
      staffName: member.name,
      startsAtMs: span.fromMs,
      endsAtMs: span.toMs,
      ...customer,
      status: 'booked',
      callId,
      createdAtMs: clock.nowMs(),
    };
    tenant.appointments.insert(appointment);
    return appointment;
  });
}

const sameBooking = (
  tenant: TenantStore,
  { callId, serviceId, startsAtMs }: { callId: string; serviceId: string; startsAtMs: number },
): Appointment | undefined =>
  tenant.appointments
    .ofCall(callId)
    .find((booked) => booked.serviceId === serviceId && booked.startsAtMs === startsAtMs);

const busyTimes = (booked: readonly Appointment[], { id }: Staff): TimeSpan[] =>
  booked
    .filter((appointment) => appointment.staffId === id)
    .map(({ startsAtMs, endsAtMs }) => ({ fromMs: startsAtMs, toMs: endsAtMs }));

function findService(services: readonly Service[], id: string): Service {
  const service = services.find((offered) => offered.id === id);
  if (!service) throw new VoxboxError('not_found', `there is no service ${id}`);
  return service;
}

function checkTime(name: string, timeMs: number): void {
  if (!Number.isInteger(timeMs) || Math.abs(timeMs) > latestMs) {
    throw new VoxboxError('input_invalid', `${name}: must be a time in milliseconds`);
  }
}

function checkCustomer(request: BookingRequest): { customerName: string; customerPhone: string } {
  const customerName = request.customerName.trim();
  if (customerName === '' || customerName.length > 120) {
    throw new VoxboxError('input_invalid', 'customerName: must have 1 to 120 characters');
  }
  if (!/^\+[1-9]\d{6,14}$/.test(request.customerPhone)) {
    throw new VoxboxError('input_invalid', 'customerPhone: must be E.164, for example +15555550100');
  }
  return { customerName, customerPhone: request.customerPhone };
}
