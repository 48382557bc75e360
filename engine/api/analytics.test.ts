import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, isVoxboxError, silentLog, systemIds } from '../foundation/index.ts';
import { fakeEmbed } from '../knowledge/index.ts';
import { type Box, type CallOutcome, openBox, type TenantStore } from '../store/index.ts';
import { countedDays, daysBetween } from './analytics.ts';
import type { Analytics } from './contract/index.ts';
import { askDesk, createDesk, type Desk } from './desk.ts';

const zone = 'America/New_York';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
let dataDir: string;
let box: Box;
let store: TenantStore;
let desk: Desk;
let nowMs = 0;
const clock: Clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
/** A day of March 2026 in the business's zone, before the clocks change on the 8th. */
const at = (day: number, hour: number, minute = 0): number =>
  Date.UTC(2026, 2, day, hour + (day < 8 ? 5 : 4), minute);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-analytics-'));
  nowMs = at(1, 0);
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  const { id } = box.tenants.create({ name: 'Salon', timeZone: zone, numbers: [{ number: '+12025550100' }] });
  store = box.tenant(id);
  desk = createDesk({
    ...{ box, clock, ids: systemIds, dataDir, embed: fakeEmbed, onProgress: () => {} },
  });
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface FakeCall {
  readonly outcome?: CallOutcome;
  readonly seconds?: number;
  readonly latencies?: readonly number[];
  readonly practice?: boolean;
  readonly outbound?: boolean;
  readonly answered?: boolean;
  readonly language?: string;
}

function call(startMs: number, fields: FakeCall = {}): string {
  const { outcome = 'answered', seconds = 60, latencies = [], practice, outbound, answered = true } = fields;
  const { language = null } = fields;
  const id = systemIds.uuid();
  nowMs = startMs;
  store.calls.start({
    ...{ id, sipCallId: id, callerNumber: '+12025550123', callerName: null, calledNumber: '+12025550100' },
    ...{ direction: outbound ? 'outbound' : 'inbound', language },
    ...(practice ? { practice } : {}),
  });
  if (answered) store.calls.answer(id, { recording: null });
  for (const [i, totalMs] of latencies.entries()) {
    const rest = { endOfTurnMs: null, sttMs: null, understandingMs: null, ttsMs: null, outputMs: null };
    store.transcript.add({
      ...{ callId: id, speaker: 'agent', text: 'Yes.', interrupted: false, confidence: null },
      ...{ startedAtMs: startMs + i, endedAtMs: startMs + i + 1, latency: { totalMs, ...rest } },
    });
  }
  nowMs = startMs + seconds * 1000;
  store.calls.end(id, outcome);
  return id;
}

async function read(from: string, to: string): Promise<Analytics> {
  nowMs = Math.max(nowMs, at(20, 12));
  const request = { method: 'analytics.read', id: store.tenantId, query: { from, to } } as const;
  return (await askDesk(desk, request)).analytics;
}
const refused = async (from: string, to: string): Promise<string | null> => {
  try {
    await read(from, to);
  } catch (error) {
    if (isVoxboxError(error)) return error.code;
    throw error;
  }
  return null;
};

describe('the figures of a period', () => {
  it('count what came of the calls that began in it', async () => {
    call(at(9, 23, 59), { outcome: 'booked' });
    call(at(10, 9), { outcome: 'booked', seconds: 90 });
    call(at(10, 9, 30), { outcome: 'message', seconds: 30 });
    call(at(10, 14), { outcome: 'transferred', seconds: 120 });
    call(at(10, 15), { outbound: true, outcome: 'answered' });
    call(at(11, 0), { outcome: 'answered' });
    const { totals, days, hours } = await read('2026-03-10', '2026-03-10');
    expect(totals).toMatchObject({ calls: 4, inbound: 3, outbound: 1, answered: 4, missed: 0 });
    expect(totals.outcomes).toMatchObject({ booked: 1, message: 1, transferred: 1, answered: 1, failed: 0 });
    expect([totals.talkMs, totals.averageMs]).toEqual([300_000, 75_000]);
    expect(days).toEqual([
      { day: '2026-03-10', calls: 4, answered: 4, booked: 1, missed: 0, p50Ms: null, p95Ms: null },
    ]);
    expect(hours).toEqual([
      { weekday: 2, hour: 9, calls: 2, missed: 0 },
      { weekday: 2, hour: 14, calls: 1, missed: 0 },
      { weekday: 2, hour: 15, calls: 1, missed: 0 },
    ]);
  });

  it('leave practice calls, and calls that go on, out', async () => {
    call(at(10, 9), { practice: true, outcome: 'booked', latencies: [500] });
    nowMs = at(10, 10);
    const open = { sipCallId: 'open', callerNumber: null, callerName: null, calledNumber: '+12025550100' };
    store.calls.start({ id: systemIds.uuid(), ...open });
    const { totals, latency } = await read('2026-03-10', '2026-03-10');
    expect([totals.calls, latency.turns]).toEqual([0, 0]);
  });

  it('tell the languages in which calls were answered', async () => {
    for (const language of ['en-US', 'es-MX', 'en-US']) call(at(10, 9), { language });
    call(at(10, 9), { language: 'es-MX', answered: false, outcome: 'abandoned' });
    call(at(11, 9), { language: 'en-US' });
    call(at(11, 9));
    const languages = [
      { language: 'en-US', calls: 3 },
      { language: 'es-MX', calls: 1 },
    ];
    expect((await read('2026-03-10', '2026-03-11')).languages).toEqual(languages);
    // As it is kept.
    expect((await read('2026-03-10', '2026-03-11')).languages).toEqual(languages);
  });

  it('say why calls were missed', async () => {
    call(at(10, 9), { outcome: 'abandoned', answered: false });
    const full = call(at(10, 10), { outcome: 'refused', answered: false });
    store.calls.note(full, { type: 'call.overflowed', kind: 'busy' });
    nowMs = at(10, 11);
    const { tenantId } = store;
    const refusal = { calledNumber: '+12025550100', callerNumber: null, reason: 'number_unknown' };
    box.refusals.record({ ...refusal, tenantId });
    box.refusals.record({ ...refusal, tenantId });
    box.refusals.record({ ...refusal, tenantId: null });
    const { totals, missed } = await read('2026-03-10', '2026-03-10');
    expect(missed).toEqual([
      { reason: 'number_unknown', calls: 2 },
      { reason: 'abandoned', calls: 1 },
      { reason: 'full', calls: 1 },
    ]);
    expect([totals.missed, totals.calls, totals.answered]).toEqual([4, 2, 0]);
  });

  it('reckon what a person was spared with what the business says', async () => {
    call(at(10, 9), { outcome: 'booked', seconds: 60 });
    call(at(10, 10), { outcome: 'transferred', seconds: 600 });
    call(at(10, 11), { outcome: 'abandoned', answered: false, seconds: 20 });
    expect((await read('2026-03-10', '2026-03-10')).savedMs).toBe((1 + 3) * minuteMs);
    const change = { method: 'analytics.set', id: store.tenantId, body: { minutesPerCall: 7.5 } } as const;
    expect(await askDesk(desk, change)).toEqual({ minutesPerCall: 7.5 });
    expect(await read('2026-03-10', '2026-03-10')).toMatchObject({
      minutesPerCall: 7.5,
      savedMs: 8.5 * minuteMs,
    });
    expect(store.events.since(0, 1000).at(-1)?.type).toBe('analytics.changed');
  });

  it('tell how long answers took, to 5 %', async () => {
    const latencies = Array.from({ length: 100 }, (_, i) => 400 + i * 10);
    call(at(9, 9), { latencies: latencies.slice(0, 50) });
    call(at(10, 9), { latencies: latencies.slice(50) });
    const { latency, days } = await read('2026-03-09', '2026-03-10');
    expect(latency.turns).toBe(100);
    expect(Math.abs((latency.p50Ms ?? 0) / 890 - 1)).toBeLessThan(0.05);
    expect(Math.abs((latency.p95Ms ?? 0) / 1340 - 1)).toBeLessThan(0.05);
    expect(Math.abs((days[0]?.p95Ms ?? 0) / 870 - 1)).toBeLessThan(0.05);
    expect((days[0]?.p95Ms ?? 0) < (days[1]?.p50Ms ?? 0)).toBe(true);
  });

  it('sum up values and fields that were read out of calls, and no words of callers', async () => {
    store.setPlaybook({
      extraction: [
        { id: 'name', label: 'Name', kind: 'name', description: 'who' },
        { id: 'new', label: 'New', kind: 'yes-no', description: 'whether' },
      ],
    });
    const read1 = { confidence: 1, source: 'recogniser' } as const;
    for (const value of ['yes', 'yes', 'no']) {
      store.analyses.save(call(at(10, 9)), {
        revenue: [{ amountMinor: 5_000, currency: 'USD' }],
        extractions: [
          { id: 'name', label: 'Name', value: `Sarah ${value}`, ...read1 },
          { id: 'new', label: 'New', value, ...read1 },
        ],
      });
    }
    const { totals, extractions } = await read('2026-03-10', '2026-03-10');
    expect(totals.revenue).toEqual([{ amountMinor: 15_000, currency: 'USD' }]);
    expect(extractions).toEqual([
      { id: 'name', label: 'Name', calls: 3, values: [] },
      {
        ...{ id: 'new', label: 'New', calls: 3 },
        values: [
          { value: 'yes', calls: 2 },
          { value: 'no', calls: 1 },
        ],
      },
    ]);
  });

  it('refuse days that are none, turned round or too many', async () => {
    expect(await refused('2026-02-30', '2026-03-01')).toBe('input_invalid');
    expect(await refused('2026-03-02', '2026-03-01')).toBe('input_invalid');
    expect(await refused('2025-01-01', '2026-03-01')).toBe('input_invalid');
    expect(await refused('2025-03-01', '2026-03-01')).toBeNull();
  });
});

describe('days', () => {
  it('are those of the zone, of 23 and 25 hours where the clocks change', () => {
    const [spring] = daysBetween('2026-03-08', '2026-03-08', zone);
    expect(spring?.hours.map(({ hour }) => hour)).toEqual([
      0,
      1,
      ...Array.from({ length: 21 }, (_, i) => i + 3),
    ]);
    expect((spring?.toMs ?? 0) - (spring?.fromMs ?? 0)).toBe(23 * hourMs);
    const [autumn] = daysBetween('2026-11-01', '2026-11-01', zone);
    expect(autumn?.hours.slice(0, 4).map(({ hour }) => hour)).toEqual([0, 1, 1, 2]);
    expect(autumn?.hours).toHaveLength(25);
    expect(daysBetween('2026-03-07', '2026-03-10', zone).map(({ weekday }) => weekday)).toEqual([6, 7, 1, 2]);
  });

  it('hold a call of the night on which the clocks change in its own hour', async () => {
    call(Date.UTC(2026, 2, 8, 7, 30));
    expect((await read('2026-03-08', '2026-03-08')).hours).toEqual([
      { weekday: 7, hour: 3, calls: 1, missed: 0 },
    ]);
  });
});

describe('days that were counted', () => {
  const [from, to] = ['2026-03-09', '2026-03-11'];
  /** After each hour. */
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const kept = () => store.analytics.kept(at(9, 0), at(12, 0)).length;

  it('are kept, and counted anew when something of them changes', async () => {
    const first = call(at(10, 9), { outcome: 'message' });
    expect((await read(from, to)).totals.calls).toBe(1);
    expect(kept()).toBe(3);
    call(at(10, 12), { outcome: 'booked' });
    expect(kept(), 'the others stay').toBe(2);
    expect((await read(from, to)).totals).toMatchObject({ calls: 2, outcomes: { booked: 1, message: 1 } });
    store.analyses.save(first, { revenue: [{ amountMinor: 100, currency: 'EUR' }] });
    expect((await read(from, to)).totals.revenue).toEqual([{ amountMinor: 100, currency: 'EUR' }]);
    expect(kept()).toBe(3);
    store.setPlaybook({});
    expect(kept(), 'other fields are counted now').toBe(0);
  });

  it('are not kept before they are over', async () => {
    nowMs = at(20, 12);
    call(at(20, 9));
    nowMs = at(20, 12);
    await read('2026-03-19', '2026-03-22');
    expect(store.analytics.kept(at(19, 0), at(23, 0)).map(({ fromMs }) => fromMs)).toEqual([at(19, 0)]);
  });

  it('are not kept when something changed while they were counted', async () => {
    call(at(10, 9));
    const days = daysBetween(from, to, zone);
    const counting = countedDays(store.analytics, days, { nowMs: at(20, 0), ticket: 'one', pause });
    // Long enough for the hour of the call to have been counted, and not for the whole.
    for (let turns = 0; turns < 45; turns += 1) await pause();
    call(at(10, 10));
    await counting;
    expect(kept()).toBe(2);
    expect((await read(from, to)).totals.calls).toBe(2);
    expect((await read(from, to)).totals.calls, 'as they are kept').toBe(2);
  });

  it('are kept by the last of those who count at the same time', async () => {
    call(at(10, 9));
    const days = daysBetween(from, to, zone);
    const count = (ticket: string) => countedDays(store.analytics, days, { nowMs: at(20, 0), ticket, pause });
    const [one, other] = await Promise.all([count('one'), count('other')]);
    expect(one).toEqual(other);
    expect(store.analytics.kept(at(9, 0), at(12, 0))).toEqual(one);
  });
});
