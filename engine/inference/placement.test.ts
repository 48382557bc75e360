import { describe, expect, test } from 'vitest';
import { budgetOf, placeModels, speedClassOf } from './placement.ts';

const GiB = 2 ** 30;
const llm = { id: 'llm', ramBytes: 7 * GiB, gpuBytes: 7 * GiB };
const voice = { id: 'voice', ramBytes: GiB, gpuBytes: GiB };
const ears = { id: 'ears', ramBytes: 0.2 * GiB, gpuBytes: null };
/** What a probe might find: 8 GB with a desktop on it. */
const fakeGpu = { totalBytes: 8 * GiB, usedBytes: 0.1 * GiB };
const room = { gpu: fakeGpu, freeRamBytes: 16 * GiB };

describe('which model runs where', () => {
  test('without a graphics processor everything is on the processor, and says why', () => {
    const places = placeModels([llm, ears], { gpu: null, freeRamBytes: 16 * GiB });
    expect(places.get('llm')).toEqual({
      on: 'cpu',
      reason: 'no graphics processor was found that it could use',
    });
    expect(places.get('ears')).toEqual({ on: 'cpu', reason: 'it is made for the processor' });
  });

  test('sizes are added up before anything is loaded: the first that fit, the others beside', () => {
    const places = placeModels([llm, voice, ears], room);
    expect(places.get('llm')).toEqual({ on: 'gpu' });
    expect(places.get('voice')).toEqual({
      on: 'cpu',
      reason: 'it needs 1.0 GB of graphics memory and 0.1 GB are left',
    });
  });

  test('a smaller model behind one that does not fit is still placed', () => {
    const big = { id: 'big', ramBytes: 11 * GiB, gpuBytes: 11 * GiB };
    const places = placeModels([big, voice], room);
    expect(places.get('big')).toMatchObject({ on: 'cpu' });
    expect(places.get('voice')).toEqual({ on: 'gpu' });
  });

  test('what fits nowhere is refused with its size', () => {
    const places = placeModels([llm, ears], { gpu: null, freeRamBytes: 4 * GiB });
    expect(places.get('llm')).toMatchObject({
      code: 'model_too_large',
      message: 'llm needs 7.0 GB of memory and 4.0 GB are free',
    });
    expect(places.get('ears')).toMatchObject({ on: 'cpu' });
  });

  test('a tenth of the memory, or half a gigabyte, stays free', () => {
    expect(budgetOf({ totalBytes: 24 * GiB, usedBytes: 0 })).toBe(24 * GiB * 0.9);
    expect(budgetOf({ totalBytes: 2 * GiB, usedBytes: 1 * GiB })).toBe(0.5 * GiB);
    expect(budgetOf({ totalBytes: 2 * GiB, usedBytes: 1.9 * GiB })).toBe(0);
  });

  test.each([
    [4, 'tiny'],
    [6, 'small'],
    [8, 'medium'],
    [24, 'large'],
  ])('%i GB carries a %s language model', (gib, speedClass) => {
    expect(speedClassOf(gib * GiB)).toBe(speedClass);
  });
});
