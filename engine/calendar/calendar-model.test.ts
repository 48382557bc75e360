import fc from 'fast-check';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Appointment, Service, Staff } from '../store/index.ts';
import { codeOf, type FakeSalon, openFakeSalon } from './fake-salon.ts';
import {
  approveAppointment,
  bookAppointment,
  cancelAppointment,
  declineAppointment,
  findOpenings,
  holdOpening,
  rescheduleAppointment,
} from './index.ts';

/**
 * The calendar beside a model of it that is a list and nothing else: each operation must end alike in both.
 * The days are those around changes of the clocks.
 */
interface Place {
  readonly serviceId: string;
  readonly staffId: string;
  readonly startsAtMs: number;
}
interface ModelAppointment extends Place {
  readonly id: string;
  readonly callId: string | null;
  readonly isDraft: boolean;
}
interface ModelHold extends Place {
  readonly expiresAtMs: number;
}

const minuteMs = 60_000;
const calls = ['anna', 'bert', 'carl'] as const;
const zones = [
  ['America/New_York', '2027-03-14'],
  ['Europe/London', '2027-10-31'],
  ['Australia/Lord_Howe', '2027-04-04'],
] as const;
const hours = ([6, 7] as const).map((weekday) => ({ weekday, fromMinute: 30, toMinute: 300 }));

class Model {
  appointments: ModelAppointment[] = [];
  readonly holds = new Map<string, ModelHold>();
  readonly closedDays = new Set<string>();
  readonly services: readonly Service[];
  readonly staff: readonly Staff[];
  readonly zone: string;

  constructor(salon: FakeSalon) {
    ({ services: this.services, staff: this.staff } = salon.tenant.profile());
    this.zone = salon.tenant.timeZone;
  }

  service = (id: string): Service => this.services.find((one) => one.id === id) ?? fail('no such service');

  blocked({ serviceId, startsAtMs }: Pick<Place, 'serviceId' | 'startsAtMs'>): readonly [number, number] {
    const { durationMinutes, bufferBeforeMinutes = 0, bufferAfterMinutes = 0 } = this.service(serviceId);
    return [
      startsAtMs - bufferBeforeMinutes * minuteMs,
      startsAtMs + (durationMinutes + bufferAfterMinutes) * minuteMs,
    ];
  }

  isOpen(serviceId: string, startsAtMs: number): boolean {
    const first = DateTime.fromMillis(startsAtMs, { zone: this.zone });
    for (let minute = 0; minute < this.service(serviceId).durationMinutes; minute += 1) {
      const at = DateTime.fromMillis(startsAtMs + minute * minuteMs, { zone: this.zone });
      const shown = at.hour * 60 + at.minute;
      if (at.toISODate() !== first.toISODate() || at.weekday < 6 || shown < 30 || shown >= 300) return false;
      if (this.closedDays.has(at.toFormat('yyyy-MM-dd'))) return false;
    }
    return true;
  }

  /** Ids of those who could take it. */
  free(
    serviceId: string,
    startsAtMs: number,
    asker: { callId: string | null; nowMs: number; but?: string },
  ): string[] {
    const { staffIds = [], capacity = 1 } = this.service(serviceId);
    const taken: Place[] = [
      ...this.appointments.filter(({ id }) => id !== asker.but),
      ...[...this.holds]
        .filter(([callId, { expiresAtMs }]) => callId !== asker.callId && expiresAtMs > asker.nowMs)
        .map(([, hold]) => hold),
    ];
    const [from, to] = this.blocked({ serviceId, startsAtMs });
    return this.staff
      .map(({ id }) => id)
      .filter((staffId) => staffIds.length === 0 || staffIds.includes(staffId))
      .filter((staffId) => {
        const met = taken.filter((one) => {
          const [start, end] = this.blocked(one);
          return one.staffId === staffId && start < to && from < end;
        });
        const together = met.filter((one) => one.serviceId === serviceId && one.startsAtMs === startsAtMs);
        return together.length === met.length && together.length < capacity;
      });
  }

  replace(one: ModelAppointment): void {
    this.appointments = this.appointments.map((other) => (other.id === one.id ? one : other));
  }

  remove({ id }: ModelAppointment): void {
    this.appointments = this.appointments.filter((other) => other.id !== id);
  }

  /** What looking for a place ends with. */
  verdict(serviceId: string, startsAtMs: number, asker: Parameters<Model['free']>[2]): string | null {
    if (!this.isOpen(serviceId, startsAtMs)) return 'outside_hours';
    if (startsAtMs < asker.nowMs) return 'opening_taken';
    return this.free(serviceId, startsAtMs, asker).length > 0 ? null : 'opening_taken';
  }
}

function fail(words: string): never {
  throw new Error(words);
}

const step = fc.record({
  kind: fc.constantFrom(
    ...(['hold', 'hold', 'book', 'book', 'book', 'move', 'move', 'cancel'] as const),
    ...(['approve', 'decline', 'wait', 'wait', 'holiday', 'by-hand', 'openings', 'openings'] as const),
  ),
  service: fc.constantFrom(0, 1, 2, 2),
  call: fc.constantFrom(...calls, null),
  /** From the local midnight of the first day. */
  quarter: fc.constantFrom(2, 3, 4, 102, 104, 106),
  pick: fc.nat(),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** One step of a run, with what every operation asks for. */
interface Turn extends Omit<Step, 'kind' | 'service' | 'quarter'> {
  readonly salon: FakeSalon;
  readonly model: Model;
  readonly firstMs: number;
  readonly nowMs: number;
  readonly serviceId: string;
  readonly startsAtMs: number;
  readonly target: ModelAppointment | undefined;
  readonly byHand: boolean;
}

/** Whom the call holds at a time, as the model knows it. */
function heldBy(
  model: Model,
  call: string | null,
  { serviceId, startsAtMs, nowMs }: Omit<Place, 'staffId'> & { nowMs: number },
) {
  const hold = call === null ? undefined : model.holds.get(call);
  const isIt = hold?.serviceId === serviceId && hold.startsAtMs === startsAtMs && hold.expiresAtMs > nowMs;
  return isIt ? hold.staffId : null;
}

const operations: Readonly<Record<Step['kind'], (turn: Turn) => void>> = {
  hold({ salon, model, call, serviceId, startsAtMs, nowMs }) {
    if (call === null) return;
    const asker = { callId: call, nowMs };
    const expected = model.verdict(serviceId, startsAtMs, asker);
    const free = model.free(serviceId, startsAtMs, asker);
    const request = { serviceId, startsAtMs, callId: call };
    expect(codeOf(() => holdOpening(salon.tenant, request, salon.parts))).toBe(expected);
    if (expected !== null) return;
    const held = salon.tenant.holds.list(nowMs).find(({ callId }) => callId === call) ?? fail('no hold');
    expect(free).toContain(held.staffId);
    model.holds.set(call, { serviceId, staffId: held.staffId, startsAtMs, expiresAtMs: nowMs + 180_000 });
  },
  book({ salon, model, call, serviceId, startsAtMs, nowMs, byHand }) {
    const asker = { callId: call, nowMs };
    const isSame = (one: ModelAppointment): boolean =>
      one.callId === call && one.serviceId === serviceId && one.startsAtMs === startsAtMs;
    const already = call === null ? undefined : model.appointments.find(isSame);
    const expected = already ? null : model.verdict(serviceId, startsAtMs, asker);
    const free = model.free(serviceId, startsAtMs, asker);
    const results: Appointment[] = [];
    const customer = { customerName: 'Sarah', customerPhone: '+15555550123' };
    const request = { serviceId, startsAtMs, callId: call, ...customer };
    const code = codeOf(() => results.push(bookAppointment(salon.tenant, request, salon.parts)));
    expect(code).toBe(expected);
    const [booked] = results;
    if (!booked) return;
    if (already) {
      expect(booked.id).toBe(already.id);
      return;
    }
    const { id, staffId, status } = booked;
    expect(status).toBe(byHand ? 'draft' : 'booked');
    const held = heldBy(model, call, { serviceId, startsAtMs, nowMs });
    expect(held !== null && free.includes(held) ? [held] : free).toContain(staffId);
    if (call !== null) model.holds.delete(call);
    model.appointments.push({ id, serviceId, staffId, startsAtMs, callId: call, isDraft: byHand });
  },
  move({ salon, model, call, target, startsAtMs, nowMs, byHand }) {
    if (!target) return;
    const { id: appointmentId, serviceId } = target;
    const asker = { callId: call, nowMs, but: appointmentId };
    const isSame = target.startsAtMs === startsAtMs;
    const verdict = model.verdict(serviceId, startsAtMs, asker);
    const free = model.free(serviceId, startsAtMs, asker);
    const expected = isSame ? null : target.startsAtMs <= nowMs ? 'appointment_closed' : verdict;
    const request = { appointmentId, startsAtMs, callId: call };
    expect(codeOf(() => rescheduleAppointment(salon.tenant, request, salon.parts))).toBe(expected);
    if (isSame || expected !== null) return;
    const { staffId, status } = salon.tenant.appointments.find(appointmentId) ?? fail('it is not stored');
    const preferred = heldBy(model, call, { serviceId, startsAtMs, nowMs }) ?? target.staffId;
    expect(free.includes(preferred) ? [preferred] : free).toContain(staffId);
    const isDraft = target.isDraft || (call !== null && byHand);
    expect(status).toBe(isDraft ? 'draft' : 'booked');
    if (call !== null) model.holds.delete(call);
    model.replace({ ...target, staffId, startsAtMs, isDraft });
  },
  cancel({ salon, model, call, target, nowMs }) {
    if (!target) return;
    const expected = call !== null && target.startsAtMs <= nowMs ? 'appointment_closed' : null;
    const request = { appointmentId: target.id, callId: call };
    expect(codeOf(() => cancelAppointment(salon.tenant, request, salon.parts))).toBe(expected);
    if (expected === null) model.remove(target);
  },
  approve({ salon, model, target, nowMs }) {
    if (!target) return;
    const expected = target.isDraft && target.startsAtMs <= nowMs ? 'appointment_closed' : null;
    expect(codeOf(() => approveAppointment(salon.tenant, target.id, salon.parts))).toBe(expected);
    if (expected === null) model.replace({ ...target, isDraft: false });
  },
  decline({ salon, model, target }) {
    if (!target) return;
    const expected = target.isDraft ? null : 'appointment_closed';
    expect(codeOf(() => declineAppointment(salon.tenant, target.id, salon.parts))).toBe(expected);
    if (expected === null) model.remove(target);
  },
  wait({ salon, nowMs, pick }) {
    salon.setNow(nowMs + (pick % 4) * 59_000 + (pick % 11 === 0 ? 3_600_000 : 0));
  },
  holiday({ salon, model, firstMs, pick }) {
    const first = DateTime.fromMillis(firstMs, { zone: model.zone });
    const day = first.plus({ days: pick % 2 }).toFormat('yyyy-MM-dd');
    if (model.closedDays.delete(day)) salon.tenant.holidays.remove(day);
    else {
      model.closedDays.add(day);
      salon.tenant.holidays.add({ day, name: 'closed', spans: [] });
    }
  },
  'by-hand'({ salon, byHand }) {
    salon.tenant.calendarSettings.change({ approval: byHand ? 'none' : 'by-hand' });
  },
  openings({ salon, model, call, serviceId, firstMs, nowMs }) {
    const range = { fromMs: firstMs, toMs: firstMs + 48 * 60 * minuteMs, limit: 1_000 };
    for (const { startsAtMs } of findOpenings(
      salon.tenant,
      { serviceId, ...range, callId: call },
      salon.clock,
    )) {
      expect(model.verdict(serviceId, startsAtMs, { callId: call, nowMs })).toBeNull();
    }
  },
};

function perform(
  run: Pick<Turn, 'salon' | 'model' | 'firstMs'>,
  { kind, service, quarter, call, pick }: Step,
): void {
  const { salon, model, firstMs } = run;
  operations[kind]({
    ...{ ...run, call, pick },
    nowMs: salon.clock.nowMs(),
    serviceId: model.services[service]?.id ?? '',
    startsAtMs: firstMs + quarter * 15 * minuteMs,
    target: model.appointments[pick % Math.max(1, model.appointments.length)],
    byHand: salon.tenant.calendarSettings.get().approval === 'by-hand',
  });
}

/** As it was at the beginning: runs share a file, which is slow to make. */
function clear({ tenant }: FakeSalon): void {
  for (const { id } of tenant.appointments.list({ limit: 10_000 })) tenant.appointments.cancel(id);
  for (const call of calls) tenant.holds.release(call);
  for (const { day } of tenant.holidays.list()) tenant.holidays.remove(day);
  tenant.calendarSettings.change({ approval: 'none' });
}

const salons: FakeSalon[] = [];

beforeAll(() => {
  const service = { durationMinutes: 30, priceMinor: 0, currency: 'USD' };
  const services = [
    { ...service, name: 'cut' },
    { ...service, name: 'colour', durationMinutes: 60, bufferBeforeMinutes: 10, bufferAfterMinutes: 15 },
    { ...service, name: 'class', durationMinutes: 45, capacity: 2, staff: ['Ben'] },
  ];
  for (const [timeZone] of zones) {
    const salon = openFakeSalon({ timeZone, hours, services });
    for (const name of calls) salon.call(name);
    salons.push(salon);
  }
});

afterAll(() => {
  for (const salon of salons) salon.close();
});

it.each(zones.map((zone, i) => [...zone, i] as const))(
  'the calendar does what a plain list would, in %s around %s',
  (zone, day, i) => {
    const salon = salons[i] ?? fail('no salon');
    const first = DateTime.fromISO(day, { zone }).minus({ days: 1 });
    let week = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), (steps) => {
        const model = new Model(salon);
        clear(salon);
        salon.setNow(first.minus({ minutes: 10 + (week % 3) * 5 }).toMillis());
        week += 1;
        const run = { salon, model, firstMs: first.toMillis() };
        for (const one of steps) perform(run, one);
        const stored = salon.tenant.appointments
          .list({ limit: 10_000 })
          .filter(({ status }) => status !== 'cancelled')
          .map(({ id, serviceId, staffId, startsAtMs, callId, status }) => ({
            ...{ id, serviceId, staffId, startsAtMs, callId },
            isDraft: status === 'draft',
          }));
        const byId = (one: ModelAppointment, other: ModelAppointment): number => (one.id < other.id ? -1 : 1);
        expect(stored.toSorted(byId)).toEqual(model.appointments.toSorted(byId));
      }),
      // Shrinking would go through the file for minutes.
      { numRuns: 15, endOnFailure: true },
    );
  },
);
