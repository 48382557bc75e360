import { VoxboxError } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { LlmProvider } from './ports.ts';

/** The language model of the inference worker. It asks for no tools: code decides what is done. */
export function createLocalLlm(options: { readonly inference: Pick<Inference, 'generate'> }): LlmProvider {
  return {
    name: 'local',
    async generate({ tools: _, ...request }, { priority, ...rest }) {
      const result = await options.inference.generate(request, { priority, ...rest });
      if (!result.text.trim()) throw new VoxboxError('inference_failed', 'the language model wrote nothing');
      return { ...result, toolRequests: [] };
    },
  };
}
