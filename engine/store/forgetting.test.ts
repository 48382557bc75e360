import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerContextOf, callRecordOf, forgetCaller, memoryOf, summaryOf } from '../agent/index.ts';
import { silentLog, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { openDatabase } from './database.ts';
import { fakeBookedCall, fakeCaller, fakePractice } from './fake-calls.ts';
import { openKeyring } from './keys.ts';
import { boxMigrations, tenantMigrations } from './migrations.ts';
import type { TenantStore } from './tenant-store.ts';

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

/** Every row of every table of the tenant's file, as text. */
function everything(): ReadonlyMap<string, string> {
  const tenantId = store.tenantId;
  box.close();
  const keyring = openKeyring(dataDir, { create: false });
  const boxFile = openDatabase({
    path: join(dataDir, 'box.db'),
    key: keyring.boxDatabaseKey,
    migrations: boxMigrations,
  });
  const sealed = boxFile
    .prepare<{ sealed_key: Buffer }>('select sealed_key from tenants where id = ?')
    .get(tenantId);
  boxFile.close();
  const path = join(dataDir, 'tenants', `${tenantId}.db`);
  const key = keyring.unwrap(tenantId, sealed?.sealed_key ?? Buffer.alloc(0));
  const file = openDatabase({ path, key, migrations: tenantMigrations });
  const tables = file.prepare<{ name: string }>(`select name from sqlite_schema where type = 'table'`).all();
  const rows = new Map(
    tables.map(({ name }) => [name, JSON.stringify(file.prepare(`select * from "${name}"`).all())] as const),
  );
  file.close();
  box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  store = box.tenant(tenantId);
  return rows;
}

describe('forgetting', () => {
  const spoken = /sarah|miller|4155550132|415.{0,3}555.{0,2}0132|four one five/i;

  it.each([false, true])(
    'leaves the name and number nowhere but in appointments (transcripts: %s)',
    (transcripts) => {
      const callId = call();
      call(startMs + 3_600_000);
      const held = [...everything()].filter(([, rows]) => spoken.test(rows)).map(([name]) => name);
      expect(held).toEqual(
        expect.arrayContaining([
          'calls',
          'turns',
          'events',
          'understood',
          'submissions',
          'callers',
          'caller_summaries',
        ]),
      );
      const forgotten = forgetCaller(store, fakeCaller, { transcripts });
      expect(forgotten.callIds).toHaveLength(2);
      expect(forgotten.recordings).toHaveLength(transcripts ? 2 : 0);
      const left = [...everything()].filter(([, rows]) => spoken.test(rows)).map(([name]) => name);
      expect(left).toEqual(['appointments']);
      const turns = store.transcript.list(callId);
      expect(turns.every(({ text }) => text === '')).toBe(transcripts);
      if (!transcripts)
        expect(turns[1]?.text).toBe(
          'Hi, this is [name] [name], I need a cleaning on Tuesday at ten.'.replace(
            '[name] [name]',
            '[name]',
          ),
        );
      expect(store.events.since(0, 1000).at(-1)).toMatchObject({ type: 'caller.forgotten', calls: 2 });
    },
  );

  it('reaches questions that nobody could answer, and mail that was sent', () => {
    const callId = call();
    store.unanswered.record('Does Sarah Miller get a discount under 415 555 0132?', callId);
    const [appointment] = store.appointments.ofCall(callId);
    if (!appointment) throw new Error('nothing was booked');
    const recipient = 'sarah.miller@example.com';
    store.outgoingMail.put({ kind: 'invitation', recipient, appointment, createdAtMs: nowMs });
    store.outgoingMail.markSent(store.outgoingMail.list({ limit: 1 })[0]?.id ?? 0, nowMs);
    forgetCaller(store, fakeCaller, { transcripts: false });
    const left = [...everything()].filter(([, rows]) => spoken.test(rows)).map(([name]) => name);
    expect(left).toEqual(['appointments']);
    expect(store.unanswered.list({ limit: 5 }).map(({ question }) => question)).toEqual([
      'Does [name] get a discount under [number]?',
    ]);
  });

  it('makes a stranger of a caller, whose appointments stand', () => {
    call();
    forgetCaller(store, fakeCaller, { transcripts: false });
    expect(callerContextOf(store, fakeCaller)).toMatchObject({
      ...{ name: null, spokenName: null, earlierCalls: 0, lastSummaries: [] },
      preferences: { serviceId: null, staffId: null, partOfDay: null },
    });
    expect(store.appointments.ofPhone(fakeCaller, clock.nowMs())).toMatchObject([
      { serviceName: 'check-up and cleaning' },
    ]);
    expect(forgetCaller(store, fakeCaller, { transcripts: true })).toEqual({ callIds: [], recordings: [] });
  });

  it('does not take back that somebody asked not to be remembered', () => {
    store.callers.setOptedOut(fakeCaller, true);
    call();
    forgetCaller(store, fakeCaller, { transcripts: true });
    expect(store.callers.find(fakeCaller)).toMatchObject({ optedOut: true, name: null, summaries: [] });
  });

  it('leaves other callers and the list of those not to be called alone', () => {
    call();
    const other = '+14155550199';
    store.calls.start({
      ...{ id: 'o', sipCallId: 's', callerNumber: other, callerName: 'OTHER', calledNumber: '+15555550100' },
    });
    store.calls.end('o', 'abandoned');
    store.doNotCall.add(fakeCaller, null);
    forgetCaller(store, fakeCaller, { transcripts: true });
    expect(store.calls.find('o')).toMatchObject({ callerNumber: other, callerName: 'OTHER' });
    expect(store.doNotCall.has(fakeCaller)).toBe(true);
  });
});
