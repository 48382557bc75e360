import type { Speech } from '../ports.ts';

const fullScale = 32768;
/** About what carriers expect of a voice on the line. */
const targetRms = fullScale * 10 ** (-20 / 20);
/** Half a decibel under the −3 dBFS that are meant: on its way to the line's rate speech overshoots a little. */
const highestPeak = fullScale * 10 ** (-3.5 / 20);
/** Quieter than this (−46 dBFS) is a pause and neither counts for the level nor is worth waiting for. */
const quiet = fullScale * 10 ** (-46 / 20);

/** Silence that is left at the end of a clause. */
const tailMs = 180;

/**
 * Brings speech to −20 dBFS RMS over its voiced parts with peaks below −3 dBFS, takes the silence off its
 * beginning (it would be waited for) and leaves at most 180 ms of it at the end. Returns new samples.
 */
export function levelled({ samples, sampleRateHz }: Speech): Speech {
  const blockLength = Math.round(sampleRateHz / 100);
  const blocks = Math.ceil(samples.length / blockLength);
  let energy = 0;
  let voiced = 0;
  const limits: number[] = [];
  let first = -1;
  let last = -1;
  for (let block = 0; block < blocks; block++) {
    const part = samples.subarray(block * blockLength, (block + 1) * blockLength);
    let sum = 0;
    let peak = 1;
    for (const sample of part) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    limits.push(highestPeak / peak);
    if (Math.sqrt(sum / part.length) < quiet) continue;
    energy += sum;
    voiced += part.length;
    if (first < 0) first = block;
    last = block;
  }
  if (first < 0) return { samples: samples.slice(), sampleRateHz };
  const wanted = targetRms / Math.sqrt(energy / voiced);
  // A few peaks give way: held back by the highest of them, a lively voice would be too quiet throughout.
  const gainAt = (block: number): number =>
    Math.min(wanted, limits[block - 1] ?? wanted, limits[block] ?? wanted);
  const from = Math.max(0, first - 1) * blockLength;
  const to = Math.min(samples.length, (last + 1) * blockLength + Math.round((sampleRateHz * tailMs) / 1000));
  const parts: Int16Array[] = [];
  for (let at = from; at < to; at += blockLength) {
    const block = at / blockLength;
    const part = samples.subarray(at, Math.min(to, at + blockLength));
    parts.push(scaled(part, gainAt(block), gainAt(block + 1)));
  }
  return { samples: joinedSamples(parts), sampleRateHz };
}

/** What is known of a voice's loudness; kept from clause to clause, so that each begins right. */
export interface Loudness {
  /** Sum of squares over `samples` of its voiced parts. */
  energy: number;
  samples: number;
}

export const unknownLoudness = (): Loudness => ({ energy: 0, samples: 0 });

/** As long as less has been heard of a voice, the rest is taken to be as loud as it should be. */
const knownAfterMs = 300;

/** `levelled` for a clause that comes in pieces: the gain follows what has been heard of the voice so far. */
export class StreamLevel {
  readonly #loudness: Loudness;
  readonly #blockLength: number;
  readonly #tailSamples: number;
  readonly #knownSamples: number;
  #rest: Int16Array = new Int16Array(0);
  /** Before the first voiced block: the one before it. Afterwards: silence beyond what may stay at the end. */
  #held: Int16Array[] = [];
  #started = false;
  #silentSamples = 0;
  #gain: number;

  constructor(sampleRateHz: number, loudness: Loudness = unknownLoudness()) {
    this.#loudness = loudness;
    this.#blockLength = Math.round(sampleRateHz / 100);
    this.#tailSamples = Math.round((sampleRateHz * tailMs) / 1000);
    this.#knownSamples = Math.round((sampleRateHz * knownAfterMs) / 1000);
    this.#gain = this.#wantedGain();
  }

  /** @returns what can be played now: whole 10 ms blocks */
  push(samples: Int16Array): Int16Array {
    const all = joinedSamples([this.#rest, samples]);
    const ready: Int16Array[] = [];
    let at = 0;
    for (; at + this.#blockLength <= all.length; at += this.#blockLength) {
      ready.push(...this.#block(all.slice(at, at + this.#blockLength)));
    }
    this.#rest = all.slice(at);
    return joinedSamples(ready);
  }

  /** Nothing more comes. */
  flush(): Int16Array {
    const rest = this.#rest;
    this.#rest = new Int16Array(0);
    return rest.length > 0 ? joinedSamples(this.#block(rest)) : rest;
  }

  #block(block: Int16Array): Int16Array[] {
    let sum = 0;
    let peak = 1;
    for (const sample of block) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    if (Math.sqrt(sum / block.length) < quiet) return this.#silence(block);
    this.#loudness.energy += sum;
    this.#loudness.samples += block.length;
    this.#started = true;
    this.#silentSamples = 0;
    const before = this.#held.splice(0).map((silence) => scaled(silence, this.#gain, this.#gain));
    const limit = highestPeak / peak;
    const from = Math.min(this.#gain, limit);
    this.#gain = Math.min(this.#wantedGain(), limit);
    return [...before, scaled(block, from, this.#gain)];
  }

  #silence(block: Int16Array): Int16Array[] {
    if (!this.#started) {
      this.#held = [block];
      return [];
    }
    this.#silentSamples += block.length;
    if (this.#silentSamples <= this.#tailSamples) return [scaled(block, this.#gain, this.#gain)];
    this.#held.push(block);
    return [];
  }

  #wantedGain(): number {
    const { energy, samples } = this.#loudness;
    const presumed = Math.max(0, this.#knownSamples - samples);
    return targetRms / Math.sqrt((energy + presumed * targetRms ** 2) / (samples + presumed));
  }
}

/** With a gain that goes from one to the other in a line. */
function scaled(samples: Int16Array, from: number, to: number): Int16Array {
  const step = (to - from) / samples.length;
  return samples.map((sample, index) => Math.round(sample * (from + step * index)));
}

export function joinedSamples(parts: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
