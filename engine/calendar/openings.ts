import { type Clock, VoxboxError } from '../foundation/index.ts';
import type { Appointment, Service, Staff, TenantStore } from '../store/index.ts';
import { type BusySpan, findFreeSpans, isFree, isWithinHours, type TimeSpan } from './availability.ts';

/** A bookable span, UTC milliseconds. */
export interface Opening {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** Whose own hold, and which appointment's own time, is in nobody's way. */
export interface Asker {
  readonly callId?: string | null;
  /** The appointment that is to be moved. */
  readonly appointmentId?: string | null;
  /** With nobody else of the staff; absent: with whoever is free. */
  readonly staffId?: string | undefined;
}

export interface OpeningRequest extends Asker {
  readonly serviceId: string;
  /** Openings start in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

export interface AlternativesRequest extends Asker {
  readonly serviceId: string;
  readonly nearMs: number;
  readonly limit: number;
}

export const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
const stepMinutes = 30;
/** Nobody is offered a time that they could hardly reach. */
const leadMs = 30 * minuteMs;
/** A question may not make the engine walk through years, so no more than half of one is looked at. */
const longestRangeMs = 184 * dayMs;
const mostOpenings = 1_000;
const latestMs = Date.UTC(2200, 0);

/**
 * Openings for a service, earliest first. What other calls hold is not among them.
 *
 * @throws VoxboxError `not_found` for a service that is not offered, `input_invalid`
 */
export function findOpenings(tenant: TenantStore, request: OpeningRequest, clock: Clock): Opening[] {
  const { fromMs, toMs, limit } = request;
  checkTime('fromMs', fromMs);
  checkTime('toMs', toMs);
  checkLimit(limit);
  const nowMs = clock.nowMs();
  const startMs = Math.max(fromMs, nowMs);
  const look = openingsOf(tenant, request, nowMs);
  return look({ fromMs: startMs, toMs: Math.min(toMs, startMs + longestRangeMs) }, limit);
}

/** The search for one service, over as many spans as are asked for. @throws VoxboxError `not_found` */
function openingsOf(
  tenant: TenantStore,
  { serviceId, ...asker }: Asker & { readonly serviceId: string },
  nowMs: number,
): (span: TimeSpan, limit: number) => Opening[] {
  const { hours, services, staff } = tenant.profile();
  const service = findService(services, serviceId);
  const holidays = tenant.holidays.list();
  const members = staffOf(service, staff, asker.staffId);
  const staffHours = members.map((member) => member.hours ?? []);
  const { durationMinutes, bufferBeforeMinutes = 0, bufferAfterMinutes = 0 } = service;
  return ({ fromMs, toMs }, limit) => {
    if (fromMs >= toMs || toMs <= nowMs) return [];
    const touched = {
      fromMs: fromMs - bufferBeforeMinutes * minuteMs,
      toMs: toMs + (durationMinutes + bufferAfterMinutes) * minuteMs,
    };
    const taken = takenTimes(tenant, touched, { ...asker, nowMs });
    return findFreeSpans({
      ...{ hours, holidays, timeZone: tenant.timeZone, staffHours },
      busy: members.map((member) => busyTimes(taken, member, service)),
      ...{ durationMinutes, bufferBeforeMinutes, bufferAfterMinutes, stepMinutes },
      ...{ nowMs, leadMs, fromMs, toMs, limit: Math.min(limit, mostOpenings) },
    }).map(({ startsAtMs, endsAtMs }) => ({ startsAtMs, endsAtMs }));
  };
}

/** How far around a lost time is looked, in turn. */
const surroundingsMs = [dayMs, 7 * dayMs, 31 * dayMs, 92 * dayMs];

/**
 * The openings nearest to a time that was lost, nearest first; none where nothing is free for months.
 *
 * @throws VoxboxError `not_found`, `input_invalid`
 */
export function alternatives(
  tenant: TenantStore,
  { nearMs, limit, ...asked }: AlternativesRequest,
  clock: Clock,
): Opening[] {
  checkTime('nearMs', nearMs);
  checkLimit(limit);
  const find = openingsOf(tenant, asked, clock.nowMs());
  const found: Opening[] = [];
  const look = (fromMs: number, toMs: number): void => {
    found.push(...find({ fromMs, toMs }, mostOpenings));
  };
  let seenMs = 0;
  for (const reachMs of surroundingsMs) {
    // What lies further away than a whole circle cannot be nearer than what is found in it.
    look(nearMs - reachMs, nearMs - seenMs);
    look(nearMs + seenMs, nearMs + reachMs);
    if (found.length >= limit) break;
    seenMs = reachMs;
  }
  const distance = ({ startsAtMs }: Opening): number => Math.abs(startsAtMs - nearMs);
  return found.toSorted((one, other) => distance(one) - distance(other)).slice(0, limit);
}

/** Who takes a service at a time, and the time with its buffers. */
export interface FreePlace {
  readonly member: Staff;
  readonly span: TimeSpan;
  readonly blocked: TimeSpan;
}

/**
 * The first member of staff who can take a service at a time: `preferred` before the others.
 *
 * @throws VoxboxError `outside_hours` also where nobody who does it works then; `opening_taken` where they are busy
 */
export function findFreePlace(
  tenant: TenantStore,
  service: Service,
  {
    startsAtMs,
    nowMs,
    preferred,
    ...asker
  }: Asker & { startsAtMs: number; nowMs: number; preferred?: string | null | undefined },
): FreePlace {
  const { hours, staff } = tenant.profile();
  const { bufferBeforeMinutes = 0, bufferAfterMinutes = 0 } = service;
  const span = { fromMs: startsAtMs, toMs: startsAtMs + service.durationMinutes * minuteMs };
  const blocked = {
    fromMs: span.fromMs - bufferBeforeMinutes * minuteMs,
    toMs: span.toMs + bufferAfterMinutes * minuteMs,
  };
  const opening = { hours, timeZone: tenant.timeZone, holidays: tenant.holidays.list() };
  if (!isWithinHours(opening, span)) {
    throw new VoxboxError('outside_hours', 'the time lies outside the opening hours');
  }
  const working = staffOf(service, staff, asker.staffId).filter(
    ({ hours: ownHours = [] }) => ownHours.length === 0 || isWithinHours({ ...opening, ownHours }, span),
  );
  if (working.length === 0) throw new VoxboxError('outside_hours', 'nobody who does it works at that time');
  if (startsAtMs < nowMs) throw new VoxboxError('opening_taken', 'the time has passed');
  const taken = takenTimes(tenant, blocked, { ...asker, nowMs });
  const member = working
    .toSorted((one, other) => Number(other.id === preferred) - Number(one.id === preferred))
    .find((one) => isFree(busyTimes(taken, one, service), startsAtMs, blocked));
  if (!member) throw new VoxboxError('opening_taken', 'nobody is free at that time');
  return { member, span, blocked };
}

/** Whether nothing stands at an appointment's place, and no call holds it. */
export function isPlaceFree(
  tenant: TenantStore,
  { serviceId, staffId, startsAtMs, blockedFromMs, blockedToMs }: Appointment,
  nowMs: number,
): boolean {
  const blocked = { fromMs: blockedFromMs, toMs: blockedToMs };
  const capacity = tenant.profile().services.find(({ id }) => id === serviceId)?.capacity;
  const taken = takenTimes(tenant, blocked, { nowMs });
  return isFree(busyTimes(taken, { id: staffId }, { id: serviceId, capacity }), startsAtMs, blocked);
}

/** Who does a service; of them one alone where somebody is named. */
export const staffOf = (
  { staffIds = [] }: Service,
  staff: readonly Staff[],
  staffId?: string,
): readonly Staff[] =>
  staff.filter(
    ({ id }) => (staffIds.length === 0 || staffIds.includes(id)) && (staffId === undefined || id === staffId),
  );

/** What stands in the way of a booking: an appointment, what a call holds, or what a calendar elsewhere says. */
interface Taken {
  /** Null: it is none of a service. */
  readonly serviceId: string | null;
  /** Null: it is in everybody's way. */
  readonly staffId: string | null;
  readonly startsAtMs: number;
  readonly blockedFromMs: number;
  readonly blockedToMs: number;
}

const takenTimes = (
  tenant: TenantStore,
  { fromMs, toMs }: TimeSpan,
  { callId, appointmentId, nowMs }: Asker & { readonly nowMs: number },
): Taken[] => [
  ...tenant.appointments.blocking(fromMs, toMs).filter(({ id }) => id !== appointmentId),
  ...tenant.holds
    .list(nowMs)
    .filter((hold) => hold.callId !== callId && hold.blockedFromMs < toMs && fromMs < hold.blockedToMs),
  ...tenant.calendarCopies.busy(fromMs, toMs).map(({ staffId, startMs, endMs }) => ({
    ...{ serviceId: null, staffId, startsAtMs: startMs, blockedFromMs: startMs, blockedToMs: endMs },
  })),
];

/** One member's, as they stand in the way of one service: guests who share a place may be joined until it is full. */
function busyTimes(
  taken: readonly Taken[],
  { id }: Pick<Staff, 'id'>,
  { id: serviceId, capacity = 1 }: Pick<Service, 'id' | 'capacity'>,
): BusySpan[] {
  const own = taken.filter(({ staffId }) => staffId === id || staffId === null);
  return own.map((one) => {
    const span = { fromMs: one.blockedFromMs, toMs: one.blockedToMs };
    if (capacity === 1 || one.serviceId !== serviceId) return span;
    const guests = own.filter(
      (other) => other.serviceId === serviceId && other.startsAtMs === one.startsAtMs,
    ).length;
    return guests < capacity ? { ...span, joinAtMs: one.startsAtMs } : span;
  });
}

/** @throws VoxboxError `not_found` */
export function findService(services: readonly Service[], id: string): Service {
  const service = services.find((offered) => offered.id === id);
  if (!service) throw new VoxboxError('not_found', `there is no service ${id}`);
  return service;
}

/** @throws VoxboxError `input_invalid` */
export function checkTime(name: string, timeMs: number): void {
  if (!Number.isInteger(timeMs) || Math.abs(timeMs) > latestMs) {
    throw new VoxboxError('input_invalid', `${name}: must be a time in milliseconds`);
  }
}

/** @throws VoxboxError `input_invalid` */
export function checkStart(startsAtMs: number): void {
  checkTime('startsAtMs', startsAtMs);
  if (startsAtMs % minuteMs !== 0)
    throw new VoxboxError('input_invalid', 'startsAtMs: must be a whole minute');
}

function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new VoxboxError('input_invalid', 'limit: must be a whole number from 1');
  }
}
