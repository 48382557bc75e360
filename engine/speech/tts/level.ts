import type { SynthesisedSpeech } from '../../inference/index.ts';

const fullScale = 32768;
/** About what carriers expect of a voice on the line. */
const targetRms = fullScale * 10 ** (-20 / 20);
const highestPeak = fullScale * 10 ** (-3 / 20);
/** Quieter than this (−46 dBFS) is a pause and neither counts for the level nor is worth waiting for. */
const quiet = fullScale * 10 ** (-46 / 20);

export type Speech = Pick<SynthesisedSpeech, 'samples' | 'sampleRateHz'>;

/**
 * Brings speech to −20 dBFS RMS over its voiced parts with peaks below −3 dBFS, takes the silence off its
 * beginning (it would be waited for) and leaves at most 180 ms of it at the end. Returns new samples.
 */
export function levelled({ samples, sampleRateHz }: Speech): Speech {
  const blockLength = Math.round(sampleRateHz / 100);
  const blocks = Math.ceil(samples.length / blockLength);
  let energy = 0;
  let voiced = 0;
  let peak = 0;
  let first = -1;
  let last = -1;
  for (let block = 0; block < blocks; block++) {
    const part = samples.subarray(block * blockLength, (block + 1) * blockLength);
    let sum = 0;
    for (const sample of part) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    if (Math.sqrt(sum / part.length) < quiet) continue;
    energy += sum;
    voiced += part.length;
    if (first < 0) first = block;
    last = block;
  }
  if (first < 0) return { samples: samples.slice(), sampleRateHz };
  const gain = Math.min(targetRms / Math.sqrt(energy / voiced), highestPeak / Math.max(1, peak));
  const from = Math.max(0, first - 1) * blockLength;
  const to = Math.min(samples.length, (last + 1) * blockLength + Math.round(sampleRateHz * 0.18));
  return { samples: samples.slice(from, to).map((sample) => Math.round(sample * gain)), sampleRateHz };
}
