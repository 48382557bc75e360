/**
 * Whisper's log-mel features (Radford et al. 2022, §2.2) as Smart Turn wants them: 8 s of 16 kHz audio →
 * 80 × 800, from 25 ms Hann windows every 10 ms, Slaney mel scale, audio brought to zero mean and unit
 * variance first.
 */

const windowSamples = 400;
const hopSamples = 160;
const bins = windowSamples / 2 + 1;
const sampleRateHz = 16_000;

export const melBands = 80;
export const melFrames = 800;
export const melSamples = melFrames * hopSamples;

const hertzToMel = (hertz: number) =>
  hertz < 1000 ? (3 * hertz) / 200 : 15 + (Math.log(hertz / 1000) * 27) / Math.log(6.4);
const melToHertz = (mel: number) =>
  mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp((mel - 15) * (Math.log(6.4) / 27));

interface MelBand {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

/** Triangular filters of equal area (Slaney), each only over the bins that it touches. */
export function melFilters(): MelBand[] {
  const top = hertzToMel(sampleRateHz / 2);
  const edge = (index: number) => melToHertz((top * index) / (melBands + 1));
  const binHz = sampleRateHz / windowSamples;
  return Array.from({ length: melBands }, (_, band) => {
    const [low, centre, high] = [edge(band), edge(band + 1), edge(band + 2)];
    const firstBin = Math.max(0, Math.ceil(low / binHz));
    const lastBin = Math.min(bins - 1, Math.floor(high / binHz));
    const weights = new Float64Array(Math.max(0, lastBin - firstBin + 1));
    for (let bin = firstBin; bin <= lastBin; bin += 1) {
      const hertz = bin * binHz;
      const rise = (hertz - low) / (centre - low);
      const fall = (high - hertz) / (high - centre);
      weights[bin - firstBin] = (Math.max(0, Math.min(rise, fall)) * 2) / (high - low);
    }
    return { firstBin, weights };
  });
}

/** Twiddle factors of one pass of the Fourier transform. */
interface Pass {
  readonly radix: 4 | 5;
  /** Butterflies with different twiddles. */
  readonly groups: number;
  /** Butterflies with the same twiddles. */
  readonly stride: number;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function planPasses(): Pass[] {
  const passes: Pass[] = [];
  let length = windowSamples;
  let stride = 1;
  for (const radix of [4, 4, 5, 5] as const) {
    const groups = length / radix;
    const cos = new Float64Array(groups * radix);
    const sin = new Float64Array(groups * radix);
    for (let p = 0; p < groups; p += 1) {
      for (let k = 0; k < radix; k += 1) {
        cos[p * radix + k] = Math.cos((-2 * Math.PI * p * k) / length);
        sin[p * radix + k] = Math.sin((-2 * Math.PI * p * k) / length);
      }
    }
    passes.push({ radix, groups, stride, cos, sin });
    length = groups;
    stride *= radix;
  }
  return passes;
}

type Complex = { readonly re: Float64Array; readonly im: Float64Array };

/** Radix-4 pass of a Stockham transform: no bit reversal, the output comes in order. */
function passOf4(pass: Pass, from: Complex, to: Complex): void {
  const { groups, stride, cos, sin } = pass;
  const step = stride * groups;
  const { re, im } = from;
  for (let p = 0; p < groups; p += 1) {
    const c1 = cos[p * 4 + 1] as number;
    const s1 = sin[p * 4 + 1] as number;
    const c2 = cos[p * 4 + 2] as number;
    const s2 = sin[p * 4 + 2] as number;
    const c3 = cos[p * 4 + 3] as number;
    const s3 = sin[p * 4 + 3] as number;
    for (let q = 0; q < stride; q += 1) {
      const i = q + stride * p;
      const o = q + stride * 4 * p;
      const ar = re[i] as number;
      const ai = im[i] as number;
      const br = re[i + step] as number;
      const bi = im[i + step] as number;
      const cr = re[i + 2 * step] as number;
      const ci = im[i + 2 * step] as number;
      const dr = re[i + 3 * step] as number;
      const di = im[i + 3 * step] as number;
      const acr = ar + cr;
      const aci = ai + ci;
      const amcr = ar - cr;
      const amci = ai - ci;
      const bdr = br + dr;
      const bdi = bi + di;
      const bmdr = br - dr;
      const bmdi = bi - di;
      to.re[o] = acr + bdr;
      to.im[o] = aci + bdi;
      let xr = amcr + bmdi;
      let xi = amci - bmdr;
      to.re[o + stride] = xr * c1 - xi * s1;
      to.im[o + stride] = xr * s1 + xi * c1;
      xr = acr - bdr;
      xi = aci - bdi;
      to.re[o + 2 * stride] = xr * c2 - xi * s2;
      to.im[o + 2 * stride] = xr * s2 + xi * c2;
      xr = amcr - bmdi;
      xi = amci + bmdr;
      to.re[o + 3 * stride] = xr * c3 - xi * s3;
      to.im[o + 3 * stride] = xr * s3 + xi * c3;
    }
  }
}

const cos72 = Math.cos((2 * Math.PI) / 5);
const sin72 = Math.sin((2 * Math.PI) / 5);
const cos144 = Math.cos((4 * Math.PI) / 5);
const sin144 = Math.sin((4 * Math.PI) / 5);

/** Radix-5 pass of the same transform. */
function passOf5(pass: Pass, from: Complex, to: Complex): void {
  const { groups, stride, cos, sin } = pass;
  const step = stride * groups;
  const { re, im } = from;
  const put = (at: number, twiddle: number, xr: number, xi: number) => {
    const c = cos[twiddle] as number;
    const s = sin[twiddle] as number;
    to.re[at] = xr * c - xi * s;
    to.im[at] = xr * s + xi * c;
  };
  for (let p = 0; p < groups; p += 1) {
    const t = p * 5;
    for (let q = 0; q < stride; q += 1) {
      const i = q + stride * p;
      const o = q + stride * 5 * p;
      const ar = re[i] as number;
      const ai = im[i] as number;
      const b = i + step;
      const c = b + step;
      const d = c + step;
      const e = d + step;
      const ber = (re[b] as number) + (re[e] as number);
      const bei = (im[b] as number) + (im[e] as number);
      const bmer = (re[b] as number) - (re[e] as number);
      const bmei = (im[b] as number) - (im[e] as number);
      const cdr = (re[c] as number) + (re[d] as number);
      const cdi = (im[c] as number) + (im[d] as number);
      const cmdr = (re[c] as number) - (re[d] as number);
      const cmdi = (im[c] as number) - (im[d] as number);
      const r1 = ar + cos72 * ber + cos144 * cdr;
      const i1 = ai + cos72 * bei + cos144 * cdi;
      const r2 = ar + cos144 * ber + cos72 * cdr;
      const i2 = ai + cos144 * bei + cos72 * cdi;
      const u1 = sin72 * bmer + sin144 * cmdr;
      const v1 = sin72 * bmei + sin144 * cmdi;
      const u2 = sin144 * bmer - sin72 * cmdr;
      const v2 = sin144 * bmei - sin72 * cmdi;
      to.re[o] = ar + ber + cdr;
      to.im[o] = ai + bei + cdi;
      put(o + stride, t + 1, r1 + v1, i1 - u1);
      put(o + 2 * stride, t + 2, r2 + v2, i2 - u2);
      put(o + 3 * stride, t + 3, r2 - v2, i2 + u2);
      put(o + 4 * stride, t + 4, r1 - v1, i1 + u1);
    }
  }
}

/** Computes the features again and again without allocating; one instance serves one caller at a time. */
export class LogMel {
  readonly #filters = melFilters();
  readonly #passes = planPasses();
  readonly #hann = Float64Array.from(
    { length: windowSamples },
    (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / windowSamples),
  );
  /** The audio with half a window of reflection on both sides. */
  readonly #audio = new Float64Array(melSamples + windowSamples);
  readonly #a: Complex = { re: new Float64Array(windowSamples), im: new Float64Array(windowSamples) };
  readonly #b: Complex = { re: new Float64Array(windowSamples), im: new Float64Array(windowSamples) };
  readonly #powerOne = new Float64Array(bins);
  readonly #powerTwo = new Float64Array(bins);
  readonly #logs = new Float32Array(melBands * melFrames);

  /**
   * @param samples 16 kHz; the last 8 s count, a shorter stretch is padded with silence on the left
   * @returns band after band, 800 frames each; valid until the next call
   */
  compute(samples: Float32Array): Float32Array {
    const silentSamples = this.#prepare(samples);
    // frames that see only padding are all alike
    const alikeFrames = Math.max(0, Math.floor((silentSamples - windowSamples / 2) / hopSamples) + 1);
    const firstFrame = Math.min(melFrames, Math.max(0, alikeFrames - 1));
    for (let frame = firstFrame; frame < melFrames; frame += 2) this.#twoFrames(frame);
    for (let band = 0; band < melBands && firstFrame > 0; band += 1) {
      const row = band * melFrames;
      this.#logs.fill(this.#logs[row + firstFrame] as number, row, row + firstFrame);
    }
    let loudest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#logs.length; i += 1) loudest = Math.max(loudest, this.#logs[i] as number);
    const floor = loudest - 8;
    for (let i = 0; i < this.#logs.length; i += 1) {
      this.#logs[i] = (Math.max(this.#logs[i] as number, floor) + 4) / 4;
    }
    return this.#logs;
  }

  /** Pads, normalises and reflects; returns how many samples at the start are padding. */
  #prepare(samples: Float32Array): number {
    const heard = samples.length > melSamples ? samples.subarray(samples.length - melSamples) : samples;
    const silentSamples = melSamples - heard.length;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < heard.length; i += 1) {
      const value = heard[i] as number;
      sum += value;
      squares += value * value;
    }
    const mean = sum / melSamples;
    const scale = 1 / Math.sqrt(Math.max(0, squares / melSamples - mean * mean) + 1e-7);
    const half = windowSamples / 2;
    const audio = this.#audio;
    audio.fill(-mean * scale, half, half + silentSamples);
    for (let i = 0; i < heard.length; i += 1) {
      audio[half + silentSamples + i] = ((heard[i] as number) - mean) * scale;
    }
    for (let i = 1; i <= half; i += 1) {
      audio[half - i] = audio[half + i] as number;
      audio[half + melSamples - 1 + i] = audio[half + melSamples - 1 - i] as number;
    }
    return silentSamples;
  }

  /** Two real frames travel as real and imaginary part of one complex transform. */
  #twoFrames(frame: number): void {
    const one = frame * hopSamples;
    const two = one + hopSamples;
    for (let i = 0; i < windowSamples; i += 1) {
      const weight = this.#hann[i] as number;
      this.#a.re[i] = (this.#audio[one + i] as number) * weight;
      this.#a.im[i] = (this.#audio[two + i] ?? 0) * weight;
    }
    let from = this.#a;
    let to = this.#b;
    for (const pass of this.#passes) {
      if (pass.radix === 4) passOf4(pass, from, to);
      else passOf5(pass, from, to);
      [from, to] = [to, from];
    }
    for (let k = 0; k < bins; k += 1) {
      const mirror = (windowSamples - k) % windowSamples;
      const zr = from.re[k] as number;
      const zi = from.im[k] as number;
      const mr = from.re[mirror] as number;
      const mi = from.im[mirror] as number;
      this.#powerOne[k] = ((zr + mr) * (zr + mr) + (zi - mi) * (zi - mi)) / 4;
      this.#powerTwo[k] = ((zi + mi) * (zi + mi) + (mr - zr) * (mr - zr)) / 4;
    }
    this.#store(frame, this.#powerOne);
    if (frame + 1 < melFrames) this.#store(frame + 1, this.#powerTwo);
  }

  #store(frame: number, power: Float64Array): void {
    for (let band = 0; band < melBands; band += 1) {
      const { firstBin, weights } = this.#filters[band] as MelBand;
      let energy = 0;
      for (let i = 0; i < weights.length; i += 1) {
        energy += (weights[i] as number) * (power[firstBin + i] as number);
      }
      this.#logs[band * melFrames + frame] = Math.log10(Math.max(1e-10, energy));
    }
  }
}
