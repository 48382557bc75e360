import { pooledSamples } from '../frame.ts';

/**
 * ITU-T G.722 at 64 kbit/s (mode 1): sub-band ADPCM of 16 kHz audio, one byte for two samples. Block names in
 * capitals (QUANTL, UPPOL2, …) are the standard's (§6). All arithmetic is the standard's 16-bit fixed point, so
 * encoder and decoder of other makes keep in step with these to the bit.
 */

/** QMF coefficients (table 11): the 24-tap filter is symmetric, these are its even taps; odd taps run backwards. */
const qmf = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const qmfTaps = 24;
/** Samples that a filter keeps from before. */
const qmfHistory = qmfTaps - 2;

/** Decision levels of the lower band's 60-level quantizer (table 14). */
const q6 = Int32Array.of(
  ...[0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023],
  ...[1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919],
);
/** Magnitudes of the lower band's output levels, 6-bit quantizer, inner to outer (table 14). */
const levels6 = [
  ...[136, 432, 728, 1040, 1360, 1688, 2032, 2400, 2776, 3168, 3576, 4008, 4464, 4944, 5456, 6000, 6576],
  ...[7192, 7856, 8576, 9360, 10232, 11192, 12280, 13512, 14984, 16704, 19008, 21904, 24808],
];
/** The same of the 4-bit quantizer that drives the predictor (table 15). */
const levels4 = [0, 1200, 2584, 4240, 6288, 8968, 12896, 20456];
/** Multipliers of the lower band's scale factor, inner to outer level (table 16). */
const logSteps4 = [-60, -30, 58, 172, 334, 538, 1198, 3042];
/** Fractions of the antilogarithm: 2048·2^(n/32) (table 18). */
const antilog = Int32Array.of(
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834],
  ...[2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008],
);

/*
 * Codes of the lower band (table 13), by level 1–30 from inner to outer: positive 61, 60, … 32; negative 63, 62,
 * then 31, 30, … 4. Codes 0–3 are never sent (robbed bits); received, they mean the innermost negative level.
 */
const positiveCode6 = (level: number): number => 62 - level;
const negativeCode6 = (level: number): number => (level <= 2 ? 64 - level : 34 - level);

/** Code → output level at unit scale: INVQBL. */
const inverse6 = new Int32Array(64).fill(-136);
levels6.forEach((magnitude, index) => {
  inverse6[positiveCode6(index + 1)] = magnitude;
  inverse6[negativeCode6(index + 1)] = -magnitude;
});
/** Upper four bits of the code → level: INVQAL. Negative levels are codes 1–7, positive ones 8–14, from outer to inner. */
const inverse4 = new Int32Array(16);
const logStep4 = new Int32Array(16);
for (let code = 0; code < 16; code += 1) {
  const level = code === 0 || code === 15 ? 0 : code < 8 ? 8 - code : 15 - code;
  inverse4[code] = (code < 8 ? -1 : 1) * (levels4[level] ?? 0);
  logStep4[code] = logSteps4[level] ?? 0;
}

/** The higher band: two bits, levels ±1616 and ±7408, decision level 564 (tables 20–22). */
const inverse2 = Int32Array.of(-7408, -1616, 7408, 1616);
const logStep2 = Int32Array.of(798, -214, 798, -214);
const q2 = 564;

const clip16 = (value: number): number => (value > 32767 ? 32767 : value < -32768 ? -32768 : value);
/** LIMIT: decoded sub-band samples have 15 bits. */
const clip15 = (value: number): number => (value > 16383 ? 16383 : value < -16384 ? -16384 : value);

interface BandShape {
  readonly firstScale: number;
  /** Highest logarithm of the scale factor. */
  readonly logCeiling: number;
  /** Place of the point in the antilogarithm. */
  readonly antilogShift: number;
}
const lower: BandShape = { firstScale: 32, logCeiling: 18432, antilogShift: 8 };
const higher: BandShape = { firstScale: 8, logCeiling: 22528, antilogShift: 10 };

/** One sub-band's memory, the same in encoder and decoder: scale factor, and predictor of 2 poles and 6 zeros. */
class Band {
  /** Predicted sample: SL, SH. */
  prediction = 0;
  /** Quantizer scale: DETL, DETH. */
  scale: number;
  private logScale = 0;
  private fromZeros = 0;
  private pole1 = 0;
  private pole2 = 0;
  private recent1 = 0;
  private partSign1 = 0;
  private partSign2 = 0;
  private readonly zeros = new Int32Array(6);
  /** The last six quantized differences, newest first. */
  private readonly differences = new Int32Array(6);
  private readonly shape: BandShape;

  constructor(shape: BandShape) {
    this.shape = shape;
    this.scale = shape.firstScale;
  }

  /** Takes the quantized difference of this sample in; `logStep` is the scale's answer to its code. */
  adapt(difference: number, logStep: number): void {
    // LOGSCL / LOGSCH, SCALEL / SCALEH
    const { logCeiling, antilogShift } = this.shape;
    const log = ((this.logScale * 127) >> 7) + logStep;
    this.logScale = log < 0 ? 0 : log > logCeiling ? logCeiling : log;
    const fraction = antilog[(this.logScale >> 6) & 31] ?? 0;
    const shift = antilogShift - (this.logScale >> 11);
    this.scale = (shift < 0 ? fraction << -shift : fraction >> shift) << 2;

    // PARREC, RECONS
    const part = clip16(this.fromZeros + difference);
    const reconstructed = clip16(this.prediction + difference);
    const fromPoles = this.movePoles(part < 0 ? 1 : 0, reconstructed);
    this.fromZeros = this.moveZeros(difference);
    // PREDIC
    this.prediction = clip16(fromPoles + this.fromZeros);
  }

  /** UPPOL2, UPPOL1, FILTEP. */
  private movePoles(sign: number, reconstructed: number): number {
    const four = clip16(this.pole1 * 4);
    const turned = sign === this.partSign1 ? clip16(-four) : four;
    let pole2 = (sign === this.partSign2 ? 128 : -128) + (turned >> 7) + ((this.pole2 * 32512) >> 15);
    pole2 = pole2 > 12288 ? 12288 : pole2 < -12288 ? -12288 : pole2;
    let pole1 = clip16((sign === this.partSign1 ? 192 : -192) + ((this.pole1 * 32640) >> 15));
    const most = 15360 - pole2;
    pole1 = pole1 > most ? most : pole1 < -most ? -most : pole1;

    const before = this.recent1;
    this.recent1 = reconstructed;
    this.partSign2 = this.partSign1;
    this.partSign1 = sign;
    this.pole1 = pole1;
    this.pole2 = pole2;
    return clip16(((pole1 * clip16(reconstructed * 2)) >> 15) + ((pole2 * clip16(before * 2)) >> 15));
  }

  /** UPZERO, FILTEZ. */
  private moveZeros(difference: number): number {
    const { zeros, differences } = this;
    const step = difference === 0 ? 0 : 128;
    let sum = 0;
    // From the oldest, so that each difference can move on as it is used.
    for (let i = 5; i >= 0; i -= 1) {
      const old = differences[i] ?? 0;
      // Arithmetic shift of the XOR: −1 where the signs differ.
      const up = (old ^ difference) < 0 ? -step : step;
      const zero = clip16((((zeros[i] ?? 0) * 32640) >> 15) + up);
      zeros[i] = zero;
      const now = i === 0 ? difference : (differences[i - 1] ?? 0);
      differences[i] = now;
      sum = clip16(sum + ((zero * clip16(now * 2)) >> 15));
    }
    return sum;
  }
}

/** 16 kHz samples to bytes. One for each stream. */
export class G722Encoder {
  private readonly low = new Band(lower);
  private readonly high = new Band(higher);
  private line = new Int32Array(qmfHistory);

  /** Two samples become a byte; an odd last sample is left out. */
  encode(samples: Int16Array): Uint8Array {
    const count = samples.length >> 1;
    const bytes = Buffer.allocUnsafe(count);
    const line = this.fill(samples, count * 2);
    for (let n = 0; n < count; n += 1) {
      // Transmit QMF (§3.1): sum and difference of the two half filters.
      let odd = 0;
      let even = 0;
      for (let tap = 0, at = n * 2; tap < 12; tap += 1, at += 2) {
        odd += (line[at] ?? 0) * (qmf[tap] ?? 0);
        even += (line[at + 1] ?? 0) * (qmf[11 - tap] ?? 0);
      }
      bytes[n] = (this.encodeHigh((even - odd) >> 14) << 6) | this.encodeLow((even + odd) >> 14);
    }
    return bytes;
  }

  private fill(samples: Int16Array, count: number): Int32Array {
    const line = new Int32Array(qmfHistory + count);
    line.set(this.line);
    line.set(samples.length === count ? samples : samples.subarray(0, count), qmfHistory);
    this.line = line.subarray(count);
    return line;
  }

  /** QUANTL: the first decision level that the difference does not reach; levels are 1–30. */
  private encodeLow(sample: number): number {
    const { low } = this;
    const { scale } = low;
    const difference = clip16(sample - low.prediction);
    const magnitude = difference < 0 ? ~difference : difference;
    let level = 1;
    let above = 30;
    while (level < above) {
      const middle = (level + above) >> 1;
      if (magnitude < ((q6[middle] ?? 0) * scale) >> 12) above = middle;
      else level = middle + 1;
    }
    const code = difference < 0 ? negativeCode6(level) : positiveCode6(level);
    const upper = code >> 2;
    low.adapt((scale * (inverse4[upper] ?? 0)) >> 15, logStep4[upper] ?? 0);
    return code;
  }

  /** QUANTH. */
  private encodeHigh(sample: number): number {
    const { high } = this;
    const difference = clip16(sample - high.prediction);
    const magnitude = difference < 0 ? ~difference : difference;
    const isOuter = magnitude >= (q2 * high.scale) >> 12;
    const code = (difference < 0 ? 0 : 2) | (isOuter ? 0 : 1);
    high.adapt((high.scale * (inverse2[code] ?? 0)) >> 15, logStep2[code] ?? 0);
    return code;
  }
}

/** Bytes to 16 kHz samples. One for each stream. */
export class G722Decoder {
  private readonly low = new Band(lower);
  private readonly high = new Band(higher);
  private line = new Int32Array(qmfHistory);

  /** A byte becomes two samples. Any bytes decode to something. */
  decode(bytes: Uint8Array): Int16Array {
    const samples = pooledSamples(bytes.length * 2);
    const line = new Int32Array(qmfHistory + samples.length);
    line.set(this.line);
    this.line = line.subarray(samples.length);
    for (let n = 0, at = 0; n < bytes.length; n += 1, at += 2) {
      const code = bytes[n] ?? 0;
      const low = this.decodeLow(code & 0x3f);
      const high = this.decodeHigh(code >> 6);
      line[at + qmfHistory] = low + high;
      line[at + qmfHistory + 1] = low - high;
      // Receive QMF (§4.4).
      let first = 0;
      let second = 0;
      for (let tap = 0, from = at; tap < 12; tap += 1, from += 2) {
        second += (line[from] ?? 0) * (qmf[tap] ?? 0);
        first += (line[from + 1] ?? 0) * (qmf[11 - tap] ?? 0);
      }
      samples[at] = clip16(first >> 11);
      samples[at + 1] = clip16(second >> 11);
    }
    return samples;
  }

  private decodeLow(code: number): number {
    const { low } = this;
    const { scale } = low;
    const sample = clip15(low.prediction + ((scale * (inverse6[code] ?? 0)) >> 15));
    const upper = code >> 2;
    low.adapt((scale * (inverse4[upper] ?? 0)) >> 15, logStep4[upper] ?? 0);
    return sample;
  }

  private decodeHigh(code: number): number {
    const { high } = this;
    const difference = (high.scale * (inverse2[code] ?? 0)) >> 15;
    const sample = clip15(high.prediction + difference);
    high.adapt(difference, logStep2[code] ?? 0);
    return sample;
  }
}
