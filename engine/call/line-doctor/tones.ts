/** Three tones in an order that no speech, ring-back or key press has; multiples of 50 Hz fill 20 ms exactly. */
const tonesHz = [550, 1150, 850] as const;
const toneMs = 240;
const pauseMs = 60;
/** −14 dBFS: loud enough to survive every codec, quiet enough for an ear. */
const amplitude = 6500;

export const patternMs = tonesHz.length * (toneMs + pauseMs);

/** What is sent to find out whether it is heard. */
export function tonePattern(sampleRateHz: number): Int16Array {
  const toneSamples = (sampleRateHz * toneMs) / 1000;
  const stepSamples = (sampleRateHz * (toneMs + pauseMs)) / 1000;
  const samples = new Int16Array(stepSamples * tonesHz.length);
  for (const [index, toneHz] of tonesHz.entries()) {
    const step = (2 * Math.PI * toneHz) / sampleRateHz;
    for (let i = 0; i < toneSamples; i += 1) {
      samples[index * stepSamples + i] = Math.round(amplitude * Math.sin(step * i));
    }
  }
  return samples;
}

/** A tone holds at least this part of a frame's power. */
const purity = 0.6;
/** −50 dBFS: below is silence. */
const quietestPower = 100 ** 2;
const framesNeeded = 4;

/** Listens for the pattern in frames of 20 ms. */
export class PatternEar {
  private expected = 0;
  private frames = 0;
  /** All three were heard in their order. */
  heard = false;

  /** @returns true with the frame that makes the pattern certain */
  hear(samples: Int16Array, sampleRateHz: number): boolean {
    const toneHz = tonesHz[this.expected];
    if (this.heard || toneHz === undefined) return false;
    if (isTone(samples, toneHz, sampleRateHz)) this.frames += 1;
    else if (this.frames > 0 && this.frames < framesNeeded) this.frames -= 1;
    if (this.frames < framesNeeded) return false;
    this.frames = 0;
    this.expected += 1;
    this.heard = this.expected === tonesHz.length;
    return this.heard;
  }
}

/** Goertzel: the share of one frequency in the power of a frame. */
function isTone(samples: Int16Array, toneHz: number, sampleRateHz: number): boolean {
  const coefficient = 2 * Math.cos((2 * Math.PI * toneHz) / sampleRateHz);
  let [one, two, energy] = [0, 0, 0];
  for (const sample of samples) {
    const now = sample + coefficient * one - two;
    two = one;
    one = now;
    energy += sample * sample;
  }
  const tonePower = (2 * (one * one + two * two - coefficient * one * two)) / samples.length;
  return energy / samples.length > quietestPower && tonePower / energy > purity;
}
