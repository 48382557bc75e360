import { perFrame } from './frame.ts';
import { Resampler, type ResamplingKernel } from './resample.ts';

/**
 * Converts a stream frame by frame: each frame in gives one frame out at once. The filter's delay of 4 ms
 * is paid as silence before the first.
 */
export class FrameConverter {
  readonly fromHz: number;
  readonly toHz: number;
  private readonly resampler: Resampler;
  private readonly samples: number;
  private waiting: Int16Array | null = null;

  constructor(fromHz: number, toHz: number, kernel?: ResamplingKernel) {
    this.fromHz = fromHz;
    this.toHz = toHz;
    this.resampler = new Resampler(fromHz, toHz, kernel);
    this.samples = perFrame(toHz);
  }

  convert(frame: Int16Array): Int16Array {
    if (this.fromHz === this.toHz) return frame;
    const converted = this.resampler.push(frame);
    const waiting = this.waiting ?? new Int16Array(Math.max(0, this.samples - converted.length));
    const all = new Int16Array(waiting.length + converted.length);
    all.set(waiting);
    all.set(converted, waiting.length);
    this.waiting = all.slice(this.samples);
    const out = all.subarray(0, this.samples);
    if (out.length === this.samples) return out;
    const filled = new Int16Array(this.samples);
    filled.set(out);
    return filled;
  }
}
