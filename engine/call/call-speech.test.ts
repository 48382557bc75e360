import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProfileSnapshot } from '../agent/index.ts';
import { createHealthBook, type ProviderHealth, silentLog, systemClock } from '../foundation/index.ts';
import { FakeOpenAi } from '../llm/index.ts';
import {
  createPhraseCache,
  FakeDeepgram,
  FakeInference,
  FakeVoiceService,
  type Recognised,
} from '../speech/index.ts';
import { type ChainParts, llmOf, recogniserOf, speakerOf } from './call-speech.ts';
import type { ProviderAccess } from './providers.ts';

let directory: string;
let parts: ChainParts;
let told: ProviderHealth[];
const inference = new FakeInference({ transcribe: () => ({ text: 'heard by the box' }) });
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'voxbox-chains-'));
  told = [];
  parts = {
    inference,
    phrases: createPhraseCache({ directory, log: silentLog }),
    health: createHealthBook({ clock: systemClock, onChange: (health) => told.push(health) }),
    log: silentLog,
  };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const snapshot: ProfileSnapshot = {
  ...{ tenantId: 't', tenantName: 'Salon', timeZone: 'Europe/London', language: 'en-GB', agentName: 'Ava' },
  ...{ greeting: 'Hello.', voice: 'piper', skills: [], prompt: '', hours: [], services: [], people: [] },
  ...{ recorded: false },
};
const place = (
  provider: ProviderAccess['provider'],
  given: Partial<ProviderAccess> = {},
): ProviderAccess => ({
  ...{ id: `${provider}-1`, provider, model: null, voice: null, baseUrl: null, key: null },
  ...given,
});

it('speaks with a copied voice first, with speed and dictionary, and with the box where that fails', async () => {
  const vendor = new FakeVoiceService();
  const baseUrl = await vendor.start();
  const speech = {
    speed: 1.1,
    pronunciations: [{ word: 'Siobhan', spoken: 'shiv awn' }],
    turnTaking: { floorMs: 250, ceilingMs: 2000 },
    clonedVoice: { vendor: 'elevenlabs', voice: 'copy-1' },
  } as const;
  const chain = [place('local'), place('cartesia'), place('elevenlabs', { baseUrl, key: 'k' })];
  const speaker = speakerOf({ ...snapshot, speech }, chain, parts);
  const live = { priority: 'live' } as const;
  expect((await Array.fromAsync(speaker.speak('Hello Siobhan.', live))).length).toBeGreaterThan(0);
  expect(vendor.asked[0]?.path).toContain('/copy-1/');
  expect(JSON.parse(String(vendor.asked[0]?.body))).toMatchObject({
    text: 'Hello shiv awn.',
    voice_settings: { speed: 1.1 },
  });
  await vendor.stop();
  const before = inference.calls.synthesise;
  await Array.fromAsync(speaker.speak('Goodbye.', live));
  expect(inference.calls.synthesise).toBe(before + 1);
  expect(told.at(-2)).toMatchObject({ id: 'elevenlabs-1', lastError: { code: 'provider_unreachable' } });
  expect(told.at(-1)).toMatchObject({ id: 'local tts', lastError: null });
});

it('recognises and writes by the chain of the tenant', async () => {
  const [deepgram, openai] = [new FakeDeepgram(), new FakeOpenAi()];
  const [sttUrl, llmUrl] = await Promise.all([deepgram.start(), openai.start()]);
  try {
    const final = Promise.withResolvers<Recognised>();
    const signal = new AbortController();
    const fail = (): void => final.reject(new Error('lost'));
    const chain = [place('deepgram', { baseUrl: sttUrl, key: 'k' }), place('local')];
    const recogniser = recogniserOf(snapshot, chain, {
      ...{ ...parts, signal: signal.signal },
      events: { onInterim() {}, onStable() {}, onFinal: final.resolve, onNothing: fail, onError: fail },
    });
    recogniser.hear({ kind: 'started' });
    for (let i = 0; i < 20; i++) {
      recogniser.hear({ kind: 'window', samples: new Float32Array(512), probability: 1, voiced: i < 12 });
    }
    recogniser.hear({ kind: 'ended' });
    expect(await final.promise).toMatchObject({ text: 'hello there', provider: 'deepgram' });
    expect(deepgram.queries[0]?.get('language')).toBe('en-GB');
    signal.abort();
    const llm = llmOf([place('openai', { baseUrl: llmUrl, model: 'qwen3' }), place('local')], parts);
    const question = { messages: [{ role: 'user', content: 'Open?' }], maxTokens: 8 } as const;
    expect((await llm.generate(question, { priority: 'live' })).text).toBe('We are open until six.');
    expect(openai.asked[0]?.body.model).toBe('qwen3');
  } finally {
    await Promise.all([deepgram.stop(), openai.stop()]);
  }
});
