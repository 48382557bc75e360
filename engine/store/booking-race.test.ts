import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bookAppointment } from '../calendar/index.ts';
import { hasCode, systemIds } from '../foundation/index.ts';
import { completeTenant } from './new-tenant.ts';
import { createTenantFile, openTenantStore, type TenantStoreOptions } from './tenant-store.ts';
import { createWordSearch } from './word-search.ts';

const doors = {
  calendar: new URL('../calendar/index.ts', import.meta.url).href,
  foundation: new URL('../foundation/index.ts', import.meta.url).href,
  store: new URL('./tenant-store.ts', import.meta.url).href,
};

const mondayMs = Date.UTC(2026, 10, 23);
const clock = { nowMs: () => mondayMs, monotonicMs: () => 0 };
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Books at random as fast as it can and prints the ids of what it was told is booked. */
const booker = `
  const { bookAppointment } = await import('${doors.calendar}');
  const { isVoxboxError, systemIds } = await import('${doors.foundation}');
  const { openTenantStore } = await import('${doors.store}');
  const { path, key, attempts } = JSON.parse(process.argv.at(-1));
  const clock = { nowMs: () => ${mondayMs}, monotonicMs: () => 0 };
  const store = openTenantStore({
    tenantId: 't', timeZone: 'Etc/UTC', path, key: Buffer.from(key, 'hex'), clock, ids: systemIds, tell() {},
  });
  const { services } = store.profile();
  const booked = [], refused = {};
  for (const [service, quarter] of attempts) {
    try {
      const request = {
        serviceId: services[service].id, startsAtMs: ${mondayMs} + quarter * ${15 * minuteMs},
        customerName: 'Process ' + process.pid, customerPhone: '+15555550123', callId: null,
      };
      booked.push(bookAppointment(store, request, { clock, ids: systemIds }).id);
    } catch (error) {
      if (!isVoxboxError(error)) throw error;
      refused[error.code] = (refused[error.code] ?? 0) + 1;
    }
  }
  store.close();
  console.log(JSON.stringify({ booked, refused }));
`;

it('gives no opening twice to processes that book at the same time', { timeout: 30_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'voxbox-race-'));
  const path = join(directory, 'tenant.db');
  const key = randomBytes(32);
  createTenantFile(
    completeTenant({
      name: 'Race',
      timeZone: 'Etc/UTC',
      hours: [{ weekday: 1, fromMinute: 540, toMinute: 1020 }],
      services: [30, 45, 60].map((durationMinutes) => ({
        name: `${durationMinutes}`,
        durationMinutes,
        priceMinor: 0,
        currency: 'USD',
      })),
      staff: [{ name: 'One' }, { name: 'Two' }],
    }),
    { path, key, ids: systemIds, clock },
  );
  const processes = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const attempts = Array.from({ length: 60 }, () => [random(3), 36 + random(32)]);
      const input = JSON.stringify({ path, key: key.toString('hex'), attempts });
      const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', booker, '--', input]);
      return JSON.parse((await run).stdout) as { booked: string[]; refused: Record<string, number> };
    }),
  );

  const options = {
    tenantId: 't',
    timeZone: 'Etc/UTC',
    path,
    key,
    clock,
    ids: systemIds,
    tell: () => {},
    search: createWordSearch(),
  };
  const store = openTenantStore(options satisfies TenantStoreOptions);
  const booked = store.appointments.list({ limit: 1000 });
  const acknowledged = processes.flatMap((one) => one.booked);
  expect(booked.map(({ id }) => id).toSorted()).toEqual(acknowledged.toSorted());
  expect(
    new Set(booked.map(({ customerName }) => customerName)).size,
    'processes that booked',
  ).toBeGreaterThan(1);
  expect(processes.reduce((sum, { refused }) => sum + (refused.opening_taken ?? 0), 0)).toBeGreaterThan(50);
  for (const [i, one] of booked.entries()) {
    for (const other of booked.slice(i + 1)) {
      const meet = one.startsAtMs < other.endsAtMs && other.startsAtMs < one.endsAtMs;
      expect(meet && one.staffId === other.staffId, `${one.id} and ${other.id}`).toBe(false);
    }
  }
  expect(store.events.since(0, 1000).filter(({ type }) => type === 'appointment.booked')).toHaveLength(
    booked.length,
  );
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

it('lets two connections of one process take turns', () => {
  const directory = mkdtempSync(join(tmpdir(), 'voxbox-race-'));
  const path = join(directory, 'tenant.db');
  const key = randomBytes(32);
  const hours = [{ weekday: 1 as const, fromMinute: 540, toMinute: 1020 }];
  createTenantFile(completeTenant({ name: 'Race', timeZone: 'Etc/UTC', hours }), {
    path,
    key,
    ids: systemIds,
    clock,
  });
  const options = {
    tenantId: 't',
    timeZone: 'Etc/UTC',
    path,
    key,
    clock,
    ids: systemIds,
    tell: () => {},
    search: createWordSearch(),
  };
  const stores = [openTenantStore(options), openTenantStore(options)];
  const serviceId = stores[0]?.profile().services[0]?.id ?? '';
  let booked = 0;
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const startsAtMs = mondayMs + (36 + random(32)) * 15 * minuteMs;
    const request = { serviceId, startsAtMs, customerName: 'A', customerPhone: '+15555550123', callId: null };
    for (const store of stores) {
      try {
        bookAppointment(store, request, { clock, ids: systemIds });
        booked += 1;
      } catch (error) {
        expect(hasCode(error, 'opening_taken') || hasCode(error, 'outside_hours')).toBe(true);
      }
    }
  }
  const rows = stores[1]?.appointments.overlapping(null, mondayMs, mondayMs + dayMs) ?? [];
  expect(rows).toHaveLength(booked);
  expect(booked).toBeGreaterThan(8);
  for (const [i, row] of rows.entries()) {
    expect(row.startsAtMs).toBeGreaterThanOrEqual(rows[i - 1]?.endsAtMs ?? 0);
  }
  for (const store of stores) store.close();
  rmSync(directory, { recursive: true, force: true });
});

const random = (below: number): number => Math.floor(Math.random() * below);
