/** A line on which neither side has spoken for so long is asked about. */
const silenceMs = 8000;

/** Counts the silences of a caller who says nothing. */
export class SilenceWatch {
  readonly #isBusy: () => boolean;
  readonly #onSilence: (times: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #times = 0;

  /** @param parts `isBusy`: somebody speaks or is about to. `onSilence`: `times` counts from 1 since the caller last spoke */
  constructor(parts: { readonly isBusy: () => boolean; readonly onSilence: (times: number) => void }) {
    this.#isBusy = parts.isBusy;
    this.#onSilence = parts.onSilence;
  }

  /** Silence begins now. */
  begin(): void {
    this.stop();
    this.#timer = setTimeout(() => {
      if (this.#isBusy()) this.begin();
      else this.#onSilence(++this.#times);
    }, silenceMs);
  }

  /** Somebody speaks. Idempotent. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The caller has spoken: the next silence is the first again. */
  reset(): void {
    this.#times = 0;
  }
}
