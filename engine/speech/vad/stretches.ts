import type { SpeechEvent } from '../ports.ts';
import { type VadOptions, windowMs } from './vad.ts';

/** Share of the last value that a new probability is smoothed with: one odd window makes no speech. */
const smoothing = 0.35;

/** Turns probabilities of windows into stretches of speech. Pure but for what it remembers of one stream. */
export class Stretches {
  readonly #options: VadOptions;
  #smoothed: number | null = null;
  #speaking = false;
  #voicedMs = 0;
  #silentMs = 0;

  constructor(options: VadOptions) {
    this.#options = options;
  }

  /** @returns what the window tells: itself, and after it the beginning or end of speech */
  window(samples: Float32Array, probability: number): readonly SpeechEvent[] {
    const before = this.#smoothed ?? probability;
    const smoothed = smoothing * before + (1 - smoothing) * probability;
    this.#smoothed = smoothed;
    const { threshold, minSpeechMs, minSilenceMs } = this.#options;
    const voiced = smoothed > threshold;
    this.#voicedMs = voiced ? this.#voicedMs + windowMs : 0;
    this.#silentMs = voiced ? 0 : this.#silentMs + windowMs;
    const window: SpeechEvent = { kind: 'window', samples, probability: smoothed, voiced };
    if (!this.#speaking && voiced && this.#voicedMs >= minSpeechMs) {
      this.#speaking = true;
      return [window, { kind: 'started' }];
    }
    if (this.#speaking && this.#silentMs > minSilenceMs) {
      this.#speaking = false;
      return [window, { kind: 'ended' }];
    }
    return [window];
  }
}
