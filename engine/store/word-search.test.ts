import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { fakeCaller, fakePractice } from './fake-calls.ts';
import { mostFacets } from './schema/calls.ts';
import type { TenantStore } from './tenant-store.ts';
import { createWordSearch, type WordSearch } from './word-search.ts';

let dataDir: string;
let box: Box;
let store: TenantStore;
let search: WordSearch;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-words-'));
  box = openBox({ dataDir, ids: systemIds, log: silentLog, clock: systemClock });
  store = fakePractice(box);
  search = createWordSearch();
});
afterEach(() => {
  search.close();
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const say = (text: string): void => {
  const id = systemIds.uuid();
  store.calls.start({
    id,
    sipCallId: id,
    callerNumber: fakeCaller,
    callerName: null,
    calledNumber: '+15555550100',
  });
  store.transcript.add({
    ...{ callId: id, speaker: 'caller', text, startedAtMs: 0, endedAtMs: 900 },
    ...{ confidence: 0.9, interrupted: false, latency: null },
  });
};
const nowhere = {
  ...{ path: join(tmpdir(), 'no-such-voxbox.db'), key: Buffer.alloc(32), queries: ['"canal"'] },
  ...{ from: 0, to: 2 ** 50, kinds: '1'.repeat(mostFacets), party: null },
};

it('says what is wrong with a file, and answers the next question', async () => {
  await expect(search.find(nowhere)).rejects.toMatchObject({ code: 'database_broken' });
  await expect(search.find(nowhere)).rejects.toMatchObject({ code: 'database_broken' });
});

it('sees at once what is written, and what is asked at once is answered to whoever asked', async () => {
  say('I need a root canal.');
  const both = await Promise.all([
    store.callSearch.matches('canal', {}),
    store.callSearch.matches('braces', {}),
  ]);
  expect(both.map(({ places }) => places.length)).toEqual([1, 0]);
  say('The canal again.');
  expect((await store.callSearch.matches('canal', {})).places).toHaveLength(2);
});

it('leaves nobody waiting when the box is closed', async () => {
  say('I need a root canal.');
  const asked = store.callSearch.matches('canal', {});
  const answered = expect(asked).rejects.toMatchObject({ code: 'aborted' });
  box.close();
  await answered;
});
