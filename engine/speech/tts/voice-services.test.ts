import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hasCode } from '../../foundation/index.ts';
import type { VoiceService } from '../ports.ts';
import { createCartesia } from './cartesia.ts';
import { createElevenLabs } from './elevenlabs.ts';
import { FakeVoiceService, type VoiceFault } from './fake-voice-service.ts';
import { writeWav } from './wav.ts';

let vendor: FakeVoiceService;
let baseUrl: string;
beforeEach(async () => {
  vendor = new FakeVoiceService();
  baseUrl = await vendor.start();
});
afterEach(() => vendor.stop());

const request = { text: 'Good morning.', voice: 'v/1', speed: 1.4, language: 'en-GB' };

async function samplesOf(service: VoiceService, signal?: AbortSignal): Promise<number> {
  let samples = 0;
  for await (const piece of service.speak(request, { priority: 'live', ...(signal ? { signal } : {}) })) {
    expect(piece.sampleRateHz).toBe(16_000);
    samples += piece.samples.length;
  }
  return samples;
}

describe.each([
  ['cartesia', createCartesia],
  ['elevenlabs', createElevenLabs],
] as const)('%s', (name, create) => {
  it('speaks in pieces, and asks in the words of its vendor', async () => {
    expect(await samplesOf(create({ key: 'k-1', baseUrl }))).toBe(13 * 800);
    const { path, headers, body } = vendor.asked[0] ?? { path: '', headers: {}, body: Buffer.alloc(0) };
    const said: unknown = JSON.parse(String(body));
    if (name === 'cartesia') {
      expect([path, headers.authorization, headers['cartesia-version']]).toEqual([
        '/tts/bytes',
        'Bearer k-1',
        expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      ]);
      expect(said).toEqual({
        ...{ model_id: 'sonic-3', transcript: 'Good morning.', language: 'en' },
        voice: { mode: 'id', id: 'v/1' },
        output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 16_000 },
        generation_config: { speed: 1.4 },
      });
    } else {
      expect([path, headers['xi-api-key']]).toEqual([
        '/v1/text-to-speech/v%2F1/stream?output_format=pcm_16000',
        'k-1',
      ]);
      expect(said).toEqual({
        ...{ model_id: 'eleven_flash_v2_5', text: 'Good morning.', language_code: 'en' },
        voice_settings: { speed: 1.2 },
      });
    }
  });

  it('copies a voice and deletes it, also one that is gone already', async () => {
    const service = create({ key: 'k-1', baseUrl });
    const sample = writeWav({ samples: new Int16Array(1600), sampleRateHz: 16_000 });
    const copy = { name: 'Anna', sample: Buffer.from(sample), language: 'en-US' };
    expect(await service.cloneVoice(copy)).toBe(`copied-${name}`);
    const form = String(vendor.asked[0]?.body.toString('latin1'));
    expect(form).toContain('Anna');
    expect(form).toContain(sample.toString('latin1'));
    await service.deleteVoice('copied');
    vendor.fault = 404;
    await service.deleteVoice('copied');
    expect(vendor.asked.map(({ path }) => path)).toHaveLength(3);
    vendor.fault = 401;
    await expect(service.deleteVoice('copied')).rejects.toSatisfy((error) =>
      hasCode(error, 'provider_key_refused'),
    );
    vendor.fault = 'json';
    await expect(service.cloneVoice(copy)).rejects.toThrow('gave no id');
  });

  it.each<[VoiceFault | 'refused', string]>([
    ['refused', 'provider_unreachable'],
    [401, 'provider_key_refused'],
    [404, 'provider_request_refused'],
    [429, 'provider_limited'],
    [500, 'provider_failed'],
    ['half', 'provider_unreachable'],
    ['json', 'provider_failed'],
  ])('tells %s apart, and keeps the key to itself', async (fault, code) => {
    if (fault === 'refused') await vendor.stop();
    else vendor.fault = fault;
    const failure = await samplesOf(create({ key: 'secret-key', baseUrl })).then(
      () => null,
      (error: unknown) => error,
    );
    expect(hasCode(failure, code as 'provider_failed')).toBe(true);
    expect(String(failure)).not.toContain('secret-key');
    if (fault === 'refused') await vendor.start();
  });

  it('lets go of a request that is withdrawn', async () => {
    vendor.fault = 'hang';
    const giveUp = new AbortController();
    const speaking = samplesOf(create({ key: 'k', baseUrl }), giveUp.signal);
    setTimeout(() => giveUp.abort(), 20);
    await expect(speaking).rejects.toSatisfy((error) => hasCode(error, 'aborted'));
  });
});
