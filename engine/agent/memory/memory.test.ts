import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemIds } from '../../foundation/index.ts';
import {
  type Box,
  fakeBookedCall,
  fakeCaller,
  fakePractice,
  openBox,
  type TenantStore,
} from '../../store/index.ts';
import { callRecordOf } from '../after-call/call-record.ts';
import { summaryOf } from '../after-call/summary.ts';
import { memoryOf, preferencesOf } from './call-memory.ts';
import { callerContextOf } from './caller-context.ts';
import { withoutNames, withoutNumber } from './forget-caller.ts';

let nowMs = 0;
let dataDir: string;
let box: Box;
let store: TenantStore;
const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
const startMs = Date.UTC(2026, 10, 27, 17);

beforeEach(() => {
  nowMs = startMs;
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-memory-'));
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  store = fakePractice(box);
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A call, and what is remembered of it. */
function call(atMs = startMs): string {
  const at = (ms: number): void => {
    nowMs = ms;
  };
  const callId = fakeBookedCall(store, { ids: systemIds, dataDir, startMs: atMs, at });
  const record = callRecordOf(store, callId, { language: 'en-US' });
  if (!record) throw new Error('the call is gone');
  const summary = summaryOf(record);
  store.analyses.save(callId, {
    summary: { text: summary, by: 'code' },
    extractions: [{ id: 'name', label: 'Name', value: 'Sarah Miller', confidence: 1, source: 'slot' }],
  });
  const memory = memoryOf(store, record, { summary, clean: (text) => text });
  if (memory) store.callers.remember(memory);
  store.callers.embed(callId, Float32Array.from([0.6, 0.8]));
  return callId;
}

describe('before the first word', () => {
  it('a caller who called before is known', () => {
    const first = call();
    const second = call(startMs + 3_600_000);
    const known = callerContextOf(store, fakeCaller);
    expect(known).toMatchObject({
      name: 'Sarah Miller',
      spokenName: 'Sarah',
      earlierCalls: 2,
      preferences: {
        serviceId: store.profile().services[0]?.id,
        ...{ partOfDay: 'morning', staffId: store.profile().staff[0]?.id },
      },
    });
    expect(known.lastSummaries).toHaveLength(2);
    expect(known.lastSummaries[0]).toContain('Sarah Miller');
    expect(store.callers.find(fakeCaller)?.facts.map(({ kind }) => kind)).toContain('booked');
    expect(store.callers.find(fakeCaller)?.summaries.map(({ callId }) => callId)).toEqual([second, first]);
    expect(store.callers.recall(fakeCaller, Float32Array.from([0.6, 0.8]), 1)[0]?.likeness).toBeCloseTo(1);
  });

  it('only three summaries are told, the latest first', () => {
    for (let i = 0; i < 5; i++) call(startMs + i * 3_600_000);
    const known = callerContextOf(store, fakeCaller);
    expect(known.lastSummaries).toHaveLength(3);
    expect(known.earlierCalls).toBe(5);
  });

  it.each([
    ['a withheld number', () => callerContextOf(store, null)],
    ['a stranger', () => callerContextOf(store, '+14155550199')],
    [
      'a tenant without memory',
      () => {
        store.privacy.setPolicy({ memory: false });
        return callerContextOf(store, fakeCaller);
      },
    ],
    [
      'a caller who opted out',
      () => {
        store.callers.setOptedOut(fakeCaller, true);
        call(startMs + 3_600_000);
        return callerContextOf(store, fakeCaller);
      },
    ],
  ])('nothing is known of %s', (_, context) => {
    call();
    expect(context()).toMatchObject({
      ...{
        name: null,
        spokenName: null,
        earlierCalls: 0,
        lastSummaries: [],
      },
      preferences: { serviceId: null, staffId: null, partOfDay: null },
    });
  });

  it('switching the memory off forgets what it held', () => {
    call();
    store.privacy.setPolicy({ memory: false });
    store.privacy.setPolicy({ memory: true });
    expect(store.callers.find(fakeCaller)).toBeNull();
  });

  it('whoever asked not to be remembered is not, whatever the business switches', () => {
    store.callers.setOptedOut(fakeCaller, true);
    store.privacy.setPolicy({ memory: false });
    store.privacy.setPolicy({ memory: true });
    call();
    expect(store.callers.find(fakeCaller)).toMatchObject({ optedOut: true, name: null, summaries: [] });
  });

  it('a usual thing is what most appointments have in common', () => {
    const one = { ...appointment(), serviceId: 'a' };
    const other = { ...appointment(), serviceId: 'b' };
    expect(preferencesOf([one, one, other], 'America/New_York').serviceId).toBe('a');
    expect(preferencesOf([one, other], 'America/New_York').serviceId).toBeNull();
    expect(preferencesOf([one], 'America/New_York')).toEqual({
      serviceId: null,
      staffId: null,
      partOfDay: null,
    });
  });
});

const appointment = () => ({
  ...{
    id: 'x',
    serviceId: 's',
    serviceName: 'cleaning',
    staffId: 'm',
    staffName: 'Dr. One',
    startsAtMs: startMs,
  },
  ...{ endsAtMs: startMs + 1, customerName: 'Sarah', customerPhone: fakeCaller, status: 'booked' as const },
  ...{ callId: null, createdAtMs: startMs, changedAtMs: startMs, revision: 0 },
  ...{ blockedFromMs: startMs, blockedToMs: startMs + 1, customerEmail: null, details: {} },
});

describe('what is taken out of words', () => {
  it('finds a number however it is said', () => {
    for (const text of [
      'call +1 415 555 0132 please',
      'call (415) 555-0132 please',
      'call four one five, five five five, oh one three two please',
      'call 415.555.0132 please',
      'call 4155550132 please',
      'call four fifteen, triple five, oh one thirty two please',
    ]) {
      expect(withoutNumber(text, fakeCaller)).not.toMatch(/0132|one three|thirty/);
      expect(withoutNumber(text, fakeCaller)).toMatch(/^call .*\[number\] please$/);
    }
    expect(withoutNumber('at 1200 Main Street at 10:30', fakeCaller)).toBe('at 1200 Main Street at 10:30');
  });

  it('finds a name whatever its case, whole or in parts, spelled too', () => {
    expect(withoutNames('SARAH, or Miller: S-A-R-A-H; not Sarahs or Millerton', ['Sarah Miller'])).toBe(
      '[name], or [name]: [name]; not Sarahs or Millerton',
    );
    fc.assert(
      fc.property(fc.string({ minLength: 2 }), fc.string(), (name, text) => {
        expect(() => withoutNames(text, [name])).not.toThrow();
      }),
    );
  });
});
