import { VoxboxError } from '../foundation/index.ts';

/** Everything in the stop band, and so every alias, is at least about this far down. */
const stopBandDb = 70;
/** The filter falls from the end of the pass band to the lower Nyquist frequency: 3.4 to 4 kHz for telephone audio. */
const passBandEnd = 0.85;
/** Bounds the coefficient table; pairs of usual rates need at most 480 phases. */
const maxPhases = 1000;

/** Polyphase low-pass for one pair of rates; never changes, so any number of resamplers may share it. */
export interface ResamplingKernel {
  readonly fromHz: number;
  readonly toHz: number;
  /** Output sample n lies at input position n · step / phases. */
  readonly phases: number;
  readonly step: number;
  /** Input samples on either side of an output sample. */
  readonly halfSamples: number;
  /** `phases` rows of 2 · halfSamples. */
  readonly coefficients: Float32Array;
}

/**
 * Kaiser-windowed sinc (Oppenheim & Schafer, Discrete-Time Signal Processing §7.6).
 * @throws VoxboxError `input_invalid` when a rate is not usable
 */
export function createKernel(fromHz: number, toHz: number): ResamplingKernel {
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const phases = toHz / divisor;
  const usable = [fromHz, toHz].every((rate) => Number.isInteger(rate) && rate >= 4000 && rate <= 192_000);
  if (!usable || phases > maxPhases) {
    throw new VoxboxError('input_invalid', `cannot convert audio from ${fromHz} to ${toHz} Hz`);
  }
  const nyquist = Math.min(fromHz, toHz) / 2 / fromHz;
  const cutoff = (nyquist * (1 + passBandEnd)) / 2;
  const transition = nyquist * (1 - passBandEnd);
  const beta = 0.1102 * (stopBandDb - 8.7);
  const half = Math.ceil((stopBandDb - 7.95) / (14.36 * transition) / 2);
  const taps = half * 2;
  const coefficients = new Float32Array(phases * taps);
  const row = new Float64Array(taps);
  for (let phase = 0; phase < phases; phase += 1) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap += 1) {
      const x = tap - half + 1 - phase / phases;
      const inside = Math.max(0, 1 - (x / half) ** 2);
      const value = sinc(2 * cutoff * x) * besselI0(beta * Math.sqrt(inside));
      row[tap] = value;
      sum += value;
    }
    // Each phase passes DC alike: otherwise a steady level would ripple with the phase.
    for (let tap = 0; tap < taps; tap += 1) coefficients[phase * taps + tap] = (row[tap] ?? 0) / sum;
  }
  return { fromHz, toHz, phases, step: fromHz / divisor, halfSamples: half, coefficients };
}

/**
 * Converts a stream of mono 16-bit audio piece by piece. The filter's delay is taken off: output sample n is
 * the input at the same moment. `push` holds back half a filter length until more input or `flush` comes.
 */
export class Resampler {
  private readonly kernel: ResamplingKernel | null;
  private pending: Int16Array;
  private pendingLength = 0;
  /** Index in `pending` of the input sample at or before the next output sample, and the rest in 1/phases. */
  private centre = 0;
  private phase = 0;
  private pushedSamples = 0;
  private givenSamples = 0;

  /** @throws VoxboxError `input_invalid` when a rate is not usable */
  constructor(fromHz: number, toHz: number, kernel?: ResamplingKernel) {
    this.kernel = fromHz === toHz ? null : (kernel ?? createKernel(fromHz, toHz));
    this.pending = new Int16Array(0);
    this.reset();
  }

  push(samples: Int16Array): Int16Array {
    if (!this.kernel) return samples.slice();
    this.pushedSamples += samples.length;
    return this.convert(this.kernel, samples, Number.POSITIVE_INFINITY);
  }

  /** Gives the rest, as if silence followed, and makes the resampler ready for another stream. */
  flush(): Int16Array {
    if (!this.kernel) return new Int16Array(0);
    const { phases, step, halfSamples } = this.kernel;
    const left = Math.ceil((this.pushedSamples * phases) / step) - this.givenSamples;
    const rest = this.convert(this.kernel, new Int16Array(halfSamples), left);
    this.reset();
    return rest;
  }

  private reset(): void {
    this.centre = this.kernel ? this.kernel.halfSamples - 1 : 0;
    this.pending.fill(0);
    this.pendingLength = this.centre;
    if (this.pending.length < this.pendingLength) this.pending = new Int16Array(this.pendingLength);
    this.phase = 0;
    this.pushedSamples = 0;
    this.givenSamples = 0;
  }

  private convert(kernel: ResamplingKernel, samples: Int16Array, most: number): Int16Array {
    const { phases, step, halfSamples: half, coefficients } = kernel;
    this.append(samples);
    const input = this.pending;
    const length = this.pendingLength;
    const taps = half * 2;
    const room = Math.max(0, Math.ceil(((length - this.centre) * phases) / step) + 1);
    const output = new Int16Array(Math.min(room, most));
    let count = 0;
    while (this.centre + half < length && count < output.length) {
      const base = this.centre - half + 1;
      const row = this.phase * taps;
      let sum = 0;
      for (let tap = 0; tap < taps; tap += 1)
        sum += (input[base + tap] ?? 0) * (coefficients[row + tap] ?? 0);
      output[count] = Math.max(-32768, Math.min(32767, Math.round(sum)));
      count += 1;
      this.phase += step;
      this.centre += Math.floor(this.phase / phases);
      this.phase %= phases;
    }
    this.givenSamples += count;
    const used = this.centre - half + 1;
    input.copyWithin(0, used, length);
    this.pendingLength = length - used;
    this.centre -= used;
    return output.slice(0, count);
  }

  private append(samples: Int16Array): void {
    const needed = this.pendingLength + samples.length;
    if (this.pending.length < needed) {
      const larger = new Int16Array(needed);
      larger.set(this.pending.subarray(0, this.pendingLength));
      this.pending = larger;
    }
    this.pending.set(samples, this.pendingLength);
    this.pendingLength = needed;
  }
}

/**
 * Converts a whole recording; the result has ceil(length · toHz / fromHz) samples.
 * @throws VoxboxError `input_invalid` when a rate is not usable
 */
export function resample(samples: Int16Array, fromHz: number, toHz: number): Int16Array {
  const resampler = new Resampler(fromHz, toHz);
  const body = resampler.push(samples);
  const rest = resampler.flush();
  const all = new Int16Array(body.length + rest.length);
  all.set(body);
  all.set(rest, body.length);
  return all;
}

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-8; k += 1) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y > 0) [x, y] = [y, x % y];
  return x;
}
