import type { Inference } from '../../inference/index.ts';
import type { TtsProvider } from '../ports.ts';

/** The voices of the inference worker: a clause is one piece, made faster than it is spoken. */
export function createLocalTts(options: { readonly inference: Pick<Inference, 'synthesise'> }): TtsProvider {
  return {
    name: 'local',
    wholeClauses: true,
    async *speak({ text, voice, speed }, { priority, signal }) {
      const request = { text, voice, speed };
      yield await options.inference.synthesise(request, signal ? { priority, signal } : { priority });
    },
  };
}
