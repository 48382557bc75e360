import type { Llama } from 'node-llama-cpp';
import { verifyModels } from '../../../models/index.ts';
import type { LoadedModel } from '../contract.ts';
import type { Engine, EngineStart } from './engine.ts';
import { deviceOf, ggufFile } from './gguf-file.ts';

/** What the model was trained on, without the two tokens around it; the rest of a longer text is not heard. */
const longestTokens = 254;

const unitLength = (vector: readonly number[]): Float32Array => {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
};

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadEmbedding(
  { modelsDir, modelId, placement }: EngineStart,
  llama: Llama,
): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const model = await llama.loadModel({
    modelPath: ggufFile(modelsDir, modelId),
    ...(placement.on === 'cpu' ? { gpuLayers: 0 } : {}),
  });
  // sentences are short: more threads cost more than they bring
  const context = await model.createEmbeddingContext({ contextSize: 512, batchSize: 512, threads: 1 });
  const embed = async (text: string) => {
    const tokens = model.tokenize(text);
    return unitLength((await context.getEmbeddingFor(tokens.slice(0, longestTokens))).vector);
  };
  await embed('Good morning.');
  const loaded: LoadedModel = {
    ...{ id: modelId, use: 'embedding', loadMs: performance.now() - startedMs },
    ...deviceOf(llama, placement),
  };
  return {
    models: () => [loaded],
    run: async (work, { signal }) => {
      if (work.kind !== 'embed') throw new TypeError(`the embedding model cannot ${work.kind}`);
      const vectors: Float32Array[] = [];
      for (const text of work.texts) {
        signal.throwIfAborted();
        vectors.push(await embed(text));
      }
      return vectors;
    },
    close: async () => {
      await context.dispose();
      await model.dispose();
    },
  };
}
