import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeOpenAi } from '../../engine/llm/index.ts';
import { FakeDeepgram, FakeVoiceService } from '../../engine/speech/index.ts';
import { type CallHouse, startCallHouse } from './call-control-house.ts';
import { tones, until } from './call-control-party.ts';
import { FaultyInference } from './faulty-inference.ts';

/** Calls over SIP and RTP with the services first in every chain and quick models on the box. */
describe('a call with speech and language services', () => {
  let house: CallHouse;
  const inference = new FaultyInference();
  let [deepgram, cartesia, openai] = [new FakeDeepgram(), new FakeVoiceService(), new FakeOpenAi()];

  beforeEach(async () => {
    [deepgram, cartesia, openai] = [new FakeDeepgram(), new FakeVoiceService(), new FakeOpenAi()];
    const [sttUrl, ttsUrl, llmUrl] = await Promise.all([deepgram.start(), cartesia.start(), openai.start()]);
    house = await startCallHouse({ inference });
    const { box, tenant } = house;
    const key = 'k';
    const local = { provider: 'local' } as const;
    box.providers.save(tenant.id, 'stt', [{ provider: 'deepgram', baseUrl: sttUrl, key }, local]);
    box.providers.save(tenant.id, 'tts', [{ provider: 'cartesia', baseUrl: ttsUrl, key, voice: 'v' }, local]);
    box.providers.save(tenant.id, 'llm', [{ provider: 'openai', baseUrl: llmUrl, key }, local]);
  });
  afterEach(async () => {
    await house.stop();
    await Promise.all([deepgram.stop(), cartesia.stop(), openai.stop()]);
  });

  const linesOf = (speaker: string) =>
    house.store.transcript
      .list(house.lastCall()?.id ?? '')
      .filter((turn) => turn.speaker === speaker)
      .map(({ text }) => text);

  /** One question of the caller's, and the beginning of an answer to it. */
  async function talk(): Promise<void> {
    const party = await house.ring();
    await house.greeted();
    await sleep(300);
    const before = house.turns().length;
    party.tone(tones.caller, 900);
    await until(() => house.turns().length >= before + 2, 15_000);
    await house.over(party);
  }

  it('has its words from them', async () => {
    deepgram.words = () => 'What are your opening hours?';
    await talk();
    expect(linesOf('caller')).toEqual(['What are your opening hours?']);
    expect(cartesia.asked.length).toBeGreaterThan(1);
    expect(deepgram.keys).toEqual(['Token k']);
    expect(inference.calls.transcribe).toBe(0);
  });

  it('goes on with the box when all of them hang', async () => {
    deepgram.fault = 'mute';
    cartesia.fault = 'hang';
    openai.fault = 'hang';
    inference.said = ['What are your opening hours?'];
    await talk();
    expect(linesOf('caller')).toEqual(['What are your opening hours?']);
    expect(deepgram.controls).toContain('Finalize');
    // Asked for what is made at the same time at first; the voice that the call went over to stays.
    expect(cartesia.asked.length).toBeLessThanOrEqual(3);
    expect(house.spoken().length).toBeGreaterThan(1);
  });
});
