import { Stretches } from './stretches.ts';
import { defaultVadOptions, type Vad } from './vad.ts';

/** Louder than −42 dBFS is a voice. */
const voiceRms = 250 / 32768;

/** A loudness gate in the place of the network, for tests and load measurements of everything around it. */
export class FakeVad implements Vad {
  readonly lagMs = 0;
  readonly #minSilenceMs: number;

  constructor(options: { readonly minSilenceMs: number } = { minSilenceMs: 120 }) {
    this.#minSilenceMs = options.minSilenceMs;
  }

  open(onEvent: Parameters<Vad['open']>[0]): ReturnType<Vad['open']> {
    const stretches = new Stretches({ ...defaultVadOptions, minSilenceMs: this.#minSilenceMs });
    let closed = false;
    return {
      push(window) {
        if (closed) return;
        const probability = rms(window) > voiceRms ? 1 : 0;
        for (const event of stretches.window(window, probability)) onEvent(event);
      },
      close() {
        closed = true;
      },
    };
  }
}

function rms(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
