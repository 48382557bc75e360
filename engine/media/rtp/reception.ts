import { sequenceDistance, timestampDistance } from './sequence.ts';

/** A sequence jump larger than this is a restarted sender, not loss (RFC 3550 appendix A.1, MAX_DROPOUT). */
const maxDropout = 3000;

/** Loss and jitter of what arrives, counted as RFC 3550 §6.4.1 and appendices A.1, A.3 and A.8 do. */
export class Reception {
  private readonly ticksPerMs: number;
  private ssrc: number | null = null;
  private baseSequence = 0;
  /** Sequence number of the newest packet, counted on across wraps from `baseSequence`. */
  private highest = 0;
  private receivedHere = 0;
  private expectedBefore = 0;
  private received = 0;
  private jitterTicks = 0;
  private last: { readonly timestamp: number; readonly arrivalMs: number } | null = null;

  /** @param clockRateHz of the stream's RTP timestamps */
  constructor(clockRateHz = 8000) {
    this.ticksPerMs = clockRateHz / 1000;
  }

  /**
   * Counts one packet.
   * @param packet.paced false for packets whose timestamp does not tell when they were sent (telephone-event):
   * they count for loss, not for jitter
   */
  add(packet: {
    readonly ssrc: number;
    readonly sequence: number;
    readonly timestamp: number;
    readonly arrivalMs: number;
    readonly paced: boolean;
  }): void {
    this.received += 1;
    const ahead = sequenceDistance(this.highest & 0xffff, packet.sequence);
    if (packet.ssrc !== this.ssrc || Math.abs(ahead) > maxDropout) {
      this.expectedBefore += this.expectedHere();
      this.ssrc = packet.ssrc;
      this.baseSequence = packet.sequence;
      this.highest = packet.sequence;
      this.receivedHere = 0;
      this.last = null;
    } else if (ahead > 0) {
      this.highest += ahead;
    }
    this.receivedHere += 1;
    if (!packet.paced) return;
    if (this.last) {
      const sentApart = timestampDistance(this.last.timestamp, packet.timestamp);
      const deviation = Math.abs((packet.arrivalMs - this.last.arrivalMs) * this.ticksPerMs - sentApart);
      // A pause or a restarted clock is no jitter.
      if (deviation < 1000 * this.ticksPerMs) this.jitterTicks += (deviation - this.jitterTicks) / 16;
    }
    this.last = packet;
  }

  get packetsReceived(): number {
    return this.received;
  }

  get packetsLost(): number {
    return Math.max(0, this.expectedBefore + this.expectedHere() - this.received);
  }

  /** 0–1, of all that was sent to us. */
  get lossFraction(): number {
    const lost = this.packetsLost;
    return lost === 0 ? 0 : lost / (lost + this.received);
  }

  get jitterMs(): number {
    return this.jitterTicks / this.ticksPerMs;
  }

  private expectedHere(): number {
    return this.receivedHere === 0 ? 0 : this.highest - this.baseSequence + 1;
  }
}
