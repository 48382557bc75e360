import { perFrame, pooledSamples } from './frame.ts';

/** A bar of two seconds for each chord; one note every quarter of a second. */
const noteS = 0.25;
/** Semitones from middle C: C, A minor, F, G with their ninths, broken, quiet and without a tune that could annoy. */
const bars = [
  [0, 7, 12, 16, 19, 16, 12, 7],
  [-3, 4, 9, 12, 16, 12, 9, 4],
  [-7, 0, 5, 9, 12, 9, 5, 0],
  [-5, 2, 7, 11, 14, 11, 7, 2],
] as const;
const middleCHz = 261.626;
/** A note rings for this long, past the next ones. */
const ringS = 1.5;
/** Loudest of a note: the whole comes out near −26 dBFS. */
const noteAmplitude = 2300;
/** The octave makes it a soft bell rather than a test tone. */
const octaveShare = 0.3;
const fadeInFrames = 15;
const fadeOutFrames = 6;

/** Eight seconds that repeat without a seam: what rings past the end rings on at the beginning. */
export function makeHoldMusic(rateHz: number): Int16Array {
  const notes = bars.flat();
  const noteSamples = Math.round(noteS * rateHz);
  const loop = new Float32Array(notes.length * noteSamples);
  notes.forEach((semitones, index) => {
    const hz = middleCHz * 2 ** (semitones / 12);
    ring(loop, { at: index * noteSamples, hz, amplitude: noteAmplitude, rateHz });
    ring(loop, { at: index * noteSamples, hz: 2 * hz, amplitude: noteAmplitude * octaveShare, rateHz });
  });
  return Int16Array.from(loop, (value) => Math.round(value));
}

interface Bell {
  readonly at: number;
  readonly hz: number;
  readonly amplitude: number;
  readonly rateHz: number;
}

/** A decaying sine by the two-term recurrence: a call to `sin` for each sample would hold up the packets. */
function ring(loop: Float32Array, { at, hz, amplitude, rateHz }: Bell): void {
  const samples = Math.round(ringS * rateHz);
  const attack = Math.round(0.012 * rateHz);
  // −60 dB at the end of the ring.
  const decay = 10 ** (-3 / samples);
  const turn = (2 * Math.PI * hz) / rateHz;
  const factor = 2 * Math.cos(turn) * decay;
  const square = decay * decay;
  let before = 0;
  let now = amplitude * Math.sin(turn);
  let place = at;
  for (let n = 0; n < samples; n += 1) {
    const rise = n < attack ? n / attack : 1;
    loop[place] = (loop[place] ?? 0) + before * rise;
    const next = factor * now - square * before;
    before = now;
    now = next;
    place = place + 1 === loop.length ? 0 : place + 1;
  }
}

/** One listener's place in the music. */
export class HoldMusic {
  private readonly loopFor: (rateHz: number) => Int16Array;
  private loop: Int16Array | null = null;
  private rateHz = 0;
  private place = 0;
  private gain = 0;
  private on = false;

  /** @param loopFor the loop at a rate, made once for all listeners */
  constructor(loopFor: (rateHz: number) => Int16Array) {
    this.loopFor = loopFor;
  }

  get isOn(): boolean {
    return this.on;
  }

  turn(on: boolean): void {
    this.on = on;
  }

  /** The next frame; null when it is off and has faded out. It goes on where it stopped. */
  next(rateHz: number): Int16Array | null {
    if (!this.on && this.gain === 0) return null;
    if (this.rateHz !== rateHz) {
      this.place = this.rateHz === 0 ? 0 : Math.round((this.place * rateHz) / this.rateHz);
      this.rateHz = rateHz;
      this.loop = this.loopFor(rateHz);
    }
    const { loop } = this;
    if (!loop) return null;
    const target = this.on
      ? Math.min(1, this.gain + 1 / fadeInFrames)
      : Math.max(0, this.gain - 1 / fadeOutFrames);
    const frame = pooledSamples(perFrame(rateHz));
    const slope = (target - this.gain) / frame.length;
    for (let i = 0; i < frame.length; i += 1) {
      frame[i] = (loop[this.place] ?? 0) * (this.gain + slope * i);
      this.place = (this.place + 1) % loop.length;
    }
    this.gain = target < 1e-9 ? 0 : target;
    return frame;
  }
}
