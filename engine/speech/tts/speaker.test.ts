import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  createHealthBook,
  type HealthBook,
  hasCode,
  silentLog,
  systemClock,
} from '../../foundation/index.ts';
import { FakeInference, type FakeInferenceOptions } from '../fake-inference.ts';
import type { Speaker } from '../ports.ts';
import { createCartesia } from './cartesia.ts';
import { FakeVoiceService, type VoiceFault } from './fake-voice-service.ts';
import { createLocalTts } from './local.ts';
import { createPhraseCache } from './phrase-cache.ts';
import { createSpeaker, type SpeakerOptions } from './speaker.ts';

let directory: string;
let vendor: FakeVoiceService;
let baseUrl: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'voxbox-phrases-'));
  vendor = new FakeVoiceService();
  baseUrl = await vendor.start();
});
afterEach(async () => {
  await vendor.stop();
  rmSync(directory, { recursive: true, force: true });
});

const live = { priority: 'live' } as const;
/** A busy machine may keep a service that is well from its first sound: only where it is to fail is it hurried. */
const limits = { localMs: 80, cloudMs: 5000, lastMs: 5000, betweenMs: 5000 };
const hurried = { ...limits, cloudMs: 80 };
const impatient = { ...limits, betweenMs: 80 };

interface Setup extends FakeInferenceOptions {
  readonly order?: readonly ('local' | 'cartesia')[];
  readonly inference?: FakeInference;
  readonly health?: HealthBook;
  readonly options?: Partial<SpeakerOptions>;
}

function setUp({ order = ['local'], options = {}, ...given }: Setup = {}) {
  const inference = given.inference ?? new FakeInference(given);
  const health = given.health ?? createHealthBook({ clock: systemClock });
  const all = {
    local: { provider: createLocalTts({ inference }), voice: 'piper', lastResort: true },
    cartesia: { provider: createCartesia({ key: 'k', baseUrl }), voice: 'v-1', lastResort: false },
  };
  const speaker = createSpeaker({
    voices: order.map((name) => ({ ...all[name], health: health.of(name) })),
    phrases: createPhraseCache({ directory, log: silentLog }),
    ...{ language: 'en-US', log: silentLog, limits },
    ...options,
  });
  return { speaker, inference, health };
}

/** Samples of each piece. */
const say = async (speaker: Speaker, clause: string): Promise<number[]> =>
  (await Array.fromAsync(speaker.speak(clause, live))).map(({ samples }) => samples.length);

const total = (pieces: readonly number[]): number => pieces.reduce((sum, length) => sum + length, 0);

it('makes a text ready once, clause by clause, and finds it again after a restart', async () => {
  const { speaker, inference } = setUp();
  await speaker.prepare(['Hello. What can I do for you?', 'Hello.'], live);
  expect(inference.calls.synthesise).toBe(2);
  const ready = speaker.ready('Hello.');
  expect(ready?.samples.length).toBeGreaterThan(0);
  const restarted = setUp({ inference }).speaker;
  expect(restarted.ready('Hello.')).toBeNull();
  expect(await say(restarted, 'Hello.')).toEqual([ready?.samples.length]);
  expect(readdirSync(directory).every((name) => name.endsWith('.wav'))).toBe(true);
  expect(inference.calls.synthesise).toBe(2);
});

it('keeps only what was marked: what a caller is told stays out', async () => {
  const { speaker, inference } = setUp();
  await say(speaker, 'Thank you, Anna.');
  expect(speaker.ready('Thank you, Anna.')).toBeNull();
  speaker.keep('Anything else?');
  await say(speaker, 'Anything else?');
  expect(speaker.ready('Anything else?')).not.toBeNull();
  await Promise.all([say(speaker, 'Anything else?'), say(speaker, 'Anything else?')]);
  expect(inference.calls.synthesise).toBe(2);
});

it('shares the making of a phrase between calls, and has other audio for each voice, speed and word', async () => {
  const phrases = createPhraseCache({ directory, log: silentLog });
  const { speaker, inference } = setUp({ options: { phrases } });
  const other = setUp({ inference, options: { phrases } }).speaker;
  await Promise.all([speaker.prepare(['Hello.'], live), other.prepare(['Hello.'], live)]);
  expect(inference.calls.synthesise).toBe(1);
  for (const options of [{ speed: 1.1 }, { pronounce: (text: string) => text.replace('Hello', 'Hullo') }]) {
    const changed = setUp({ inference, options: { phrases, ...options } }).speaker;
    expect(changed.ready('Hello.')).toBeNull();
    await changed.prepare(['Hello.'], live);
    expect(changed.ready('Hello.')).not.toBeNull();
  }
  expect(setUp({ order: ['cartesia'], options: { phrases } }).speaker.ready('Hello.')).toBeNull();
  expect(inference.calls.synthesise).toBe(3);
});

it('speaks names as the dictionary says, then figures in words', async () => {
  vendor.fault = 'none';
  const pronounce = (text: string): string => text.replace('Siobhan', 'shiv awn');
  const { speaker } = setUp({ order: ['cartesia'], options: { pronounce } });
  await say(speaker, 'Siobhan has 2 dogs.');
  expect(JSON.parse(String(vendor.asked[0]?.body))).toMatchObject({ transcript: 'shiv awn has two dogs.' });
});

it('plays the first piece of a service while the rest is still being made', async () => {
  const { speaker } = setUp({ order: ['cartesia'] });
  speaker.keep('A clause of some length.');
  const pieces = await say(speaker, 'A clause of some length.');
  expect(pieces.length).toBeGreaterThan(1);
  expect(speaker.ready('A clause of some length.')?.samples.length).toBe(total(pieces));
});

it.each<VoiceFault | 'refused'>(['refused', 401, 404, 429, 500, 'hang', 'slow', 'json', 'empty'])(
  'loses no clause to %s, and keeps the voice that it went over to',
  async (fault) => {
    if (fault === 'refused') await vendor.stop();
    else vendor.fault = fault;
    const { speaker, inference, health } = setUp({
      order: ['cartesia', 'local'],
      options: { limits: hurried },
    });
    const pieces = await say(speaker, 'Good morning.');
    expect(pieces).toHaveLength(1);
    expect(inference.calls.synthesise).toBe(1);
    expect(health.list().find(({ id }) => id === 'cartesia')?.lastError).not.toBeNull();
    if (fault === 'refused') await vendor.start();
    vendor.fault = 'none';
    const before = vendor.asked.length;
    await say(speaker, 'How are you?');
    expect([inference.calls.synthesise, vendor.asked.length]).toEqual([2, before]);
    expect(before).toBeLessThanOrEqual(1);
  },
);

it('has ready in the new voice what was ready in the old one', async () => {
  const { speaker } = setUp({ order: ['cartesia', 'local'] });
  await speaker.prepare(['One moment.'], live);
  vendor.fault = 500;
  await say(speaker, 'Good morning.');
  await expect.poll(() => speaker.ready('One moment.')).not.toBeNull();
  const asked = vendor.asked.length;
  await say(speaker, 'One moment.');
  expect(vendor.asked.length).toBe(asked);
});

it.each<VoiceFault>(['half', 'stall'])(
  'ends a clause where its voice ends (%s), and says the next one with another',
  async (fault) => {
    vendor.fault = fault;
    const { speaker, inference, health } = setUp({
      order: ['cartesia', 'local'],
      options: { limits: impatient },
    });
    speaker.keep('A clause of some length.');
    const pieces = await say(speaker, 'A clause of some length.');
    expect(total(pieces)).toBeGreaterThan(0);
    expect(total(pieces)).toBeLessThan(24 * 800);
    expect([inference.calls.synthesise, speaker.ready('A clause of some length.')]).toEqual([0, null]);
    for (let i = 0; i < 2; i++) await say(speaker, 'And so on.');
    expect(health.of('cartesia').admits()).toBe(false);
    vendor.fault = 'none';
    const asked = vendor.asked.length;
    expect((await say(speaker, 'The end.')).length).toBe(1);
    expect([inference.calls.synthesise, vendor.asked.length]).toEqual([1, asked]);
  },
);

it('goes over to the service when the box is late, and waits for the box where there is nobody else', async () => {
  const late = setUp({ order: ['local', 'cartesia'], latencyMs: 150 });
  expect((await say(late.speaker, 'Good morning.')).length).toBeGreaterThan(1);
  expect(vendor.asked).toHaveLength(1);
  const alone = setUp({ latencyMs: 150 });
  expect(await say(alone.speaker, 'Good morning.')).toHaveLength(1);
  expect(alone.inference.calls.synthesise).toBe(1);
});

it('fails after three tries, or says what it has ready in any voice', async () => {
  const phrases = createPhraseCache({ directory, log: silentLog });
  const { speaker, inference } = setUp({ options: { phrases } });
  await speaker.prepare(['One moment.'], live);
  vendor.fault = 429;
  inference.broken.add('synthesise');
  const both = setUp({ inference, order: ['cartesia', 'local'], options: { phrases } }).speaker;
  const calls = inference.calls.synthesise;
  await expect(say(both, 'Good morning.')).rejects.toSatisfy((error) => hasCode(error, 'provider_limited'));
  expect(vendor.asked.length + inference.calls.synthesise - calls).toBe(3);
  expect(await say(both, 'One moment.')).toHaveLength(1);
});

it('is silent for a clause without words, and withdraws what nobody wants any more', async () => {
  const { speaker, inference, health } = setUp({ order: ['cartesia'] });
  expect(await say(speaker, '…')).toEqual([]);
  expect([inference.calls.synthesise, vendor.asked.length]).toEqual([0, 0]);
  for await (const piece of speaker.speak('A clause of some length.', live)) {
    expect(piece.samples.length).toBeGreaterThan(0);
    break;
  }
  vendor.fault = 'hang';
  const giveUp = new AbortController();
  setTimeout(() => giveUp.abort(), 10);
  const hanging = Array.fromAsync(speaker.speak('Good morning.', { ...live, signal: giveUp.signal }));
  await expect(hanging).rejects.toSatisfy((error) => hasCode(error, 'aborted'));
  expect(health.list()[0]).toMatchObject({ state: 'closed', lastError: null });
});
