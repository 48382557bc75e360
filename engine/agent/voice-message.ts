import type { Speech, SpeechEvent } from '../speech/index.ts';

/** Silence that ends a message, once something was said, and before that. */
const doneAfterMs = 4000;
const nothingAfterMs = 12_000;
const longestMs = 120_000;

const toneRateHz = 8000;

/** A message that the caller speaks into the call's recording; over when they fall silent. */
export class VoiceMessage {
  /** "After the tone": 1 kHz, 300 ms. */
  static readonly tone: Speech = {
    samples: Int16Array.from({ length: 0.3 * toneRateHz }, (_, i) =>
      Math.round(6000 * Math.sin((2 * Math.PI * 1000 * i) / toneRateHz)),
    ),
    sampleRateHz: toneRateHz,
  };

  readonly #onOver: () => void;
  readonly #longest: NodeJS.Timeout;
  #timer: NodeJS.Timeout;
  #over = false;

  constructor(onOver: () => void) {
    this.#onOver = onOver;
    this.#timer = setTimeout(() => this.#end(), nothingAfterMs);
    this.#longest = setTimeout(() => this.#end(), longestMs);
  }

  hear(event: SpeechEvent): void {
    if (this.#over) return;
    if (event.kind === 'started') clearTimeout(this.#timer);
    else if (event.kind === 'ended') this.#timer = setTimeout(() => this.#end(), doneAfterMs);
  }

  /** A key was pressed, or the call is over: nothing more is waited for. Idempotent. */
  stop(): void {
    this.#end();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#longest);
    this.#onOver();
  }
}
