import { VoxboxError } from '../foundation/index.ts';
import { Fader, saturated } from './fade.ts';
import { perFrame, pooledSamples } from './frame.ts';
import { FrameConverter } from './frame-converter.ts';
import type { Bridge, BridgeOptions, MediaLeg } from './model.ts';
import type { KernelFor } from './play-queue.ts';

/** A leg's place in a bridge: what it gives to the others and what it hears of them. */
export interface BridgeSeat {
  /** The leg's agent is one of the bridge: what it says is given to the others too, and it hears everybody. */
  readonly withAgent: boolean;
  /** What the leg gives in this slot: its other side, with its agent's part where that takes part; null for nothing. */
  hear(frame: Int16Array | null, rateHz: number): void;
  /** All others of the last slot, at the leg's rate; null when none of them gave anything. */
  mixAt(rateHz: number): Int16Array | null;
  /** Somebody else in the bridge has been heard. */
  readonly hasSpeaker: boolean;
  leave(): void;
}

/** A leg that can be seated. */
export interface Bridgeable extends MediaLeg {
  seat(seat: BridgeSeat | null): void;
}

/**
 * Sums the legs' frames once a slot: each hears in its next packet what the others said in the last one. The sum is
 * made once for each rate that is in use, and a leg's own part is taken off it.
 */
export class Mixer implements Bridge {
  private readonly kernelFor: KernelFor;
  private readonly isLeg: (leg: MediaLeg) => leg is Bridgeable;
  private readonly onClosed: () => void;
  private readonly seats = new Map<Bridgeable, Seat>();
  /** Those who left are heard for one more slot, fading. */
  private leaving: Seat[] = [];
  /** Those who give something in this slot. */
  private giving: readonly Seat[] = [];
  private readonly sums = new Map<number, Int32Array>();
  private isStale = true;

  constructor(options: {
    readonly kernelFor: KernelFor;
    /** Whether a leg is one of the room's own. */
    readonly isLeg: (leg: MediaLeg) => leg is Bridgeable;
    readonly onClosed?: () => void;
  }) {
    this.kernelFor = options.kernelFor;
    this.isLeg = options.isLeg;
    this.onClosed = options.onClosed ?? (() => {});
  }

  /** @throws VoxboxError `input_invalid` for a leg of another room */
  add(leg: MediaLeg, { agent = false }: BridgeOptions = {}): void {
    if (!this.isLeg(leg)) throw new VoxboxError('input_invalid', 'the leg belongs to another media room');
    const known = this.seats.get(leg);
    if (known) {
      known.withAgent = agent;
      return;
    }
    const seat = new Seat(this, this.kernelFor, () => {
      this.seats.delete(leg);
      this.leaving.push(seat);
    });
    seat.withAgent = agent;
    this.seats.set(leg, seat);
    leg.seat(seat);
  }

  remove(leg: MediaLeg): void {
    if (this.isLeg(leg) && this.seats.has(leg)) leg.seat(null);
  }

  close(): void {
    for (const leg of [...this.seats.keys()]) leg.seat(null);
    this.onClosed();
  }

  /** A frame came: the sums are of the slot before. */
  renew(): void {
    this.isStale = true;
  }

  get speakerCount(): number {
    return this.giving.length;
  }

  sumAt(rateHz: number): Int32Array {
    if (this.isStale) {
      this.isStale = false;
      this.sums.clear();
      const all = [...this.seats.values(), ...this.leaving];
      this.leaving = [];
      for (const seat of all) seat.turn();
      this.giving = all.filter((seat) => seat.hasGiven);
    }
    const known = this.sums.get(rateHz);
    if (known) return known;
    const sum = new Int32Array(perFrame(rateHz));
    for (const seat of this.giving) {
      const part = seat.partAt(rateHz);
      if (part) for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] ?? 0) + (part[i] ?? 0);
    }
    this.sums.set(rateHz, sum);
    return sum;
  }
}

class Seat implements BridgeSeat {
  withAgent = false;
  private readonly mixer: Mixer;
  private readonly kernelFor: KernelFor;
  private readonly onLeave: () => void;
  private readonly fader = new Fader();
  private readonly converters = new Map<number, FrameConverter>();
  private next: Int16Array | null = null;
  private rateHz = 8000;
  /** In this slot, by rate. */
  private readonly parts = new Map<number, Int16Array>();

  constructor(mixer: Mixer, kernelFor: KernelFor, onLeave: () => void) {
    this.mixer = mixer;
    this.kernelFor = kernelFor;
    this.onLeave = onLeave;
  }

  get hasGiven(): boolean {
    return this.parts.size > 0;
  }

  get hasSpeaker(): boolean {
    return this.mixer.speakerCount > (this.hasGiven ? 1 : 0);
  }

  hear(frame: Int16Array | null, rateHz: number): void {
    if (rateHz !== this.rateHz) {
      this.rateHz = rateHz;
      this.converters.clear();
      this.fader.reset();
    }
    this.next = frame;
    this.mixer.renew();
  }

  mixAt(rateHz: number): Int16Array | null {
    const sum = this.mixer.sumAt(rateHz);
    if (!this.hasSpeaker) return null;
    const own = this.hasGiven ? this.partAt(rateHz) : null;
    const mix = pooledSamples(sum.length);
    for (let i = 0; i < mix.length; i += 1) mix[i] = saturated((sum[i] ?? 0) - (own?.[i] ?? 0));
    return mix;
  }

  leave(): void {
    this.next = null;
    this.onLeave();
  }

  /** What was heard since is given in this slot; nothing but a fading end when nothing was. */
  turn(): void {
    this.parts.clear();
    const frame = this.fader.next(this.next);
    this.next = null;
    if (frame) this.parts.set(this.rateHz, frame);
  }

  partAt(rateHz: number): Int16Array | null {
    const known = this.parts.get(rateHz);
    if (known) return known;
    const given = this.parts.get(this.rateHz);
    if (!given) return null;
    let converter = this.converters.get(rateHz);
    if (!converter) {
      converter = new FrameConverter(this.rateHz, rateHz, this.kernelFor(this.rateHz, rateHz));
      this.converters.set(rateHz, converter);
    }
    const part = converter.convert(given);
    this.parts.set(rateHz, part);
    return part;
  }
}
