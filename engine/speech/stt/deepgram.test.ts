import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHealthBook, hasCode, systemClock } from '../../foundation/index.ts';
import { FakeInference } from '../fake-inference.ts';
import type { Recognised, SttProvider, UtteranceDecoder } from '../ports.ts';
import { createCallRecogniser } from './call-recogniser.ts';
import { createDeepgramStt } from './deepgram.ts';
import { type DeepgramFault, FakeDeepgram } from './fake-deepgram.ts';
import { createLocalStt } from './local.ts';

let vendor: FakeDeepgram;
let baseUrl: string;
let provider: SttProvider;
beforeEach(async () => {
  vendor = new FakeDeepgram();
  baseUrl = await vendor.start();
  provider = createDeepgramStt({ key: 'k-1', baseUrl, connectMs: 300, keepAliveMs: 20 });
});
afterEach(async () => {
  provider.close();
  await vendor.stop();
});

const until = async (isSo: () => boolean): Promise<void> => {
  for (let i = 0; i < 400 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isSo()).toBe(true);
};

function open() {
  const told = { interim: [] as string[], settled: [] as string[], errors: [] as unknown[] };
  const decoder = provider.open({
    language: 'en-GB',
    onInterim: ({ text }) => told.interim.push(text),
    onSettled: ({ text }) => told.settled.push(text),
    onError: (error) => told.errors.push(error),
  });
  return { decoder, told };
}

const speak = (decoder: UtteranceDecoder, windows: number, voiced = true): void => {
  for (let i = 0; i < windows; i++) decoder.push(new Float32Array(512).fill(voiced ? 0.5 : 0), voiced);
};

it('tells the words while they are spoken, has them at a pause and again at the end', async () => {
  vendor.words = (stretch) => ['I would like an appointment', 'on Monday please'][stretch] ?? '';
  const { decoder, told } = open();
  speak(decoder, 25);
  await until(() => told.interim.length > 0);
  expect(told.interim[0]).toBe('I would like');
  speak(decoder, 3, false);
  await until(() => told.settled.length === 1);
  expect(decoder.settled).toMatchObject({ text: 'I would like an appointment', provider: 'deepgram' });
  speak(decoder, 10);
  expect(decoder.settled).toBeNull();
  speak(decoder, 5, false);
  const { text, confidence, audioMs } = await decoder.end();
  expect(text).toBe('I would like an appointment on Monday please');
  expect([confidence, audioMs]).toEqual([expect.closeTo(0.97), 43 * 32]);
  expect(Object.fromEntries(vendor.queries[0] ?? [])).toMatchObject({
    ...{ model: 'nova-3', language: 'en-GB', encoding: 'linear16', sample_rate: '16000' },
    ...{ interim_results: 'true', endpointing: 'false' },
  });
  expect(vendor.keys).toEqual(['Token k-1']);
});

it('keeps one connection for the call, and tells utterances apart that follow closely', async () => {
  vendor.words = (stretch) => ['first', 'second'][stretch] ?? '';
  vendor.answerAfterMs = 30;
  provider.warm?.('en-GB');
  const first = open();
  speak(first.decoder, 12);
  const one = first.decoder.end();
  const second = open();
  speak(second.decoder, 12);
  const two = second.decoder.end();
  expect([(await one).text, (await two).text]).toEqual(['first', 'second']);
  await until(() => vendor.controls.includes('KeepAlive'));
  expect(vendor.connections).toBe(1);
  expect(vendor.samples).toBe(24 * 512);
});

it('connects anew after a connection that was lost between utterances', async () => {
  const first = open();
  speak(first.decoder, 12);
  await first.decoder.end();
  first.decoder.close();
  vendor.cut();
  await until(() => {
    const { decoder, told } = open();
    decoder.close();
    return told.errors.length === 0 && vendor.connections === 2;
  });
  const again = open();
  speak(again.decoder, 12);
  expect((await again.decoder.end()).text).toBe('hello there');
  expect(again.told.errors).toEqual([]);
});

it.each<[DeepgramFault | 'refused', string]>([
  ['refused', 'provider_unreachable'],
  [401, 'provider_key_refused'],
  [429, 'provider_limited'],
  ['hang', 'provider_unreachable'],
  ['bad-json', 'provider_failed'],
  ['close', 'provider_unreachable'],
  ['half', 'provider_unreachable'],
])('tells %s apart', async (fault, code) => {
  if (fault === 'refused') await vendor.stop();
  else vendor.fault = fault;
  const { decoder, told } = open();
  speak(decoder, 30);
  const failure = await decoder.end().then(
    () => null,
    (error: unknown) => error,
  );
  expect(hasCode(failure, code as 'provider_failed')).toBe(true);
  expect(told.errors).toEqual([failure]);
  expect(String(failure)).not.toContain('k-1');
});

it.each<DeepgramFault | 'refused' | 'slow'>([
  'refused',
  401,
  429,
  'hang',
  'mute',
  'slow',
  'bad-json',
  'close',
  'half',
])('loses no sentence to %s: the box hears it from its beginning', async (fault) => {
  if (fault === 'refused') await vendor.stop();
  else if (fault === 'slow') vendor.answerAfterMs = 2000;
  else vendor.fault = fault;
  let heard = 0;
  const inference = new FakeInference({
    transcribe: (samples) => {
      heard = samples.length;
      return { text: 'heard by the box' };
    },
  });
  const health = createHealthBook({ clock: systemClock });
  const final = Promise.withResolvers<Recognised>();
  const fail = (): void => final.reject(new Error('the sentence was lost'));
  const recogniser = createCallRecogniser({
    providers: [
      { provider, health: health.of('deepgram') },
      { provider: createLocalStt({ inference }), health: health.of('local'), lastResort: true },
    ],
    ...{ language: 'en-US', signal: new AbortController().signal, dueMs: 100, giveUpMs: 2000 },
    events: { onInterim() {}, onStable() {}, onFinal: final.resolve, onNothing: fail, onError: fail },
  });
  recogniser.hear({ kind: 'started' });
  for (let i = 0; i < 40; i++) {
    recogniser.hear({ kind: 'window', samples: new Float32Array(512), probability: 1, voiced: i < 34 });
  }
  recogniser.hear({ kind: 'ended' });
  expect(await final.promise).toMatchObject({ text: 'heard by the box', provider: 'local' });
  expect(heard).toBe(40 * 512);
  expect(vendor.connections).toBeLessThanOrEqual(2);
  expect(health.list().find(({ id }) => id === 'deepgram')?.lastError).not.toBeNull();
  recogniser.close();
});
