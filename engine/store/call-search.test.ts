import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import type { CallFilter } from './call-search.ts';
import { openDatabase } from './database.ts';
import { fakeCaller, fakePractice } from './fake-calls.ts';
import { openKeyring } from './keys.ts';
import { boxMigrations, tenantMigrations } from './migrations.ts';
import type { CallOutcome } from './model.ts';
import type { TenantStore } from './tenant-store.ts';

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 2, 1);
let nowMs = startMs;
let dataDir: string;
let box: Box;
let store: TenantStore;

beforeEach(() => {
  nowMs = startMs;
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-search-'));
  box = openBox({
    ...{ dataDir, ids: systemIds, log: silentLog },
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
  });
  store = fakePractice(box);
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Given {
  readonly atMs: number;
  readonly outcome: CallOutcome | null;
  readonly outbound: boolean;
  readonly recorded: boolean;
  readonly practice: boolean;
  readonly booked: boolean;
  readonly number: string | null;
  readonly said: readonly string[];
}

const plain: Given = {
  ...{ atMs: startMs, outcome: 'answered', outbound: false, recorded: false, practice: false },
  ...{ booked: false, number: fakeCaller, said: [] },
};

function make(given: Given): string {
  const id = systemIds.uuid();
  const own = '+15555550100';
  nowMs = given.atMs;
  store.calls.start({
    ...{ id, sipCallId: id, callerName: null, practice: given.practice },
    ...(given.outbound
      ? { direction: 'outbound', callerNumber: own, calledNumber: given.number ?? 'nobody' }
      : { callerNumber: given.number, calledNumber: own }),
  });
  store.calls.answer(id, { recording: given.recorded ? `recordings/${id}.wav` : null });
  for (const text of given.said) {
    store.transcript.add({
      ...{ callId: id, speaker: 'caller', text, startedAtMs: nowMs, endedAtMs: nowMs + 900 },
      ...{ confidence: 0.9, interrupted: false, latency: null },
    });
  }
  if (given.booked) book(id);
  if (given.outcome) store.calls.end(id, given.outcome);
  return id;
}

let booked = 0;
function book(callId: string): void {
  const { services, staff } = store.profile();
  booked += 1;
  const startsAtMs = startMs + booked * hourMs;
  store.transaction(() =>
    store.appointments.insert({
      ...{ id: systemIds.uuid(), serviceId: services[0]?.id ?? '', serviceName: 'Cleaning' },
      ...{
        staffId: staff[0]?.id ?? '',
        staffName: 'Dr. Carter',
        startsAtMs,
        endsAtMs: startsAtMs + hourMs / 2,
      },
      ...{ customerName: 'Sarah', customerPhone: fakeCaller, status: 'booked', callId, createdAtMs: startMs },
    }),
  );
}

const fits = (given: Given, filter: CallFilter): boolean =>
  given.atMs >= (filter.fromMs ?? 0) &&
  given.atMs < (filter.toMs ?? Number.POSITIVE_INFINITY) &&
  (filter.status === undefined ||
    (filter.status === 'ended'
      ? given.outcome !== null
      : filter.status === 'in-progress'
        ? given.outcome === null
        : given.outcome === filter.status)) &&
  (filter.direction === undefined || given.outbound === (filter.direction === 'outbound')) &&
  (filter.party === undefined || given.number === filter.party) &&
  (filter.booked === undefined || given.booked === filter.booked) &&
  (filter.recorded === undefined || (given.recorded && given.outcome !== null) === filter.recorded) &&
  (filter.practice === 'with' || given.practice === (filter.practice === 'only'));

const outcomes = ['booked', 'answered', 'failed', 'abandoned'] as const;
const number = fc.constantFrom(fakeCaller, '+14155550199');
const calls = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 80 }).map((hour) => startMs + hour * hourMs),
    outcome: fc.option(fc.constantFrom<CallOutcome>(...outcomes)),
    ...{ outbound: fc.boolean(), recorded: fc.boolean(), practice: fc.boolean(), booked: fc.boolean() },
    number: fc.option(number),
    said: fc.subarray(['a root canal', 'the parking lot', 'Canal Street']),
  }),
  { minLength: 30, maxLength: 60 },
);
const moment = fc.integer({ min: -10, max: 100 }).map((hour) => startMs + hour * hourMs);
const filters = fc.record(
  {
    ...{ fromMs: moment, toMs: moment, party: number, booked: fc.boolean(), recorded: fc.boolean() },
    status: fc.constantFrom('ended' as const, 'in-progress' as const, ...outcomes),
    direction: fc.constantFrom('inbound' as const, 'outbound' as const),
    practice: fc.constantFrom('with' as const, 'only' as const, 'without' as const),
  },
  { requiredKeys: [] },
);

describe('a list of calls', () => {
  it('holds what its filter asks for, whichever way it is read', async () => {
    await fc.assert(
      fc.asyncProperty(calls, fc.array(filters, { minLength: 5, maxLength: 10 }), async (given, asked) => {
        for (const { id } of store.calls.list({ limit: 1000 })) {
          if (store.calls.find(id)?.endedAtMs === null) store.calls.end(id, 'failed');
          store.callErasure.call(id);
        }
        const made = given.map((one) => ({ id: make(one), given: one }));
        const latestFirst = store.callSearch
          .page({ practice: 'with' }, { limit: 1000, offset: 0 })
          .map(({ id }) => id);
        expect(latestFirst.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
        for (const filter of asked) {
          const wanted = latestFirst.filter((id) =>
            made.some((one) => one.id === id && fits(one.given, filter)),
          );
          expect(store.callSearch.count(filter)).toBe(wanted.length);
          const paged = [0, 7, 14, 21, 28, 35, 42, 49, 56].flatMap((offset) =>
            store.callSearch.page(filter, { limit: 7, offset }),
          );
          expect(paged.map(({ id }) => id)).toEqual(wanted);
          const read: string[] = [];
          for (let below: number | null = null; ; ) {
            const some = store.callSearch.after(filter, { below, limit: 11 });
            read.push(...some.map(({ id }) => id));
            below = some.at(-1)?.place ?? null;
            if (below === null) break;
          }
          expect(read).toEqual(wanted);
          expect(await found('canal', filter)).toEqual(
            wanted.filter((id) =>
              made.some((one) => one.id === id && one.given.said.some((text) => /canal/i.test(text))),
            ),
          );
        }
      }),
      { numRuns: 4 },
    );
  });

  it('has the latest of the same moment first, and keeps calls apart when the clock is put back', () => {
    const ids = [make(plain), make(plain), make({ ...plain, atMs: startMs - 300 }), make(plain)];
    const listed = store.callSearch.page({}, { limit: 10, offset: 0 });
    expect(new Set(listed.map(({ place }) => place)).size).toBe(4);
    expect(listed.map(({ id }) => id)).toEqual([ids[3], ids[2], ids[1], ids[0]]);
  });

  it('tells what was worked out of a call', () => {
    const id = make({ ...plain, booked: true });
    store.analyses.save(id, {
      summary: { text: 'Booked a cleaning.', by: 'code' },
      cost: { parts: [], totalMicroUsd: 1200 },
    });
    expect(store.callSearch.page({}, { limit: 1, offset: 0 })).toMatchObject([
      { id, summary: 'Booked a cleaning.', costMicroUsd: 1200, booked: true, practice: false },
    ]);
  });
});

/** Ids of the calls that words are found in. */
async function found(text: string, filter: CallFilter = {}): Promise<string[]> {
  const { places } = await store.callSearch.matches(text, filter);
  return store.callSearch.at([...places]).map(({ id }) => id);
}

describe('words of calls', () => {
  it('are found where they are said together, and by their beginning', async () => {
    const dentist = make({ ...plain, said: ['I need a root canal.', 'On Tuesday, please.'] });
    const street = make({ ...plain, said: ['You are on Canal Street?'] });
    expect(await found('canal')).toEqual([street, dentist]);
    expect(await found('root can')).toEqual([dentist]);
    expect(await found('canal root')).toEqual([dentist]);
    expect(await found('"canal root"')).toEqual([]);
    expect(await found('"root canal"')).toEqual([dentist]);
    // Not in one turn.
    expect(await found('canal tuesday')).toEqual([]);
    expect(await found('  "" * ')).toEqual([]);
    const { places, positions } = await store.callSearch.matches('tuesday', {});
    expect(store.callSearch.said(places[0] ?? 0, positions[0] ?? 0)).toMatchObject({
      ...{ text: 'On Tuesday, please.', speaker: 'caller' },
    });
  });

  it('may be a name or a number, written as people write them', async () => {
    const id = systemIds.uuid();
    store.calls.start({
      ...{ id, sipCallId: id, callerNumber: '+12025550123', callerName: 'María López' },
      calledNumber: '+15555550100',
    });
    const other = make(plain);
    for (const text of ['maria', 'lopez', '+1 202 555 0123', '(202) 555-0123', '555 0123', '0123', '1202']) {
      expect([text, await found(text)]).toEqual([text, [id]]);
    }
    expect(await found(fakeCaller)).toEqual([other]);
  });

  it('that only look like questions to the index are words', async () => {
    const id = make({ ...plain, said: ['NEAR the AND gate: 50% "off" (now)'] });
    for (const text of ['near', 'and', '50%', '(now', 'gate:', 'off"', '-', '*', 'NOT']) {
      expect([text, await found(text)]).toEqual([text, /[a-z0-9]/i.test(text) && text !== 'NOT' ? [id] : []]);
    }
  });
});

describe('what is taken out', () => {
  const card = 'My secret word is xylophone';

  it('is not found any more: by redaction, by forgetting, with the call', async () => {
    const ids = [1, 2, 3].map(() => make({ ...plain, said: [card, 'Thank you'] }));
    const [first = '', second = '', third = ''] = ids;
    expect(await found('xylophone')).toHaveLength(3);
    const [turn] = store.transcript.list(first);
    store.callErasure.words(first, [{ turnId: turn?.id ?? '', text: 'xylophone' }]);
    expect(await found('xylophone')).toEqual([third, second]);
    expect(await found('secret')).toHaveLength(3);
    store.callErasure.everything(second);
    expect(await found('xylophone')).toEqual([third]);
    store.callErasure.call(third);
    expect(await found('xylo')).toEqual([]);
    expect(await found('thank')).toEqual([first]);
    expect(await found('0132')).toEqual([second, first]);
    store.callers.forget(fakeCaller, { transcripts: false, scrub: (text) => text });
    expect(await found('0132')).toEqual([]);
    expect(store.callSearch.count({})).toBe(2);
  });

  it('leaves no trace in the file of the index', () => {
    const id = make({ ...plain, said: [card, 'Thank you'] });
    expect(indexed()).toMatch(/xylophone/);
    const [turn] = store.transcript.list(id);
    store.callErasure.words(id, [{ turnId: turn?.id ?? '', text: 'xylophone' }]);
    expect(indexed()).not.toMatch(/ylophone/);
    expect(indexed()).toMatch(/secret/);
    store.callErasure.call(id);
    expect(indexed()).not.toMatch(/secret|thank|4155550132/);
  });
});

/** Whatever the index of words holds, as text. */
function indexed(): string {
  const tenantId = store.tenantId;
  box.close();
  const keyring = openKeyring(dataDir, { create: false });
  const path = join(dataDir, 'box.db');
  const boxFile = openDatabase({ path, key: keyring.boxDatabaseKey, migrations: boxMigrations });
  const sealed = boxFile.prepare<{ key: Buffer }>('select sealed_key as key from tenants').get();
  boxFile.close();
  const file = openDatabase({
    path: join(dataDir, 'tenants', `${tenantId}.db`),
    key: keyring.unwrap(tenantId, sealed?.key ?? Buffer.alloc(0)),
    migrations: tenantMigrations,
  });
  const blocks = file.prepare<{ block: Buffer }>('select block from call_words_data').all();
  file.close();
  box = openBox({
    ...{ dataDir, ids: systemIds, log: silentLog },
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
  });
  store = box.tenant(tenantId);
  return blocks.map(({ block }) => block.toString('latin1')).join('\n');
}
