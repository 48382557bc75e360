import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DomainEvent, isVoxboxError, silentLog, systemIds } from '../foundation/index.ts';
import { type Appointment, type Box, openBox, type TenantStore } from '../store/index.ts';
import { bookAppointment, findOpenings } from './index.ts';

const zone = 'America/New_York';
const at = (local: string): number => DateTime.fromISO(local, { zone }).toMillis();

let dataDir: string;
let box: Box;
let tenant: TenantStore;
let nowMs: number;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };

const serviceId = (name: string): string =>
  tenant.profile().services.find((service) => service.name === name)?.id ?? '';

function book(
  local: string,
  fields: { callId?: string | null; service?: string; name?: string; phone?: string } = {},
) {
  const request = {
    serviceId: serviceId(fields.service ?? 'cut'),
    startsAtMs: at(local),
    customerName: fields.name ?? 'Sarah',
    customerPhone: fields.phone ?? '+15555550123',
    callId: fields.callId ?? null,
  };
  return bookAppointment(tenant, request, { clock, ids: systemIds });
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isVoxboxError(error)) return error.code;
    throw error;
  }
  return 'booked';
}

const newTenant = {
  name: 'Salon',
  timeZone: zone,
  services: [
    { name: 'cut', durationMinutes: 30, priceMinor: 1000, currency: 'USD' },
    { name: 'colour', durationMinutes: 45, priceMinor: 5000, currency: 'USD' },
  ],
  staff: [{ name: 'Ann' }, { name: 'Ben' }],
};

beforeEach(() => {
  nowMs = at('2026-11-20T12:00');
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-booking-'));
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  tenant = box.tenant(box.tenants.create(newTenant).id);
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('booking', () => {
  it('takes the first who is free, until nobody is', () => {
    const events: DomainEvent[] = [];
    box.onEvent((event) => events.push(event));
    const first = book('2026-11-23T09:00');
    expect(first).toMatchObject({
      serviceName: 'cut',
      staffName: 'Ann',
      startsAtMs: at('2026-11-23T09:00'),
      endsAtMs: at('2026-11-23T09:30'),
      status: 'booked',
    });
    expect(tenant.appointments.find(first.id)).toEqual(first);
    expect(events).toMatchObject([{ type: 'appointment.booked', appointmentId: first.id, callId: null }]);
    expect(book('2026-11-23T09:15', { service: 'colour' }).staffName).toBe('Ben');
    expect(codeOf(() => book('2026-11-23T09:15'))).toBe('opening_taken');
    expect(book('2026-11-23T09:30').staffName).toBe('Ann');
    tenant.appointments.cancel(first.id);
    expect(book('2026-11-23T09:00').staffName).toBe('Ann');
    expect(events).toHaveLength(5);
  });

  it('gives a call that asks twice the appointment it has', () => {
    const call = { sipCallId: 's', callerNumber: null, callerName: null, calledNumber: '+15555550100' };
    tenant.calls.start({ id: 'call', ...call });
    tenant.calls.start({ id: 'other', ...call });
    const first = book('2026-11-23T09:00', { callId: 'call' });
    expect(book('2026-11-23T09:00', { callId: 'call' })).toEqual(first);
    expect(book('2026-11-23T09:00', { callId: 'other' }).staffName).toBe('Ben');
    expect(tenant.appointments.list({ limit: 10 })).toHaveLength(2);
    expect(codeOf(() => book('2026-11-23T10:00', { callId: 'nobody' }))).toBe('not_found');
    expect(codeOf(() => book('2026-11-23T10:00', { service: 'nothing' }))).toBe('not_found');
  });

  it.each([
    ['2026-11-23T08:59', 'outside_hours'],
    ['2026-11-23T16:31', 'outside_hours'],
    ['2026-11-23T16:30', 'booked'],
    ['2026-11-22T10:00', 'outside_hours'],
    ['2026-11-20T11:59', 'opening_taken'],
    ['2026-11-20T12:01', 'booked'],
    ['2026-11-23T10:00:30', 'input_invalid'],
  ])('at %s: %s', (local, code) => {
    expect(codeOf(() => book(local))).toBe(code);
    expect(tenant.appointments.list({ limit: 10 })).toHaveLength(code === 'booked' ? 1 : 0);
  });

  it('refuses a customer without a name or a number', () => {
    expect(codeOf(() => book('2026-11-23T09:00', { name: '  ' }))).toBe('input_invalid');
    expect(codeOf(() => book('2026-11-23T09:00', { name: 'x'.repeat(121) }))).toBe('input_invalid');
    expect(codeOf(() => book('2026-11-23T09:00', { phone: '5550123' }))).toBe('input_invalid');
  });
});

describe('openings of a tenant', () => {
  const openings = (from: string, to: string, limit = 100): string[] =>
    findOpenings(tenant, { serviceId: serviceId('cut'), fromMs: at(from), toMs: at(to), limit }, clock).map(
      ({ startsAtMs }) => DateTime.fromMillis(startsAtMs, { zone }).toFormat('ccc HH:mm'),
    );

  it('are those that can be booked', () => {
    expect(openings('2026-11-20', '2026-11-21')[0]).toBe('Fri 12:30');
    expect(openings('2026-11-23', '2026-11-24')).toHaveLength(16);
    book('2026-11-23T09:00');
    expect(openings('2026-11-23', '2026-11-24', 1)).toEqual(['Mon 09:00']);
    book('2026-11-23T09:00');
    expect(openings('2026-11-23', '2026-11-24', 1)).toEqual(['Mon 09:30']);
    for (const start of openings('2026-11-23', '2026-11-24')) book(`2026-11-23T${start.slice(4)}`);
    expect(openings('2026-11-21', '2026-11-23')).toEqual([]);
  });

  it('end where the question does not make sense', () => {
    expect(openings('2026-11-24', '2026-11-23')).toEqual([]);
    expect(openings('2020-11-23', '2020-11-24')).toEqual([]);
    const ask = (fields: object) => () =>
      findOpenings(tenant, { serviceId: serviceId('cut'), fromMs: 0, toMs: 1, limit: 1, ...fields }, clock);
    expect(codeOf(ask({ serviceId: 'x' }))).toBe('not_found');
    expect(codeOf(ask({ limit: 0 }))).toBe('input_invalid');
    expect(codeOf(ask({ toMs: Number.POSITIVE_INFINITY }))).toBe('input_invalid');
    expect(codeOf(ask({ fromMs: Number.NaN }))).toBe('input_invalid');
  });
});

/** No two appointments of one person share time. */
function expectNoOverlap(booked: readonly Appointment[]): void {
  for (const [i, one] of booked.entries()) {
    for (const other of booked.slice(i + 1)) {
      if (one.staffId !== other.staffId) continue;
      expect(one.endsAtMs <= other.startsAtMs || other.endsAtMs <= one.startsAtMs).toBe(true);
    }
  }
}

it('never books more than there are staff, whatever is asked, cancelled and asked again', () => {
  const command = fc.record({
    quarter: fc.integer({ min: 0, max: 31 }),
    service: fc.constantFrom('cut', 'colour'),
    cancel: fc.boolean(),
    seed: fc.nat(),
  });
  let day = DateTime.fromISO('2027-01-04', { zone });
  fc.assert(
    fc.property(fc.array(command, { minLength: 10, maxLength: 30 }), (commands) => {
      day = day.plus({ days: day.weekday === 5 ? 3 : 1 });
      const dayMs = { fromMs: day.toMillis(), toMs: day.plus({ days: 1 }).toMillis() };
      for (const { quarter, service, cancel, seed } of commands) {
        const booked = tenant.appointments.overlapping(null, dayMs.fromMs, dayMs.toMs);
        if (cancel && booked.length > 0) tenant.appointments.cancel(booked[seed % booked.length]?.id ?? '');
        const start = day.plus({ hours: 9, minutes: quarter * 15 });
        const startsAtMs = start.toMillis();
        const free = findOpenings(tenant, { serviceId: serviceId(service), ...dayMs, limit: 100 }, clock);
        const code = codeOf(() =>
          book(start.toISO() ?? '', { service, name: randomBytes(4).toString('hex') }),
        );
        if (quarter % 2 === 0 && code !== 'outside_hours') {
          expect(code === 'booked').toBe(free.some((opening) => opening.startsAtMs === startsAtMs));
        }
      }
      expectNoOverlap(tenant.appointments.overlapping(null, dayMs.fromMs, dayMs.toMs));
    }),
    { numRuns: 12 },
  );
});

describe('a business that moves to another zone', () => {
  it('keeps its appointments at their moments, and opens by the clock of its new wall', () => {
    const { startsAtMs } = book('2026-11-23T10:00');
    box.tenants.setRegion(tenant.tenantId, { timeZone: 'America/Chicago' });
    expect(tenant.appointments.list({ fromMs: nowMs, toMs: at('2027-01-01T00:00'), limit: 9 })).toMatchObject(
      [{ startsAtMs }],
    );
    const day = { fromMs: at('2026-11-24T00:00'), toMs: at('2026-11-25T00:00'), limit: 1 };
    const [first] = findOpenings(tenant, { serviceId: serviceId('cut'), ...day }, clock);
    const local = DateTime.fromISO('2026-11-24T09:00', { zone: 'America/Chicago' });
    expect(first?.startsAtMs).toBe(local.toMillis());
  });
});
