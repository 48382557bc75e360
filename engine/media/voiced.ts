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
