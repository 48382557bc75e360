import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../foundation/index.ts';
import { createPhraseCache, phraseName } from './phrase-cache.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'voxbox-phrases-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const speech = { samples: Int16Array.from({ length: 800 }, (_, i) => i), sampleRateHz: 8000 };

it('finds what was put in after a restart, and not what was damaged', async () => {
  await createPhraseCache({ directory, log: silentLog }).put('a', speech);
  const restarted = createPhraseCache({ directory, log: silentLog });
  expect(restarted.ready('a')).toBeNull();
  expect(await restarted.find('a')).toEqual(speech);
  expect(restarted.ready('a')).toEqual(speech);
  expect(await restarted.find('b')).toBeNull();
  for (const name of readdirSync(directory)) writeFileSync(join(directory, name), 'RIFF torn');
  expect(await createPhraseCache({ directory, log: silentLog }).find('a')).toBeNull();
});

it('works without a disk', async () => {
  const nowhere = createPhraseCache({ directory: '/dev/null/x', log: silentLog });
  await nowhere.put('a', speech);
  expect(nowhere.ready('a')).not.toBeNull();
});

it('forgets the longest unused when memory is short', async () => {
  const cache = createPhraseCache({ directory, log: silentLog, memoryBytes: 4000 });
  for (const name of ['a', 'b']) await cache.put(name, speech);
  cache.ready('a');
  await cache.put('c', speech);
  expect([cache.ready('a'), cache.ready('b'), cache.ready('c')]).toEqual([speech, null, speech]);
});

it('runs the making of a phrase once at a time, also after it has failed', async () => {
  const cache = createPhraseCache({ directory, log: silentLog });
  let made = 0;
  const make = async (): Promise<void> => {
    made++;
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('no');
  };
  const both = await Promise.allSettled([cache.once('a', make), cache.once('a', make)]);
  expect([made, both.map(({ status }) => status)]).toEqual([1, ['rejected', 'rejected']]);
  await expect(cache.once('a', make)).rejects.toThrow('no');
  expect(made).toBe(2);
});

it('names a phrase by all that its sound depends on', () => {
  const key = { text: 'Hello.', provider: 'local', voice: 'v', speed: 1 };
  const names = [
    key,
    { ...key, text: 'Bye.' },
    { ...key, provider: 'x' },
    { ...key, voice: 'w' },
    { ...key, speed: 2 },
  ];
  expect(new Set(names.map(phraseName)).size).toBe(5);
  expect(phraseName({ ...key, text: ' Hello. ' })).toBe(phraseName(key));
});
