import type { Llama } from 'node-llama-cpp';
import { modelFile, verifyModels } from '../../../models/index.ts';
import type { LoadedModel } from '../contract.ts';
import { deviceName } from '../device.ts';
import type { Engine } from './engine.ts';

const modelId = 'all-minilm-l6-v2';
/** What the model was trained on, without the two tokens around it; the rest of a longer text is not heard. */
const longestTokens = 254;

const unitLength = (vector: readonly number[]): Float32Array => {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
};

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadEmbedding(modelsDir: string, llama: Llama): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const model = await llama.loadModel({
    modelPath: modelFile(modelsDir, modelId, 'all-MiniLM-L6-v2-f32.gguf'),
  });
  // sentences are short: more threads cost more than they bring
  const context = await model.createEmbeddingContext({ contextSize: 512, batchSize: 512, threads: 1 });
  const embed = async (text: string) => {
    const tokens = model.tokenize(text);
    return unitLength((await context.getEmbeddingFor(tokens.slice(0, longestTokens))).vector);
  };
  await embed('Good morning.');
  const loaded = {
    id: modelId,
    use: 'embedding',
    device: deviceName(llama),
    loadMs: performance.now() - startedMs,
  } as const;
  return {
    models: (): LoadedModel[] => [loaded],
    run: async (work, { signal }) => {
      if (work.kind !== 'embed') throw new TypeError(`the embedding model cannot ${work.kind}`);
      const vectors: Float32Array[] = [];
      for (const text of work.texts) {
        signal.throwIfAborted();
        vectors.push(await embed(text));
      }
      return vectors;
    },
  };
}
