/*
 * What half a window of sound looks like to the classifier of barge-ins: 16 ms of 16 kHz audio as the energies of
 * bands that the telephone carries, how much of it is pitched, and its level.
 */

/** Two frames to a VAD window of 512 samples. */
export const frameSamples = 256;
const bins = frameSamples / 2;
const sampleRateHz = 16_000;
const bandCount = 14;
const lowestHz = 120;
const highestHz = 3800;
/** Bands, pitchedness, level. */
export const frameFeatures = bandCount + 2;

/** Below this nothing is heard; keeps logarithms of silence finite. */
const quiet = 1e-7;

const melOf = (hz: number): number => 1127 * Math.log(1 + hz / 700);
const hzOf = (mel: number): number => 700 * (Math.exp(mel / 1127) - 1);

/** Computes frame after frame into the same arrays: no garbage while calls are on. */
export class VoiceFeatures {
  readonly #re = new Float64Array(frameSamples);
  readonly #im = new Float64Array(frameSamples);
  readonly #cos = Float64Array.from({ length: bins }, (_, k) => Math.cos((-2 * Math.PI * k) / frameSamples));
  readonly #sin = Float64Array.from({ length: bins }, (_, k) => Math.sin((-2 * Math.PI * k) / frameSamples));
  readonly #hann = Float64Array.from(
    { length: frameSamples },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / frameSamples),
  );
  readonly #order = Uint16Array.from({ length: frameSamples }, (_, i) => reversed(i));
  /** First bin of each band, and behind the last. */
  readonly #edges = Uint16Array.from({ length: bandCount + 1 }, (_, band) => {
    const low = melOf(lowestHz);
    const hz = hzOf(low + ((melOf(highestHz) - low) * band) / bandCount);
    return Math.round((hz * frameSamples) / sampleRateHz);
  });

  /** Writes `frameFeatures` numbers to `into` from `at`, for the 256 samples from `from`. */
  compute(samples: Float32Array, from: number, into: Float32Array, at: number): void {
    const { level, pitched } = this.#time(samples, from);
    this.#transform();
    for (let band = 0; band < bandCount; band += 1) {
      const first = this.#edges[band] as number;
      const end = Math.max(first + 1, this.#edges[band + 1] as number);
      let energy = 0;
      for (let k = first; k < end; k += 1) {
        energy += (this.#re[k] as number) ** 2 + (this.#im[k] as number) ** 2;
      }
      into[at + band] = Math.log10(quiet + energy / (end - first) / frameSamples);
    }
    into[at + bandCount] = pitched;
    into[at + bandCount + 1] = Math.log10(quiet + level);
  }

  /** Fills the transform's input; mean square, and the highest autocorrelation at lags of 80–400 Hz. */
  #time(samples: Float32Array, from: number): { readonly level: number; readonly pitched: number } {
    let squares = 0;
    for (let i = 0; i < frameSamples; i += 1) {
      const sample = samples[from + i] ?? 0;
      squares += sample * sample;
      const to = this.#order[i] as number;
      this.#re[to] = sample * (this.#hann[i] as number);
      this.#im[to] = 0;
    }
    let best = 0;
    // Every second sample and lag: a telephone has nothing above 4 kHz.
    for (let lag = 40; lag <= 160; lag += 2) {
      let product = 0;
      let one = 0;
      let two = 0;
      for (let i = 0; i + lag < frameSamples; i += 2) {
        const a = samples[from + i] ?? 0;
        const b = samples[from + i + lag] ?? 0;
        product += a * b;
        one += a * a;
        two += b * b;
      }
      best = Math.max(best, product / (Math.sqrt(one * two) + quiet));
    }
    return { level: squares / frameSamples, pitched: best };
  }

  /** Radix-2 Fourier transform in place; the input came in bit-reversed order. */
  #transform(): void {
    const re = this.#re;
    const im = this.#im;
    for (let half = 1; half < frameSamples; half *= 2) {
      const stride = bins / half;
      for (let start = 0; start < frameSamples; start += 2 * half) {
        for (let k = 0; k < half; k += 1) {
          const c = this.#cos[k * stride] as number;
          const s = this.#sin[k * stride] as number;
          const i = start + k;
          const j = i + half;
          const xr = (re[j] as number) * c - (im[j] as number) * s;
          const xi = (re[j] as number) * s + (im[j] as number) * c;
          re[j] = (re[i] as number) - xr;
          im[j] = (im[i] as number) - xi;
          re[i] = (re[i] as number) + xr;
          im[i] = (im[i] as number) + xi;
        }
      }
    }
  }
}

function reversed(index: number): number {
  let out = 0;
  for (let bit = 1; bit < frameSamples; bit *= 2) out = out * 2 + (index & bit ? 1 : 0);
  return out;
}
