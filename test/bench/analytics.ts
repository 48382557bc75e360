import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyticsRead } from '../../engine/api/analytics.ts';
import { silentLog, systemIds } from '../../engine/foundation/index.ts';
import { chanceOf } from '../../engine/rehearsal/line/chance.ts';
import { type CallOutcome, openBox, type TenantStore } from '../../engine/store/index.ts';
import { percentile } from '../caller/percentiles.ts';
import { SetClock } from '../e2e/practice.ts';
import type { Bench } from './figure.ts';

const count = 100_000;
const dayMs = 86_400_000;
const endMs = Date.UTC(2026, 2, 10, 15);
const year = { from: '2025-03-10', to: '2026-03-09' };
const outcomes = [
  'booked',
  'answered',
  'message',
  'transferred',
  'abandoned',
] as const satisfies readonly CallOutcome[];

/** The figures of a business that had a hundred thousand calls in a year: counted the first time, and kept. */
export const analytics: Bench = async ({ quick, tell }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-analytics-'));
  const clock = new SetClock();
  clock.atMs = endMs - 400 * dayMs;
  const box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  try {
    const { id } = box.tenants.create({ name: 'Bright Smile', timeZone: 'America/New_York' });
    const store = box.tenant(id);
    makeYear(store, clock, tell);
    clock.atMs = endMs;
    const read = () => analyticsRead({ box, clock, ids: systemIds }, id, year);
    const first = await timed(read);
    const again: { readonly tookMs: number; readonly heldMs: number }[] = [];
    for (let round = 0; round < (quick ? 5 : 30); round += 1) again.push(await timed(read));
    const { calls } = (await read()).totals;
    const held = Math.max(...again.map(({ heldMs }) => heldMs));
    const note = `${calls} calls of a year, ${again.length} times`;
    return [
      {
        name: 'a year of calls, p95',
        value: percentile(
          again.map(({ tookMs }) => tookMs),
          95,
        ),
        unit: 'ms',
        limit: 50,
        note,
      },
      { name: 'a year of calls: the loop held up at most', value: held, unit: 'ms', limit: 5, note },
      {
        name: 'a year of calls, counted for the first time',
        value: first.tookMs,
        unit: 'ms',
        limit: null,
        note: 'once',
      },
      { name: 'counting: the loop held up at most', value: first.heldMs, unit: 'ms', limit: 5, note: 'once' },
    ];
  } finally {
    box.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

/** The same calls every time, in the hours of a working day; three answers each, and what was read out of them. */
function makeYear(store: TenantStore, clock: SetClock, tell: (text: string) => void): void {
  const random = chanceOf('analytics');
  const batch = 1000;
  for (let made = 0; made < count; made += batch) {
    store.transaction(() => {
      for (let i = made; i < made + batch; i += 1) {
        const day = Math.floor((i / count) * 365);
        clock.atMs = endMs - 366 * dayMs + day * dayMs + Math.floor((random() * 10 - 2) * 3_600_000);
        makeCall(store, clock, { i, random });
      }
    });
    if ((made + batch) % 20_000 === 0) tell(`  ${made + batch} calls ...`);
  }
}

function makeCall(
  store: TenantStore,
  clock: SetClock,
  { i, random }: { readonly i: number; readonly random: () => number },
): void {
  const id = systemIds.uuid();
  const caller = { callerNumber: `+1${2_025_550_000 + (i % 9000)}`, callerName: null };
  store.calls.start({ id, sipCallId: id, ...caller, calledNumber: '+12025550100' });
  const outcome = outcomes[i % outcomes.length] ?? 'answered';
  if (outcome !== 'abandoned') store.calls.answer(id, { recording: null });
  const rest = { endOfTurnMs: 300, sttMs: 100, understandingMs: 50, ttsMs: 100, outputMs: 20 };
  for (let turn = 0; turn < 3; turn += 1) {
    store.transcript.add({
      ...{ callId: id, speaker: 'agent', text: 'Yes.', interrupted: false, confidence: null },
      ...{ startedAtMs: clock.atMs + turn * 4000, endedAtMs: clock.atMs + turn * 4000 + 1000 },
      latency: { totalMs: Math.round(400 + random() * 900), ...rest },
    });
  }
  clock.atMs += 90_000;
  store.calls.end(id, outcome);
  store.analyses.save(id, {
    revenue: outcome === 'booked' ? [{ amountMinor: 12_000, currency: 'USD' }] : [],
    extractions: [{ id: 'name', label: 'Name', value: 'Maria Lopez', confidence: 1, source: 'slot' }],
  });
}

/** How long something takes, and how long it holds up the loop in one go. */
async function timed(work: () => Promise<unknown>): Promise<{ tookMs: number; heldMs: number }> {
  let heldMs = 0;
  let lastMs = performance.now();
  let on = true;
  const tick = (): void => {
    const nowMs = performance.now();
    heldMs = Math.max(heldMs, nowMs - lastMs);
    lastMs = nowMs;
    if (on) setImmediate(tick);
  };
  setImmediate(tick);
  const sinceMs = performance.now();
  await work();
  const tookMs = performance.now() - sinceMs;
  on = false;
  return { tookMs, heldMs: Math.max(heldMs, performance.now() - lastMs) };
}
