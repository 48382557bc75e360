import { frameFeatures, frameSamples, VoiceFeatures } from './voice-features.ts';

/** Windows of the VAD from before it heard a voice: the first consonant is in them. */
const contextWindows = 2;
/** Windows that are listened to from the first voiced one on. */
export const listenedWindows = 8;
const framesPerWindow = 2;
const frames = (contextWindows + listenedWindows) * framesPerWindow;
export const inputSize = frames * frameFeatures;
export const soundClasses = ['barge-in', 'backchannel', 'noise'] as const;
export type SoundClass = (typeof soundClasses)[number];

/** A network of one hidden layer. */
export interface SoundWeights {
  readonly mean: Float32Array;
  readonly spread: Float32Array;
  /** Row after row: hidden unit by input, class by hidden unit. */
  readonly hidden: Float32Array;
  readonly hiddenBias: Float32Array;
  readonly output: Float32Array;
  readonly outputBias: Float32Array;
}

/** Reads what `test/evals/turn-taking/train-barge-in.ts` writes: all numbers, in thousandths of 16 bits. */
export function readWeights(file: { readonly units: number; readonly values: string }): SoundWeights {
  const bytes = Buffer.from(file.values, 'base64');
  let at = 0;
  const next = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => {
      at += 2;
      return bytes.readInt16LE(at - 2) / 1000;
    });
  return {
    mean: next(inputSize),
    spread: next(inputSize),
    hidden: next(file.units * inputSize),
    hiddenBias: next(file.units),
    output: next(soundClasses.length * file.units),
    outputBias: next(soundClasses.length),
  };
}

/**
 * Listens to the first quarter of a second of an utterance. Works in the same arrays for all of a call: a window
 * makes no garbage.
 */
export class BargeInSound {
  readonly #features = new VoiceFeatures();
  readonly #raw = new Float32Array(inputSize);
  readonly #input = new Float32Array(inputSize);
  readonly #classes = new Float32Array(soundClasses.length);
  readonly #before: Float32Array[] = [];
  #windows = 0;

  /** Windows since the voice began, that one included; 0 before. */
  get windows(): number {
    return this.#windows;
  }

  hear(samples: Float32Array, voiced: boolean): void {
    if (this.#windows === 0 && !voiced) {
      this.#before.push(samples);
      if (this.#before.length > contextWindows) this.#before.shift();
      return;
    }
    if (this.#windows === 0) this.#begin();
    this.#windows += 1;
    if (this.#windows <= listenedWindows) this.#add(samples, contextWindows + this.#windows - 1);
  }

  reset(): void {
    this.#windows = 0;
    this.#before.length = 0;
  }

  /** The utterance so far as the network takes it; frames that are not heard yet are `NaN`. */
  input(): Float32Array {
    const heard = Math.min(listenedWindows, this.#windows) + contextWindows;
    const end = heard * framesPerWindow * frameFeatures;
    const level = frameFeatures - 1;
    let loudest = Number.NEGATIVE_INFINITY;
    for (let at = level; at < end; at += frameFeatures) loudest = Math.max(loudest, this.#raw[at] as number);
    for (let i = 0; i < inputSize; i += 1) {
      const isPitch = i % frameFeatures === level - 1;
      const value = this.#raw[i] as number;
      this.#input[i] = i >= end ? Number.NaN : isPitch ? value : Math.max(-4, value - loudest);
    }
    return this.#input;
  }

  /** Probabilities of `soundClasses`; valid until the next call. */
  classify(weights: SoundWeights): Float32Array {
    return classify(weights, this.input(), this.#classes);
  }

  #begin(): void {
    this.#raw.fill(-7);
    const missing = contextWindows - this.#before.length;
    for (const [index, samples] of this.#before.entries()) this.#add(samples, missing + index);
    this.#before.length = 0;
  }

  #add(samples: Float32Array, window: number): void {
    for (let frame = 0; frame < framesPerWindow; frame += 1) {
      const at = (window * framesPerWindow + frame) * frameFeatures;
      this.#features.compute(samples, frame * frameSamples, this.#raw, at);
    }
  }
}

/** Runs the network; `NaN` counts as the average. Writes to `classes` and returns it. */
export function classify(weights: SoundWeights, input: Float32Array, classes: Float32Array): Float32Array {
  const { mean, spread, hidden, hiddenBias, output, outputBias } = weights;
  const units = hiddenBias.length;
  classes.fill(0);
  for (let c = 0; c < classes.length; c += 1) classes[c] = outputBias[c] ?? 0;
  for (let unit = 0; unit < units; unit += 1) {
    let sum = hiddenBias[unit] ?? 0;
    const row = unit * inputSize;
    for (let i = 0; i < inputSize; i += 1) {
      const value = input[i] as number;
      if (Number.isNaN(value)) break; // the frames that follow are not heard yet either
      sum += (hidden[row + i] as number) * ((value - (mean[i] as number)) / (spread[i] as number));
    }
    const active = Math.tanh(sum);
    for (let c = 0; c < classes.length; c += 1) {
      classes[c] = (classes[c] as number) + active * (output[c * units + unit] as number);
    }
  }
  let total = 0;
  for (let c = 0; c < classes.length; c += 1) {
    classes[c] = Math.exp(classes[c] as number);
    total += classes[c] as number;
  }
  for (let c = 0; c < classes.length; c += 1) classes[c] = (classes[c] as number) / total;
  return classes;
}
