import { describe, expect, test } from 'vitest';
import { LogMel, melBands, melFrames, melSamples } from './mel.ts';

/** The definition, written out: a plain Fourier sum per bin, dense filters. Computes chosen frames only. */
function slowLogMel(samples: Float32Array, frames: readonly number[]): { raw: Float64Array[] } {
  const padded = new Float64Array(melSamples);
  padded.set(
    samples.subarray(Math.max(0, samples.length - melSamples)),
    Math.max(0, melSamples - samples.length),
  );
  const mean = padded.reduce((sum, value) => sum + value, 0) / melSamples;
  const variance = padded.reduce((sum, value) => sum + (value - mean) ** 2, 0) / melSamples;
  const audio = padded.map((value) => (value - mean) / Math.sqrt(variance + 1e-7));
  const reflected = (index: number) => {
    const inside = index < 0 ? -index : index >= melSamples ? 2 * (melSamples - 1) - index : index;
    return audio[inside] ?? Number.NaN;
  };
  const hz = (mel: number) => (mel < 15 ? (mel * 200) / 3 : 1000 * 6.4 ** ((mel - 15) / 27));
  const topMel = 15 + (27 * Math.log(8)) / Math.log(6.4);
  const edges = Array.from({ length: melBands + 2 }, (_, i) => hz((topMel * i) / (melBands + 1)));
  const raw = frames.map((frame) => {
    const power = Array.from({ length: 201 }, (_, bin) => {
      let re = 0;
      let im = 0;
      for (let n = 0; n < 400; n += 1) {
        const value = reflected(frame * 160 - 200 + n) * Math.sin((Math.PI * n) / 400) ** 2;
        re += value * Math.cos((2 * Math.PI * bin * n) / 400);
        im -= value * Math.sin((2 * Math.PI * bin * n) / 400);
      }
      return re * re + im * im;
    });
    return Float64Array.from({ length: melBands }, (_, band) => {
      const [low = 0, centre = 0, high = 0] = edges.slice(band, band + 3);
      const energy = power.reduce((sum, value, bin) => {
        const f = bin * 40;
        const weight = Math.max(0, Math.min((f - low) / (centre - low), (high - f) / (high - centre)));
        return sum + (value * weight * 2) / (high - low);
      }, 0);
      return Math.log10(Math.max(1e-10, energy));
    });
  });
  return { raw };
}

/** Speech-like: a gliding harmonic tone in noise, from a fixed generator. */
function tone(samples: number): Float32Array {
  let seed = 12345;
  return Float32Array.from({ length: samples }, (_, i) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    const noise = seed / 0x7fffffff - 0.5;
    const t = i / 16_000;
    return (
      0.3 * Math.sin(2 * Math.PI * (150 + 40 * t) * t) + 0.1 * Math.sin(2 * Math.PI * 2500 * t) + 0.05 * noise
    );
  });
}

describe('LogMel', () => {
  for (const [name, samples] of [
    ['eight seconds', tone(melSamples)],
    ['longer than it hears', tone(melSamples + 5_000)],
    ['two seconds, padded on the left', tone(32_000)],
    ['an odd number of padded frames', tone(32_000 + 160)],
    ['a few samples', tone(300)],
  ] as const) {
    test(`agrees with the definition: ${name}`, () => {
      const fast = new LogMel().compute(samples);
      const frames = [0, 1, 2, 300, 597, 598, 599, 600, 601, 797, 798, 799];
      const { raw } = slowLogMel(samples, frames);
      // the fast one clamps 8 below its loudest value, then maps to (x + 4) / 4
      const floor = Math.max(...fast) * 4 - 4 - 8;
      let worst = 0;
      for (const [index, frame] of frames.entries()) {
        for (let band = 0; band < melBands; band += 1) {
          const expected = (Math.max(raw[index]?.[band] ?? Number.NaN, floor) + 4) / 4;
          worst = Math.max(worst, Math.abs((fast[band * melFrames + frame] ?? Number.NaN) - expected));
        }
      }
      expect(worst).toBeLessThan(1e-4);
    });
  }

  test('silence gives a flat, finite picture', () => {
    const features = new LogMel().compute(new Float32Array(16_000));
    expect(new Set(features).size).toBe(1);
    expect(Number.isFinite(features[0])).toBe(true);
  });

  test('an instance can be used again', () => {
    const mel = new LogMel();
    const first = Float32Array.from(mel.compute(tone(40_000)));
    mel.compute(tone(melSamples));
    expect(mel.compute(tone(40_000))).toEqual(first);
  });
});
