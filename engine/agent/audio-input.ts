import { type LegRateHz, Resampler } from '../media/index.ts';
import { windowSamples } from '../speech/index.ts';

export const sessionRateHz = 16_000;

/** The caller's voice as the agent hears it: windows of the VAD (32 ms of 16 kHz mono, −1…1). */
export class CallAudioInput {
  readonly #onWindow: (window: Float32Array) => void;
  #legRateHz: LegRateHz = sessionRateHz;
  #resampler = new Resampler(sessionRateHz, sessionRateHz);
  #window = new Float32Array(windowSamples);
  #filled = 0;
  #closed = false;

  constructor(onWindow: (window: Float32Array) => void) {
    this.#onWindow = onWindow;
  }

  /** 20 ms from the leg. */
  push(samples: Int16Array, sampleRateHz: LegRateHz): void {
    if (this.#closed) return;
    if (sampleRateHz !== this.#legRateHz) {
      // The call changed its codec: what the filter still holds belongs before what comes now.
      this.#fill(this.#resampler.flush());
      this.#legRateHz = sampleRateHz;
      this.#resampler = new Resampler(sampleRateHz, sessionRateHz);
    }
    this.#fill(this.#resampler.push(samples));
  }

  /** What still arrives from the leg afterwards is dropped. */
  close(): void {
    this.#closed = true;
  }

  #fill(samples: Int16Array): void {
    for (const sample of samples) {
      this.#window[this.#filled++] = sample / 32768;
      if (this.#filled < windowSamples) continue;
      const full = this.#window;
      this.#window = new Float32Array(windowSamples);
      this.#filled = 0;
      this.#onWindow(full);
    }
  }
}
