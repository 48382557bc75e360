import { askService, hasCode, type Service, VoxboxError } from '../../foundation/index.ts';
import type { VoiceService } from '../ports.ts';
import { pcmPieces } from './pcm-stream.ts';
import type { VoiceAccount } from './voice-account.ts';

export const cartesiaUsual = { model: 'sonic-3', baseUrl: 'https://api.cartesia.ai' } as const;

const version = '2026-03-01';
const sampleRateHz = 16_000;

/** Cartesia by its HTTP interface (docs.cartesia.ai: "Text to Speech (Bytes)", "Clone Voice"). */
export function createCartesia({ key, baseUrl, model }: VoiceAccount): VoiceService {
  const service: Service = { name: 'Cartesia', baseUrl: baseUrl ?? cartesiaUsual.baseUrl, key };
  const headers = { Authorization: `Bearer ${key ?? ''}`, 'Cartesia-Version': version };
  return {
    name: 'cartesia',
    wholeClauses: false,
    async *speak({ text, voice, speed, language }, { signal }) {
      const response = await askService(service, '/tts/bytes', {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/json' },
        body: JSON.stringify({
          model_id: model ?? cartesiaUsual.model,
          transcript: text,
          voice: { mode: 'id', id: voice },
          language: primaryLanguage(language),
          output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: sampleRateHz },
          generation_config: { speed: Math.min(1.5, Math.max(0.6, speed)) },
        }),
        signal,
      });
      yield* pcmPieces(response, { service, sampleRateHz, ...(signal ? { signal } : {}) });
    },
    async cloneVoice({ name, sample, language }) {
      const body = new FormData();
      body.set('clip', new Blob([sample], { type: 'audio/wav' }), 'sample.wav');
      body.set('name', name);
      body.set('language', primaryLanguage(language));
      const response = await askService(service, '/voices/clone', { method: 'POST', headers, body });
      const { id } = (await response.json().catch(() => ({}))) as { readonly id?: unknown };
      if (typeof id !== 'string') {
        throw new VoxboxError('provider_failed', 'Cartesia gave no id of the new voice');
      }
      return id;
    },
    async deleteVoice(voice) {
      await askService(service, `/voices/${encodeURIComponent(voice)}`, { method: 'DELETE', headers }).catch(
        ignoreUnknownVoice,
      );
    },
  };
}

/** `en-US` → `en`. */
export const primaryLanguage = (language: string): string => language.split('-')[0]?.toLowerCase() ?? 'en';

/** A voice that is gone already has been deleted. */
export function ignoreUnknownVoice(error: unknown): void {
  const gone =
    hasCode(error, 'provider_request_refused') &&
    error instanceof VoxboxError &&
    error.details.status === 404;
  if (!gone) throw error;
}
