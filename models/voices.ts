import { catalogue } from './catalogue.ts';
import { requireFiles } from './state.ts';

/** A voice that the box can speak with, and what it suits. */
export interface CatalogueVoice {
  /** As `Inference.synthesise` takes it. */
  readonly id: string;
  readonly model: string;
  readonly name: string;
  /** BCP 47. */
  readonly language: string;
  readonly sex: 'female' | 'male';
  readonly character: 'clear' | 'warm' | 'calm' | 'lively';
  /** `gpu`: on a processor alone it is too slow for a call. */
  readonly pace: 'any' | 'gpu';
}

const kokoro = (
  style: string,
  voice: Pick<CatalogueVoice, 'name' | 'language' | 'sex' | 'character'>,
): CatalogueVoice => ({ id: `kokoro-${style}`, model: 'kokoro-82m-int8', pace: 'gpu', ...voice });

/** In the order in which screens show them. */
export const voices: readonly CatalogueVoice[] = [
  {
    id: 'piper-en-us-joe-medium',
    model: 'piper-en-us-joe-medium',
    name: 'Joe',
    language: 'en-US',
    sex: 'male',
    character: 'clear',
    pace: 'any',
  },
  kokoro('af_heart', { name: 'Heart', language: 'en-US', sex: 'female', character: 'warm' }),
  kokoro('af_bella', { name: 'Bella', language: 'en-US', sex: 'female', character: 'lively' }),
  kokoro('af_sarah', { name: 'Sarah', language: 'en-US', sex: 'female', character: 'calm' }),
  kokoro('am_michael', { name: 'Michael', language: 'en-US', sex: 'male', character: 'calm' }),
  kokoro('am_fenrir', { name: 'Fenrir', language: 'en-US', sex: 'male', character: 'warm' }),
  kokoro('am_puck', { name: 'Puck', language: 'en-US', sex: 'male', character: 'lively' }),
  kokoro('bf_emma', { name: 'Emma', language: 'en-GB', sex: 'female', character: 'clear' }),
  kokoro('bf_isabella', { name: 'Isabella', language: 'en-GB', sex: 'female', character: 'calm' }),
  kokoro('bm_george', { name: 'George', language: 'en-GB', sex: 'male', character: 'warm' }),
];

/** Which of the voices have all their files on this box. */
export async function listVoices(
  modelsDir: string,
): Promise<readonly (CatalogueVoice & { readonly installed: boolean })[]> {
  const needed = catalogue.filter(({ id }) => voices.some(({ model }) => model === id));
  const installed = new Map(
    await Promise.all(
      needed.map(async (model) => {
        const check = requireFiles(modelsDir, model, { full: false });
        const isThere = await check.then(
          () => true,
          () => false,
        );
        return [model.id, isThere] as const;
      }),
    ),
  );
  return voices.map((voice) => ({ ...voice, installed: installed.get(voice.model) ?? false }));
}
