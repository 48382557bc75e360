import type { ModelState } from '../../models/index.ts';
import { isVoxboxError } from '../foundation/index.ts';
import { placeModels } from '../inference/index.ts';
import type { BoxStatus, CatalogueModel } from './contract/index.ts';

type Device = BoxStatus['devices'][number];
type Fit = CatalogueModel['fit'];

const GiB = 2 ** 30;
const speeds = ['tiny', 'small', 'medium', 'large'] as const satisfies readonly Device['speedClass'][];

/** Of a language model, by the graphics memory that it takes. */
function speedNeeded(gpuBytes: number): number {
  if (gpuBytes <= GiB) return speeds.indexOf('tiny');
  if (gpuBytes <= 5 * GiB) return speeds.indexOf('small');
  return speeds.indexOf(gpuBytes <= 8 * GiB ? 'medium' : 'large');
}

/**
 * Where a model would run on this machine as it is now, and whether callers would wait for it.
 *
 * @param runsOn the device that it runs on already; null while it is not in use
 * @param freeRamBytes asked for where no device has been looked at yet
 */
export function fitOf(
  model: Pick<ModelState, 'id' | 'use' | 'group' | 'ramBytes' | 'gpuBytes'>,
  {
    devices,
    runsOn,
    freeRamBytes,
  }: { devices: readonly Device[]; runsOn: string | null; freeRamBytes: number },
): Fit {
  const gpu = devices.find(({ kind }) => kind !== 'cpu') ?? null;
  const cpu = devices.find(({ kind }) => kind === 'cpu');
  const paceOn = (on: 'gpu' | 'cpu') => (isSlow(model, on === 'gpu' ? gpu : null) ? 'slow' : 'in-time');
  if (runsOn !== null) {
    const on = runsOn === 'cpu' ? 'cpu' : 'gpu';
    return { on, reason: null, pace: paceOn(on) };
  }
  const room = { gpu, freeRamBytes: cpu ? cpu.totalBytes - cpu.usedBytes : freeRamBytes };
  const place = placeModels([model], room).get(model.id);
  if (!place || isVoxboxError(place)) return { on: 'none', reason: place?.message ?? null, pace: 'slow' };
  return { on: place.on, reason: place.reason ?? null, pace: paceOn(place.on) };
}

/** @param gpu that it runs on; null: the processor */
function isSlow(
  { use, group, gpuBytes }: Pick<ModelState, 'use' | 'group' | 'gpuBytes'>,
  gpu: Device | null,
) {
  const bytes = gpuBytes ?? 0;
  // Their voices are better than a call has time for.
  if (!gpu) return bytes >= GiB || group === 'simulated-caller';
  return use === 'llm' && speedNeeded(bytes) > speeds.indexOf(gpu.speedClass);
}
