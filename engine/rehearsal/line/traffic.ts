const rateHz = 8000;
const seconds = 20;
/** Of the callers' voices: 20 dB below full scale. */
const voiceRms = 32768 * 10 ** (-20 / 20);

/**
 * Twenty seconds of noise that falls by 6 dB an octave from 200 Hz on, as that of a street does; 8 kHz.
 *
 * @param snrDb how far it lies below a caller's voice
 */
export function trafficNoise(snrDb: number, chance: () => number): Int16Array {
  const noise = new Float64Array(seconds * rateHz);
  const keep = Math.exp((-2 * Math.PI * 200) / rateHz);
  let low = 0;
  let squares = 0;
  for (let n = 0; n < noise.length; n += 1) {
    low = keep * low + (1 - keep) * (chance() * 2 - 1);
    const sample = low + 0.05 * (chance() * 2 - 1);
    noise[n] = sample;
    squares += sample * sample;
  }
  const gain = voiceRms / Math.sqrt(squares / noise.length) / 10 ** (snrDb / 20);
  return Int16Array.from(noise, (sample) => Math.max(-32768, Math.min(32767, sample * gain)));
}

/** A voice in front of it; what is too loud for the line is clipped. */
export const mixed = (voice: Int16Array, noise: Int16Array): Int16Array =>
  voice.map((sample, n) => Math.max(-32768, Math.min(32767, sample + (noise[n % noise.length] ?? 0))));
