/** Root mean square of a frame at and above which it counts as voiced: −45 dB below full scale. */
export const voicedRms = 184;

/** Level that the caller speaks at: about −20 dB below full scale while voiced, as on a telephone. */
export const speechRms = 3000;

export function rms(samples: Int16Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

export const isVoiced = (frame: Int16Array): boolean => rms(frame) >= voicedRms;

/** Longest voiced stretch and total, for asking "is there sound in it". */
export function voicedMs(samples: Int16Array, sampleRateHz: number): number {
  const frameSamples = Math.round(sampleRateHz / 50);
  let voiced = 0;
  for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
    if (isVoiced(samples.subarray(at, at + frameSamples))) voiced += 20;
  }
  return voiced;
}

/** Takes away the silence before and after, and brings the voice to the level of a telephone. */
export function trimAndLevel(samples: Int16Array, sampleRateHz: number): Int16Array {
  const frameSamples = Math.round(sampleRateHz / 50);
  const frames: { at: number; rms: number }[] = [];
  for (let at = 0; at + frameSamples <= samples.length; at += frameSamples) {
    frames.push({ at, rms: rms(samples.subarray(at, at + frameSamples)) });
  }
  const loudest = Math.max(1, ...frames.map((frame) => frame.rms));
  const voiced = frames.filter((frame) => frame.rms > loudest / 60);
  const first = voiced[0];
  const last = voiced.at(-1);
  if (!first || !last) return samples;
  const meanSquare = voiced.reduce((sum, frame) => sum + frame.rms ** 2, 0) / voiced.length;
  const gain = speechRms / Math.max(1, Math.sqrt(meanSquare));
  return samples
    .slice(first.at, last.at + frameSamples)
    .map((sample) => Math.max(-32768, Math.min(32767, Math.round(sample * gain))));
}
