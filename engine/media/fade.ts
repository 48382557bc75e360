import { pooledSamples } from './frame.ts';

/** Lets a source of frames begin and end without a click, although nobody knows beforehand where it ends. */
export class Fader {
  private last: Int16Array | null = null;

  /** @param frame null while the source gives nothing: the first null is answered with the end of what was heard */
  next(frame: Int16Array | null): Int16Array | null {
    const { last } = this;
    this.last = frame;
    if (frame === null) return last ? fadedEnd(last) : null;
    return last ? frame : fadedIn(frame);
  }

  /** Forgets what was heard: its frames have another length now. */
  reset(): void {
    this.last = null;
  }
}

export function fadedIn(frame: Int16Array): Int16Array {
  const faded = new Int16Array(frame.length);
  for (let i = 0; i < frame.length; i += 1) faded[i] = ((frame[i] ?? 0) * i) / frame.length;
  return faded;
}

/** Goes on from the frame's last sample, backwards through it, to silence. */
function fadedEnd(frame: Int16Array): Int16Array {
  const { length } = frame;
  const faded = new Int16Array(length);
  for (let i = 0; i < length; i += 1) faded[i] = ((frame[length - 1 - i] ?? 0) * (length - i)) / length;
  return faded;
}

/** The sum of two frames of one length, saturated; either may be null. */
export function mixed(a: Int16Array | null, b: Int16Array | null): Int16Array | null {
  if (!a || !b) return a ?? b;
  const sum = pooledSamples(a.length);
  for (let i = 0; i < a.length; i += 1) sum[i] = saturated((a[i] ?? 0) + (b[i] ?? 0));
  return sum;
}

export const saturated = (value: number): number => Math.max(-32768, Math.min(32767, value));
