import { freemem } from 'node:os';
import type { Llama } from 'node-llama-cpp';
import { findModel } from '../../models/index.ts';
import { toErrorShape, VoxboxError } from '../foundation/index.ts';
import type { DeviceReport } from './contract.ts';
import { deviceReports, openLlama, probeGpu } from './device.ts';
import type { ModelUse } from './messages.ts';
import { type Placement, placeModels } from './placement.ts';

/** What a fresh box uses. */
export const starterModels: Readonly<Record<ModelUse, string>> = {
  stt: 'moonshine-tiny-en',
  tts: 'piper-en-us-joe-medium',
  llm: 'smollm2-135m-instruct',
  embedding: 'all-minilm-l6-v2',
  turn: 'smart-turn-v3.2',
};

/** By what they gain from a graphics processor. */
export const byGain = ['llm', 'stt', 'tts', 'embedding', 'turn'] as const satisfies readonly ModelUse[];

/**
 * Where models go on this machine as it is now, by their sizes in the catalogue.
 *
 * @param ids those that gain most from a graphics processor first
 */
export async function placeOnThisMachine(
  ids: readonly string[],
  openDevices: () => Promise<Llama>,
): Promise<ReadonlyMap<string, Placement | VoxboxError>> {
  const wanted = ids.map((id) => {
    const { ramBytes, gpuBytes = null } = findModel(id).needs;
    return { id, ramBytes, gpuBytes };
  });
  // Where nothing gains from a graphics processor, nobody waits until it is looked for.
  const gpu = wanted.some(({ gpuBytes }) => gpuBytes !== null) ? await probeGpu(await openDevices()) : null;
  return placeModels(wanted, { gpu, freeRamBytes: freemem() });
}

export interface Survey {
  readonly devices: readonly DeviceReport[];
  readonly models: readonly {
    readonly id: string;
    readonly use: ModelUse;
    /** Null where there is no room for it anywhere. */
    readonly device: 'gpu' | 'cpu' | null;
    /** Why not on a better device. */
    readonly reason: string | null;
  }[];
}

/** What this machine has for models and which would run where. Loads none. */
export async function surveyDevices(): Promise<Survey> {
  const llama = await openLlama();
  try {
    const places = await placeOnThisMachine(
      byGain.map((use) => starterModels[use]),
      async () => llama,
    );
    const models = byGain.map((use) => {
      const id = starterModels[use];
      const place = places.get(id);
      if (!place || place instanceof VoxboxError) {
        return { id, use, device: null, reason: toErrorShape(place, 'model_too_large').message };
      }
      return { id, use, device: place.on, reason: place.reason ?? null };
    });
    return { devices: deviceReports(await probeGpu(llama), []), models };
  } finally {
    await llama.dispose();
  }
}
