/** Frames of 20 ms that make a tenth of a second. */
const framesTogether = 5;

/** How loud both sides of a call are, told ten times a second: the louder of each tenth's frames. */
export class LevelGauge {
  readonly #tell: (levels: { readonly caller: number; readonly agent: number }) => void;
  #caller = 0;
  #agent = 0;
  #frames = 0;

  constructor(tell: (levels: { readonly caller: number; readonly agent: number }) => void) {
    this.#tell = tell;
  }

  /** @param samples interleaved: caller left, agent right */
  add(samples: Int16Array): void {
    this.#caller = Math.max(this.#caller, loudness(samples, 0));
    this.#agent = Math.max(this.#agent, loudness(samples, 1));
    this.#frames += 1;
    if (this.#frames < framesTogether) return;
    this.#tell({ caller: this.#caller, agent: this.#agent });
    this.#caller = 0;
    this.#agent = 0;
    this.#frames = 0;
  }
}

/** 0 is −60 dB and below, 1 full scale. */
function loudness(samples: Int16Array, side: 0 | 1): number {
  let squares = 0;
  for (let i = side; i < samples.length; i += 2) squares += (samples[i] ?? 0) ** 2;
  const rms = Math.sqrt(squares / Math.max(1, samples.length / 2)) / 32_768;
  return Math.round(100 * Math.max(0, Math.min(1, (20 * Math.log10(rms + 1e-6) + 60) / 60))) / 100;
}
