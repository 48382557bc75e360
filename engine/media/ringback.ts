import { perFrame } from './frame.ts';

/** What a caller in North America hears while the other phone rings (Telcordia GR-506, precise tone plan). */
const tonesHz = [440, 480] as const;
const onS = 2;
const cycleS = 6;
/** −19 dBm0 a tone; digital full scale is +3.14 dBm0. */
const amplitude = 32768 * 10 ** ((-19 - 3.14) / 20);
const edgeS = 0.005;

/** The sounding part of one cycle: two seconds. */
export function makeRingback(rateHz: number): Int16Array {
  const length = onS * rateHz;
  const edge = edgeS * rateHz;
  return Int16Array.from({ length }, (_, n) => {
    const gain = Math.min(1, n / edge, (length - n) / edge);
    const sum = tonesHz.reduce((total, hz) => total + Math.sin((2 * Math.PI * hz * n) / rateHz), 0);
    return Math.round(amplitude * gain * sum);
  });
}

/** One listener's place in the cycle. */
export class Ringback {
  private readonly toneFor: (rateHz: number) => Int16Array;
  private on = false;
  private frame = 0;

  constructor(toneFor: (rateHz: number) => Int16Array) {
    this.toneFor = toneFor;
  }

  get isOn(): boolean {
    return this.on;
  }

  turn(on: boolean): void {
    if (on && !this.on) this.frame = 0;
    this.on = on;
  }

  /** The next frame; null when it is off, and in the pauses between rings. */
  next(rateHz: number): Int16Array | null {
    if (!this.on) return null;
    const length = perFrame(rateHz);
    const frames = (cycleS * rateHz) / length;
    const from = (this.frame % frames) * length;
    this.frame += 1;
    const tone = this.toneFor(rateHz);
    return from < tone.length ? tone.slice(from, from + length) : null;
  }
}
