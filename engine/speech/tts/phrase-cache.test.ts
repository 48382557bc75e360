import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../foundation/index.ts';
import { FakeInference } from '../fake-inference.ts';
import { levelled } from './level.ts';
import { createPhraseCache } from './phrase-cache.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'voxbox-phrases-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const live = { priority: 'live' } as const;

it('makes a text once, clause by clause, and finds it again after a restart', async () => {
  const inference = new FakeInference();
  const cache = createPhraseCache({ inference, directory, log: silentLog });
  await cache.prepare(['Hello. What can I do for you?', 'Hello.'], { voice: 'v' });
  expect(inference.calls.synthesise).toBe(2);
  const ready = cache.ready({ text: ' Hello. ', voice: 'v' });
  expect(ready?.samples.length).toBeGreaterThan(0);

  const restarted = createPhraseCache({ inference, directory, log: silentLog });
  expect(restarted.ready({ text: 'Hello.', voice: 'v' })).toBeNull();
  expect(await restarted.find({ text: 'Hello.', voice: 'v' })).toEqual(ready);
  expect(await restarted.find({ text: 'Hello.', voice: 'other' })).toBeNull();
  expect(await restarted.find({ text: 'Hello.', voice: 'v', speed: 1.1 })).toBeNull();
  expect(readdirSync(directory).every((name) => name.endsWith('.wav'))).toBe(true);
  expect(inference.calls.synthesise).toBe(2);
});

it('keeps only what was marked: what a caller is told stays out', async () => {
  const inference = new FakeInference();
  const cache = createPhraseCache({ inference, directory, log: silentLog });
  await cache.speech({ text: 'Thank you, Anna.', voice: 'v' }, live);
  expect(cache.ready({ text: 'Thank you, Anna.', voice: 'v' })).toBeNull();
  cache.keep('Anything else?', { voice: 'v' });
  const [one, two] = await Promise.all([
    cache.speech({ text: 'Anything else?', voice: 'v' }, live),
    cache.speech({ text: 'Anything else?', voice: 'v' }, live),
  ]);
  expect(one).toBe(two);
  expect(inference.calls.synthesise).toBe(2);
  expect(readdirSync(directory)).toHaveLength(1);
});

it('makes a damaged file anew, and works without a disk', async () => {
  const inference = new FakeInference();
  const cache = createPhraseCache({ inference, directory, log: silentLog });
  await cache.prepare(['Hello.'], { voice: 'v' });
  for (const name of readdirSync(directory)) writeFileSync(join(directory, name), 'RIFF torn');
  const restarted = createPhraseCache({ inference, directory, log: silentLog });
  await restarted.prepare(['Hello.'], { voice: 'v' });
  expect(inference.calls.synthesise).toBe(2);
  const nowhere = createPhraseCache({ inference, directory: '/dev/null/x', log: silentLog });
  await nowhere.prepare(['Hello.'], { voice: 'v' });
  expect(nowhere.ready({ text: 'Hello.', voice: 'v' })).not.toBeNull();
});

it('forgets the longest unused when memory is short', async () => {
  const cache = createPhraseCache({
    inference: new FakeInference(),
    directory,
    log: silentLog,
    memoryBytes: 30_000,
  });
  await cache.prepare(['One two.', 'Three four.', 'Five six.'], { voice: 'v' });
  expect(cache.ready({ text: 'One two.', voice: 'v' })).toBeNull();
  expect(cache.ready({ text: 'Five six.', voice: 'v' })).not.toBeNull();
});

it('brings speech to the level of the telephone and takes the waiting off its start', () => {
  const samples = new Int16Array(16_000);
  for (let i = 4000; i < 8000; i++) samples[i] = Math.round(900 * Math.sin(i / 12));
  const { samples: out } = levelled({ samples, sampleRateHz: 16_000 });
  const voiced = out.subarray(320, 4000);
  const rms = Math.sqrt(voiced.reduce((sum, sample) => sum + sample * sample, 0) / voiced.length);
  expect(20 * Math.log10(rms / 32768)).toBeCloseTo(-20, 0);
  expect(out.length).toBeLessThan(4000 + 160 + 160 + 2880 + 160);
  const peaky = levelled({
    samples: Int16Array.from(samples, (sample, i) => (i === 5000 ? 32000 : sample)),
    sampleRateHz: 16_000,
  });
  expect(Math.max(...peaky.samples)).toBeLessThanOrEqual(Math.ceil(32768 * 10 ** (-3 / 20)));
  expect(levelled({ samples: new Int16Array(100), sampleRateHz: 16_000 }).samples).toEqual(
    new Int16Array(100),
  );
});
