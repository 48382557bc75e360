import { Fader } from './fade.ts';
import { perFrame } from './frame.ts';
import type { KernelFor } from './play-queue.ts';
import { Resampler } from './resample.ts';

/** So much waits before the first frame is played: by as much a network may be late now and then. */
const leadMs = 60;
/** More than this never waits: the oldest is left out, or the talk would stay that far behind. */
const mostMs = 240;

/** Somebody's voice that arrives over a network without a timetable: it goes in as it comes, and out in slots. */
export class FedSound {
  private readonly kernelFor: KernelFor;
  private rateHz: number;
  private converter: { readonly fromHz: number; readonly resampler: Resampler } | null = null;
  private waiting = new Int16Array(0);
  private runs = false;
  private readonly fader = new Fader();

  constructor(kernelFor: KernelFor, rateHz: number) {
    this.kernelFor = kernelFor;
    this.rateHz = rateHz;
  }

  /** What waits is dropped: it is a fraction of a second. */
  changeRate(rateHz: number): void {
    if (rateHz === this.rateHz) return;
    this.rateHz = rateHz;
    this.converter = null;
    this.waiting = new Int16Array(0);
    this.runs = false;
    this.fader.reset();
  }

  /** @throws VoxboxError `input_invalid` when the rate is not usable */
  push(samples: Int16Array, fromHz: number): void {
    if (this.converter?.fromHz !== fromHz) {
      const kernel = this.kernelFor(fromHz, this.rateHz);
      this.converter = { fromHz, resampler: new Resampler(fromHz, this.rateHz, kernel) };
    }
    const more = this.converter.resampler.push(samples);
    const all = new Int16Array(this.waiting.length + more.length);
    all.set(this.waiting);
    all.set(more, this.waiting.length);
    this.waiting = all.length > this.samplesOf(mostMs) ? all.slice(-this.samplesOf(leadMs)) : all;
  }

  /** The next 20 ms; null while nothing is there to be heard. */
  next(): Int16Array | null {
    const length = perFrame(this.rateHz);
    if (!this.runs) this.runs = this.waiting.length >= this.samplesOf(leadMs);
    if (this.waiting.length < length) this.runs = false;
    if (!this.runs) return this.fader.next(null);
    const frame = this.waiting.slice(0, length);
    this.waiting = this.waiting.slice(length);
    return this.fader.next(frame);
  }

  private samplesOf(ms: number): number {
    return (this.rateHz * ms) / 1000;
  }
}
