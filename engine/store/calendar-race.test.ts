import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alternatives, bookAppointment, findOpenings, holdOpening } from '../calendar/index.ts';
import { hasCode, silentLog, systemIds } from '../foundation/index.ts';
import type { Appointment } from './index.ts';
import { openBox, type TenantStore } from './index.ts';
import { createWordSearch } from './word-search.ts';

/** Days on which the clocks change; Lord Howe moves them by half an hour. */
const days = [
  ['America/New_York', '2027-03-14'],
  ['America/New_York', '2027-11-07'],
  ['Europe/London', '2027-03-28'],
  ['Europe/London', '2027-10-31'],
  ['Australia/Lord_Howe', '2027-10-03'],
  ['Australia/Lord_Howe', '2027-04-04'],
] as const;

/** Of all the days together. */
const bookings = 1_200;
const processes = 3;
const minuteMs = 60_000;
const door = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/**
 * One of several processes with the files of all the days: books at random as fast as it can, twice each time.
 * Who loses looks for another time and takes it, in one transaction, where it must be free. Begins when it is told
 * to, and prints what it was told itself.
 */
const racer = `
  const { alternatives, bookAppointment, holdOpening } = await import(${door('../calendar/index.ts')});
  const { hasCode, systemIds: ids } = await import(${door('../foundation/index.ts')});
  const { openTenantStore } = await import(${door('./tenant-store.ts')});
  const { worker, seed, attempts, files } = JSON.parse(process.argv.at(-1));
  let state = seed;
  const random = (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
  // Under load a file may be held for long: the call asks again.
  const again = (work) => {
    for (;;) {
      try { return work(); } catch (error) { if (!hasCode(error, 'deadline_exceeded')) throw error; }
    }
  };
  const calls = Array.from({ length: attempts }, (_, i) => 'call ' + worker + '-' + i);
  const call = { sipCallId: 's', callerNumber: null, callerName: null, calledNumber: '+15555550100' };
  const told = files.map(({ path, key, timeZone, nowMs, ...night }) => {
    const clock = { nowMs: () => nowMs, monotonicMs: () => 0 };
    const store = again(() => openTenantStore({
      tenantId: 't', timeZone, path, key: Buffer.from(key, 'hex'), clock, ids, tell() {},
    }));
    again(() => store.transaction(() => calls.forEach((id) => store.calls.start({ id, ...call }))));
    const counts = { repeated: 0, taken: 0, outside: 0, alternative: 0, none: 0 };
    return { store, clock, services: store.profile().services, booked: new Set(), counts, ...night };
  });
  process.stdout.write('ready\\n');
  await new Promise((go) => process.stdin.once('data', go));
  for (const callId of calls) {
    const { store, clock, services, booked, counts, fromMs, quarters } = told[random(told.length)];
    const book = (serviceId, startsAtMs) => {
      const request = { serviceId, startsAtMs, callId, customerName: 'Caller', customerPhone: '+15555550123' };
      return again(() => bookAppointment(store, request, { clock, ids })).id;
    };
    const serviceId = services[random(services.length)].id;
    const startsAtMs = fromMs + random(quarters) * 15 * ${minuteMs};
    try {
      const id = book(serviceId, startsAtMs);
      booked.add(id);
      if (book(serviceId, startsAtMs) === id) counts.repeated += 1;
    } catch (error) {
      if (hasCode(error, 'outside_hours')) { counts.outside += 1; continue; }
      if (!hasCode(error, 'opening_taken')) throw error;
      counts.taken += 1;
      const other = again(() => store.transaction(() => {
        const [nearest] = alternatives(store, { serviceId, nearMs: startsAtMs, limit: 1, callId }, clock);
        if (nearest) holdOpening(store, { serviceId, callId, startsAtMs: nearest.startsAtMs }, { clock, ids });
        return nearest ?? null;
      }));
      if (other === null) { counts.none += 1; continue; }
      counts.alternative += 1;
      if (random(3) > 0) booked.add(book(serviceId, other.startsAtMs));
      else again(() => store.holds.release(callId));
    }
  }
  for (const { store } of told) store.close();
  console.log(JSON.stringify(told.map(({ booked, counts }) => ({ booked: [...booked], counts }))));
  process.stdin.unref();
`;

interface Told {
  readonly booked: readonly string[];
  readonly counts: Readonly<Record<'repeated' | 'taken' | 'outside' | 'alternative' | 'none', number>>;
}

interface DayFile {
  readonly path: string;
  readonly key: string;
  readonly timeZone: string;
  readonly nowMs: number;
  readonly fromMs: number;
  readonly quarters: number;
}

const service = { durationMinutes: 30, priceMinor: 0, currency: 'USD' };
const offered = {
  services: [
    { ...service, name: 'long', durationMinutes: 45, bufferBeforeMinutes: 5, bufferAfterMinutes: 10 },
    { ...service, name: 'short' },
    { ...service, name: 'class', capacity: 3 },
  ],
  staff: [{ name: 'Ann' }, { name: 'Ben' }],
};
/** The one night on which the business opens at all. */
const night = { name: 'the clocks change', spans: [{ fromMinute: 0, toMinute: 270 }] };

/** No two of one person's share time, buffers included, but guests of one class, who are no more than it takes. */
function expectRight(store: TenantStore, timeZone: string): readonly Appointment[] {
  const booked = store.appointments.list({ limit: 10_000 });
  const { services } = store.profile();
  for (const [i, one] of booked.entries()) {
    const beside = booked.filter(
      (other) =>
        other.staffId === one.staffId &&
        other.blockedFromMs < one.blockedToMs &&
        one.blockedFromMs < other.blockedToMs,
    );
    const capacity = services.find(({ id }) => id === one.serviceId)?.capacity ?? 1;
    expect(beside.length, `beside ${i}`).toBeLessThanOrEqual(capacity);
    for (const other of beside) {
      expect([other.serviceId, other.startsAtMs]).toEqual([one.serviceId, one.startsAtMs]);
    }
    for (let atMs = one.startsAtMs; atMs < one.endsAtMs; atMs += minuteMs) {
      const { hour, minute } = DateTime.fromMillis(atMs, { zone: timeZone });
      expect(hour * 60 + minute).toBeLessThan(270);
    }
  }
  return booked;
}

/** Starts the processes, lets them go together, and reads what each was told on each day. */
async function race(files: readonly DayFile[]): Promise<Told[][]> {
  const racers = Array.from({ length: processes }, (_, worker) => {
    const input = { worker, seed: 7919 * (worker + 1), attempts: bookings / processes, files };
    const args = ['--input-type=module', '-e', racer, '--', JSON.stringify(input)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.setEncoding('utf8');
    return child;
  });
  await Promise.all(racers.map((child) => once(child.stdout, 'data')));
  return Promise.all(
    racers.map(async (child) => {
      let said = '';
      child.stdout.on('data', (text: string) => {
        said += text;
      });
      child.stdin.end('go');
      await once(child, 'close');
      return JSON.parse(said) as Told[];
    }),
  );
}

const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-race-'));
let nowMs = DateTime.fromISO('2027-01-01T00:00Z').toMillis();
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const parts = { clock, ids: systemIds };

afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describe('bookings of several processes in one encrypted file', () => {
  const results: { day: string; timeZone: string; path: string; told: Told[] }[] = [];

  beforeAll(async () => {
    const { createTenantFile, openTenantStore } = await import('./tenant-store.ts');
    const { completeTenant } = await import('./new-tenant.ts');
    const files = days.map(([timeZone, day], i): DayFile => {
      const path = join(dataDir, `${i}.db`);
      const key = randomBytes(32);
      const tenant = completeTenant({ name: 'Race', timeZone, hours: [], ...offered });
      createTenantFile(tenant, { path, key, ...parts });
      const store = openTenantStore({
        tenantId: 't',
        timeZone,
        path,
        key,
        ...parts,
        tell: () => {},
        search: createWordSearch(),
      });
      store.holidays.add({ day, ...night });
      store.close();
      const start = DateTime.fromISO(day, { zone: timeZone });
      const hours = start.plus({ days: 1 }).diff(start, 'hours').hours - 19;
      const fromMs = start.toMillis();
      return { path, key: key.toString('hex'), timeZone, nowMs, fromMs, quarters: hours * 4 };
    });
    const told = await race(files);
    for (const [i, [timeZone, day]] of days.entries()) {
      const { path } = files[i] ?? { path: '' };
      results.push({ day, timeZone, path, told: told.flatMap((one) => one[i] ?? []) });
    }
    keys.push(...files.map(({ key }) => Buffer.from(key, 'hex')));
  }, 60_000);

  const keys: Buffer[] = [];

  it.each(days.map((day, i) => [...day, i] as const))('in %s on %s', async (_, __, i) => {
    const { openTenantStore } = await import('./tenant-store.ts');
    const { timeZone, path, told } = results[i] ?? { timeZone: '', path: '', told: [] };
    const key = keys[i] ?? Buffer.alloc(0);
    const store = openTenantStore({
      tenantId: 't',
      timeZone,
      path,
      key,
      ...parts,
      tell: () => {},
      search: createWordSearch(),
    });
    const booked = expectRight(store, timeZone);
    const acknowledged = told.flatMap((one) => one.booked);
    expect(booked.map(({ id }) => id).toSorted()).toEqual(acknowledged.toSorted());
    const events = store.events.since(0, 10_000).filter(({ type }) => type === 'appointment.booked');
    expect(events).toHaveLength(booked.length);
    const sum = (name: keyof Told['counts']): number =>
      told.reduce((all, { counts }) => all + counts[name], 0);
    expect(sum('repeated') + sum('taken') + sum('outside')).toBeGreaterThan(bookings / days.length / 2);
    expect(sum('alternative') + sum('none')).toBe(sum('taken'));
    expect(sum('alternative')).toBeGreaterThan(0);
    expect(sum('none')).toBeGreaterThan(0);
    expect(told.filter((one) => one.booked.length > 0).length, 'processes that booked').toBeGreaterThan(1);
    // Whoever was told that nothing is left was told so rightly.
    for (const { id: serviceId } of store.profile().services) {
      const range = { fromMs: nowMs, toMs: nowMs + 400 * 1440 * minuteMs, limit: 1 };
      const [left] = findOpenings(store, { serviceId, ...range }, clock);
      expect(left).toBeUndefined();
    }
    store.close();
  });
});

it('gives no opening twice to a thousand calls that take turns in one process', async () => {
  nowMs = DateTime.fromISO('2027-01-01T00:00Z').toMillis();
  const timeZone = 'Australia/Lord_Howe';
  const box = openBox({ dataDir: join(dataDir, 'box'), ...parts, log: silentLog });
  const tenant = box.tenant(box.tenants.create({ name: 'Race', timeZone, hours: [], ...offered }).id);
  tenant.holidays.add({ day: '2027-04-04', ...night });
  const { services } = tenant.profile();
  const fromMs = DateTime.fromISO('2027-04-04', { zone: timeZone }).toMillis();
  const names = Array.from({ length: 1_000 }, (_, i) => `call ${i}`);
  tenant.transaction(() => {
    const call = { sipCallId: 's', callerNumber: null, callerName: null, calledNumber: '+15555550100' };
    for (const id of names) tenant.calls.start({ id, ...call });
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const outcomes = { booked: 0, lost: 0, none: 0 };

  const converse = async (callId: string, i: number): Promise<void> => {
    const serviceId = services[i % services.length]?.id ?? '';
    for (let tries = 0; tries < 3; tries += 1) {
      const near = { serviceId, nearMs: fromMs + (i % 19) * 15 * minuteMs, limit: 3, callId };
      const found = alternatives(tenant, near, clock);
      const startsAtMs = found[i % 3]?.startsAtMs ?? found[0]?.startsAtMs;
      if (startsAtMs === undefined) {
        outcomes.none += 1;
        return;
      }
      await turn();
      try {
        holdOpening(tenant, { serviceId, startsAtMs, callId }, parts);
        await turn();
        if (i % 5 === 0) nowMs += 50_000;
        const request = { serviceId, startsAtMs, callId, customerName: 'A', customerPhone: '+15555550123' };
        const { id } = bookAppointment(tenant, request, parts);
        await turn();
        expect(bookAppointment(tenant, request, parts).id).toBe(id);
        outcomes.booked += 1;
        return;
      } catch (error) {
        if (!hasCode(error, 'opening_taken')) throw error;
        outcomes.lost += 1;
      }
    }
  };
  await Promise.all(names.map(converse));
  expect(expectRight(tenant, timeZone)).toHaveLength(outcomes.booked);
  expect(Math.min(outcomes.booked, outcomes.lost, outcomes.none)).toBeGreaterThan(0);
  box.close();
});
