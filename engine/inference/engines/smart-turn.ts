import { Tensor } from 'onnxruntime-node';
import { modelFile, verifyModels } from '../../../models/index.ts';
import type { LoadedModel } from '../contract.ts';
import { LogMel, melBands, melFrames } from '../mel.ts';
import type { EndOfTurn } from '../messages.ts';
import type { Engine, EngineStart } from './engine.ts';
import { openSession } from './session.ts';

/**
 * Smart Turn v3: Whisper tiny's encoder with a classifier on top, over the last 8 s of the turn.
 *
 * @throws VoxboxError `model_missing` or `model_corrupted`
 */
export async function loadSmartTurn({ modelsDir, modelId, ...start }: EngineStart): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const file = modelFile(modelsDir, modelId, 'smart-turn-v3.2-cpu.onnx');
  const { session, device, deviceReason } = await openSession(file, start);
  const mel = new LogMel();
  const judge = async (samples: Float32Array): Promise<EndOfTurn> => {
    const beganMs = performance.now();
    const features = new Tensor('float32', mel.compute(samples), [1, melBands, melFrames]);
    const output = await session.run({ input_features: features });
    // the graph ends in a sigmoid, although its output is called logits
    const probability = output.logits?.data[0];
    if (typeof probability !== 'number') throw new Error('the turn model gave no probability');
    return { probability, modelMs: performance.now() - beganMs };
  };
  // the fourth time the feature code is compiled
  for (let i = 0; i < 4; i += 1)
    await judge(Float32Array.from({ length: 64_000 }, (_, at) => Math.sin(at / 9) / 9));
  const loadMs = performance.now() - startedMs;
  const loaded: LoadedModel = { id: modelId, use: 'turn', device, deviceReason, loadMs };
  return {
    models: () => [loaded],
    run: async (work) => {
      if (work.kind !== 'end-of-turn') throw new TypeError(`turn-taking cannot ${work.kind}`);
      return await judge(work.samples);
    },
    close: () => session.release(),
  };
}
