/**
 * Level in dBFS above which a stretch counts as voiced. Line noise and comfort noise of telephone calls lie
 * below −50 dBFS, even quiet speech above −40 dBFS. It is an absolute floor, not a speech detector: used to
 * measure latency and to find pauses in which audio may be skipped.
 */
export const voicedThresholdDbfs = -45;

/** RMS level without its DC part, in dB relative to 32768; −Infinity for digital silence and for no samples. */
export function levelDbfs(samples: Int16Array): number {
  if (samples.length === 0) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < samples.length; i += 1) {
    const sample = samples[i] ?? 0;
    sum += sample;
    squares += sample * sample;
  }
  const mean = sum / samples.length;
  return 10 * Math.log10(Math.max(0, squares / samples.length - mean * mean) / (32768 * 32768));
}

/** True when the frame (any length, usually 20 ms) is louder than the threshold. */
export const isVoiced = (samples: Int16Array, thresholdDbfs = voicedThresholdDbfs): boolean =>
  levelDbfs(samples) > thresholdDbfs;

/** A stretch of time, milliseconds. */
export interface VoicedStretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** So much above the noise of its line speech is louder; a line that hums does not make everything voiced. */
const aboveNoiseDb = 8;
/** What is louder than this is no noise, however steady. */
const loudestNoiseDbfs = -38;
const noiseShare = 0.15;
/** The lips close for so long within a word. */
const closureMs = 130;
/** A click is shorter. */
const shortestMs = 60;

/** Where a side of a call speaks, by its levels in dBFS of `frameMs` each. */
export function voicedStretches(levels: readonly number[], frameMs: number): readonly VoicedStretch[] {
  const noise = Float32Array.from(levels).sort()[Math.floor(levels.length * noiseShare)];
  const floor = Math.min(noise ?? voicedThresholdDbfs, loudestNoiseDbfs) + aboveNoiseDb;
  const threshold = Math.max(voicedThresholdDbfs, floor);
  const stretches: { fromMs: number; toMs: number }[] = [];
  for (const [i, level] of levels.entries()) {
    if (level <= threshold) continue;
    const [fromMs, toMs] = [i * frameMs, (i + 1) * frameMs];
    const last = stretches.at(-1);
    if (last && fromMs - last.toMs < closureMs) last.toMs = toMs;
    else stretches.push({ fromMs, toMs });
  }
  return stretches.filter(({ fromMs, toMs }) => toMs - fromMs >= shortestMs);
}
