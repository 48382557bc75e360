import type { SpeechEvent } from '../ports.ts';

/** Audio goes into a VAD in windows of this length: 32 ms of 16 kHz mono, −1…1. */
export const windowSamples = 512;
export const windowMs = 32;

export interface VadOptions {
  /** Silence that ends a stretch of speech. */
  readonly minSilenceMs: number;
  /** Speech that begins one. */
  readonly minSpeechMs: number;
  /** Probability (0–1) above which a window counts as speech. */
  readonly threshold: number;
}

/** Suits a telephone: the end of speech is told early, the end-of-turn detector adds its own patience. */
export const defaultVadOptions: VadOptions = { minSilenceMs: 120, minSpeechMs: 60, threshold: 0.5 };

/** Voice activity of all calls of a process: loaded once, one stream a call. */
export interface Vad {
  /** It goes on hearing a voice for at least so long after the last sound. */
  readonly lagMs: number;
  /** @param onEvent told in the order of the audio: each window, and after it what it began or ended */
  open(onEvent: (event: SpeechEvent) => void): VadStream;
}

export interface VadStream {
  /** One window of `windowSamples`; it is kept, not copied. */
  push(window: Float32Array): void;
  /** Nothing is told any more. Idempotent. */
  close(): void;
}
