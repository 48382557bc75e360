import { VoxboxError } from '../foundation/index.ts';
import type { DeviceReport } from './contract.ts';

/*
 * Which model runs where. Decided from the sizes in the catalogue before anything is loaded: a graphics
 * processor whose memory runs over slows every model on it down, or ends the process.
 */

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** What models need while they work, and other programs of a desktop. */
const reserveOf = (totalBytes: number): number => Math.max(512 * MiB, totalBytes * 0.1);

/** What a model takes, from the catalogue. */
export interface ModelNeeds {
  readonly id: string;
  readonly ramBytes: number;
  /** Null: made for the processor, and no faster elsewhere. */
  readonly gpuBytes: number | null;
}

export interface Room {
  readonly gpu: { readonly totalBytes: number; readonly usedBytes: number } | null;
  readonly freeRamBytes: number;
}

export interface Placement {
  readonly on: 'gpu' | 'cpu';
  /** Why not on a better device. */
  readonly reason?: string;
}

/** What models may take on a graphics processor, beside what others use of it already. */
export const budgetOf = ({ totalBytes, usedBytes }: { totalBytes: number; usedBytes: number }): number =>
  Math.max(0, totalBytes - usedBytes - reserveOf(totalBytes));

/** By the size of the language model that fits, see `DeviceReport`. */
export function speedClassOf(gpuBytes: number): DeviceReport['speedClass'] {
  if (gpuBytes >= 12 * GiB) return 'large';
  if (gpuBytes >= 8 * GiB) return 'medium';
  return gpuBytes >= 5.5 * GiB ? 'small' : 'tiny';
}

/** @param models those that gain most from a graphics processor first */
export function placeModels(
  models: readonly ModelNeeds[],
  room: Room,
): ReadonlyMap<string, Placement | VoxboxError> {
  let gpuLeft = room.gpu ? budgetOf(room.gpu) : 0;
  let ramLeft = room.freeRamBytes;
  const places = new Map<string, Placement | VoxboxError>();
  for (const { id, ramBytes, gpuBytes } of models) {
    if (room.gpu && gpuBytes !== null && gpuBytes <= gpuLeft) {
      gpuLeft -= gpuBytes;
      places.set(id, { on: 'gpu' });
    } else if (ramBytes <= ramLeft) {
      const reason = reasonFor({ gpuBytes, gpuLeft, hasGpu: room.gpu !== null });
      ramLeft -= ramBytes;
      places.set(id, { on: 'cpu', reason });
    } else {
      places.set(id, tooLarge({ id, ramBytes, ramLeft }));
    }
  }
  return places;
}

function reasonFor(found: { gpuBytes: number | null; gpuLeft: number; hasGpu: boolean }): string {
  if (found.gpuBytes === null) return 'it is made for the processor';
  if (!found.hasGpu) return 'no graphics processor was found that it could use';
  return `it needs ${inGiB(found.gpuBytes)} of graphics memory and ${inGiB(found.gpuLeft)} are left`;
}

const tooLarge = (found: { id: string; ramBytes: number; ramLeft: number }): VoxboxError =>
  new VoxboxError(
    'model_too_large',
    `${found.id} needs ${inGiB(found.ramBytes)} of memory and ${inGiB(found.ramLeft)} are free`,
    { details: { id: found.id, neededBytes: found.ramBytes, freeBytes: Math.round(found.ramLeft) } },
  );

const inGiB = (bytes: number): string => `${(bytes / GiB).toFixed(1)} GB`;
