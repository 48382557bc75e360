import { perFrame, pooledSamples } from './frame.ts';
import { Resampler, type ResamplingKernel, resample } from './resample.ts';

/** Audio is converted in slices of this length when it is about to be needed: a whole greeting at once would hold up the slot. */
const sliceMs = 100;

export interface PlayedStretch {
  readonly id: number;
  readonly playedMs: number;
  readonly cut: boolean;
}

export interface QueuedFrame {
  /** 20 ms, the rest of the last stretch's frame being silence; null when nothing is ready. */
  readonly samples: Int16Array | null;
  /** A stretch began in this frame. */
  readonly begins: boolean;
  /** Stretches whose last sample is in this frame or before. */
  readonly ended: readonly PlayedStretch[];
}

/** Undefined where nothing has to be converted. */
export type KernelFor = (fromHz: number, toHz: number) => ResamplingKernel | undefined;

const nothing: QueuedFrame = { samples: null, begins: false, ended: [] };

/** Stretches of audio in the order in which they were first heard of; gives frames of the leg's rate, without gaps between stretches. */
export class PlayQueue {
  private readonly kernelFor: KernelFor;
  private rateHz: number;
  private stretches: Stretch[] = [];
  /** Ids that were played or cut: what still comes for them (a synthesiser that hears of the cut late) is ignored. */
  private readonly done = new Set<number>();

  /** @param kernelFor gives the kernel from one rate to another, shared by all legs */
  constructor(kernelFor: KernelFor, rateHz: number) {
    this.kernelFor = kernelFor;
    this.rateHz = rateHz;
  }

  /** What waits is heard at the new rate; at most a slice of it was converted already and is converted again. */
  changeRate(rateHz: number): void {
    if (rateHz === this.rateHz) return;
    this.rateHz = rateHz;
    for (const stretch of this.stretches) stretch.changeRate(rateHz);
  }

  /** @throws VoxboxError `input_invalid` when the rate is not usable */
  add(id: number, samples: Int16Array, fromHz: number): void {
    if (this.done.has(id)) return;
    // Made now: a rate that is not usable is told to the one who asked.
    if (fromHz !== this.rateHz) this.kernelFor(fromHz, this.rateHz);
    this.stretch(id).add(samples.slice(), fromHz);
  }

  /** A stretch that no audio came for counts too: it is played as soon as its turn comes. */
  finish(id: number): void {
    if (!this.done.has(id)) this.stretch(id).finish();
  }

  /** Forgets everything; gives what each stretch had played. */
  clear(): PlayedStretch[] {
    const cut = this.stretches.map((stretch) => stretch.played(true));
    for (const { id } of cut) this.done.add(id);
    this.stretches = [];
    return cut;
  }

  next(): QueuedFrame {
    if (this.stretches.length === 0) return nothing;
    const frameSamples = perFrame(this.rateHz);
    const frame = pooledSamples(frameSamples);
    const ended: PlayedStretch[] = [];
    let filled = 0;
    let begins = false;
    for (let first = this.stretches[0]; first && filled < frameSamples; first = this.stretches[0]) {
      const wanted = frameSamples - filled;
      first.prepare(wanted);
      // Less than a frame of an unfinished stretch waits for the rest of it: a torn frame would click.
      if (!first.isFinished && first.readySamples < wanted) break;
      if (first.sentMs === 0 && first.readySamples > 0) begins = true;
      filled += first.read(frame.subarray(filled));
      if (!first.isDrained) break;
      ended.push(first.played(false));
      this.done.add(first.id);
      this.stretches.shift();
    }
    frame.fill(0, filled);
    return { samples: filled > 0 ? frame : null, begins, ended };
  }

  private stretch(id: number): Stretch {
    const known = this.stretches.find((stretch) => stretch.id === id);
    if (known) return known;
    const added = new Stretch(id, this.rateHz, this.kernelFor);
    this.stretches.push(added);
    return added;
  }
}

interface Piece {
  readonly samples: Int16Array;
  readonly fromHz: number;
  offset: number;
}

class Stretch {
  readonly id: number;
  sentMs = 0;
  readySamples = 0;
  private readonly kernelFor: KernelFor;
  private rateHz: number;
  private finished = false;
  private pieces: Piece[] = [];
  private resampler: { readonly fromHz: number; readonly converter: Resampler } | null = null;
  private ready: Int16Array[] = [];
  private readOffset = 0;

  constructor(id: number, rateHz: number, kernelFor: KernelFor) {
    this.id = id;
    this.rateHz = rateHz;
    this.kernelFor = kernelFor;
  }

  changeRate(rateHz: number): void {
    this.flush();
    const ready = this.ready.splice(0);
    const offset = this.readOffset;
    this.readySamples = 0;
    this.readOffset = 0;
    ready.forEach((samples, index) => {
      this.keep(resample(index === 0 ? samples.subarray(offset) : samples, this.rateHz, rateHz));
    });
    this.rateHz = rateHz;
  }

  get isFinished(): boolean {
    return this.finished;
  }

  get isDrained(): boolean {
    return this.finished && this.readySamples === 0 && this.pieces.length === 0 && this.resampler === null;
  }

  add(samples: Int16Array, fromHz: number): void {
    this.pieces.push({ samples, fromHz, offset: 0 });
  }

  finish(): void {
    this.finished = true;
  }

  played(cut: boolean): PlayedStretch {
    return { id: this.id, playedMs: this.sentMs, cut };
  }

  /** Converts until `wanted` samples are ready or nothing is left to convert. */
  prepare(wanted: number): void {
    while (this.readySamples < wanted) {
      const piece = this.pieces[0];
      if (!piece) break;
      if (this.resampler && this.resampler.fromHz !== piece.fromHz) this.flush();
      this.resampler ??= {
        fromHz: piece.fromHz,
        converter: new Resampler(piece.fromHz, this.rateHz, this.kernelFor(piece.fromHz, this.rateHz)),
      };
      const end = piece.offset + Math.ceil((piece.fromHz * sliceMs) / 1000);
      this.keep(this.resampler.converter.push(piece.samples.subarray(piece.offset, end)));
      piece.offset = end;
      if (end >= piece.samples.length) this.pieces.shift();
    }
    if (this.finished && this.pieces.length === 0) this.flush();
  }

  /** Fills `into` as far as audio is ready; returns how far. */
  read(into: Int16Array): number {
    let filled = 0;
    for (let first = this.ready[0]; first && filled < into.length; first = this.ready[0]) {
      const part = first.subarray(this.readOffset, this.readOffset + into.length - filled);
      into.set(part, filled);
      filled += part.length;
      this.readOffset += part.length;
      if (this.readOffset < first.length) break;
      this.ready.shift();
      this.readOffset = 0;
    }
    this.readySamples -= filled;
    this.sentMs += (filled * 1000) / this.rateHz;
    return filled;
  }

  private flush(): void {
    if (this.resampler) this.keep(this.resampler.converter.flush());
    this.resampler = null;
  }

  private keep(samples: Int16Array): void {
    if (samples.length === 0) return;
    this.ready.push(samples);
    this.readySamples += samples.length;
  }
}
