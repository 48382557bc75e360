import { askService, type Service, VoxboxError } from '../../foundation/index.ts';
import type { VoiceService } from '../ports.ts';
import { ignoreUnknownVoice, primaryLanguage } from './cartesia.ts';
import { pcmPieces } from './pcm-stream.ts';
import type { VoiceAccount } from './voice-account.ts';

export const elevenLabsUsual = {
  model: 'eleven_flash_v2_5',
  baseUrl: 'https://api.elevenlabs.io',
} as const;

const sampleRateHz = 16_000;

/** ElevenLabs by its HTTP interface (elevenlabs.io/docs: "Stream speech", "Create IVC voice"). */
export function createElevenLabs({ key, baseUrl, model }: VoiceAccount): VoiceService {
  const service: Service = { name: 'ElevenLabs', baseUrl: baseUrl ?? elevenLabsUsual.baseUrl, key };
  const headers = { 'xi-api-key': key ?? '' };
  return {
    name: 'elevenlabs',
    wholeClauses: false,
    async *speak({ text, voice, speed, language }, { signal }) {
      const path = `/v1/text-to-speech/${encodeURIComponent(voice)}/stream?output_format=pcm_16000`;
      const response = await askService(service, path, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({
          text,
          model_id: model ?? elevenLabsUsual.model,
          language_code: primaryLanguage(language),
          voice_settings: { speed: Math.min(1.2, Math.max(0.7, speed)) },
        }),
        signal,
      });
      yield* pcmPieces(response, { service, sampleRateHz, ...(signal ? { signal } : {}) });
    },
    async cloneVoice({ name, sample }) {
      const body = new FormData();
      body.set('name', name);
      body.set('files', new Blob([sample], { type: 'audio/wav' }), 'sample.wav');
      const response = await askService(service, '/v1/voices/add', { method: 'POST', headers, body });
      const { voice_id: id } = (await response.json().catch(() => ({}))) as { readonly voice_id?: unknown };
      if (typeof id !== 'string') {
        throw new VoxboxError('provider_failed', 'ElevenLabs gave no id of the new voice');
      }
      return id;
    },
    async deleteVoice(voice) {
      const path = `/v1/voices/${encodeURIComponent(voice)}`;
      await askService(service, path, { method: 'DELETE', headers }).catch(ignoreUnknownVoice);
    },
  };
}
