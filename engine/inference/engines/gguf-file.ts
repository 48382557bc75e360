import type { Llama } from 'node-llama-cpp';
import { findModel, modelFile } from '../../../models/index.ts';
import { VoxboxError } from '../../foundation/index.ts';
import type { LoadedModel } from '../contract.ts';
import type { Placement } from '../placement.ts';

/** @throws VoxboxError `model_missing` when the catalogue lists no such file for the model */
export function ggufFile(modelsDir: string, modelId: string): string {
  const file = findModel(modelId).files.find(({ name }) => name.endsWith('.gguf'));
  if (!file) throw new VoxboxError('model_missing', `${modelId} has no file that llama.cpp reads`);
  return modelFile(modelsDir, modelId, file.name);
}

/** Where llama.cpp has put a model. */
export const deviceOf = (llama: Llama, placement: Placement): Pick<LoadedModel, 'device' | 'deviceReason'> =>
  placement.on === 'gpu' && llama.gpu !== false
    ? { device: llama.gpu }
    : { device: 'cpu', deviceReason: placement.reason };
