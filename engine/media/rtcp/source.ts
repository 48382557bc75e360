import { sequenceDistance, timestampDistance } from '../rtp/sequence.ts';
import type { ReportBlock } from './packet.ts';

/** A sequence jump larger than this is a restarted sender (RFC 3550 appendix A.1, MAX_DROPOUT). */
const maxDropout = 3000;
/** A step of the sender's clock larger than this is a pause or a restart, no jitter. */
const longestStepMs = 1000;

/** What has arrived of one RTP source, as its report block needs it (RFC 3550 appendices A.1, A.3, A.8). */
export class RtpSource {
  readonly ssrc: number;
  private readonly clockRateHz: number;
  private base: number;
  private highest: number;
  private received = 0;
  private jitterTicks = 0;
  private last: { readonly timestamp: number; readonly arrivalMs: number } | null = null;
  private expectedBefore = 0;
  private receivedBefore = 0;

  constructor(options: { readonly ssrc: number; readonly sequence: number; readonly clockRateHz: number }) {
    this.ssrc = options.ssrc;
    this.clockRateHz = options.clockRateHz;
    this.base = options.sequence;
    this.highest = options.sequence;
  }

  add(packet: {
    readonly sequence: number;
    readonly timestamp: number;
    readonly arrivalMs: number;
    readonly paced: boolean;
  }): void {
    const ahead = sequenceDistance(this.highest & 0xffff, packet.sequence);
    if (Math.abs(ahead) > maxDropout) this.restart(packet.sequence);
    else if (ahead > 0) this.highest += ahead;
    this.received += 1;
    if (!packet.paced) return;
    if (this.last) {
      const ticksPerMs = this.clockRateHz / 1000;
      const transit = (packet.arrivalMs - this.last.arrivalMs) * ticksPerMs;
      const deviation = Math.abs(transit - timestampDistance(this.last.timestamp, packet.timestamp));
      if (deviation < longestStepMs * ticksPerMs) this.jitterTicks += (deviation - this.jitterTicks) / 16;
    }
    this.last = packet;
  }

  /** The report block; the fraction lost is since the previous call. */
  report(lastSr: number, delaySinceLastSr: number): ReportBlock {
    const expected = this.highest - this.base + 1;
    const expectedNow = expected - this.expectedBefore;
    const lostNow = expectedNow - (this.received - this.receivedBefore);
    this.expectedBefore = expected;
    this.receivedBefore = this.received;
    return {
      ssrc: this.ssrc,
      fractionLost:
        expectedNow > 0 && lostNow > 0 ? Math.min(255, Math.floor((lostNow * 256) / expectedNow)) : 0,
      cumulativeLost: expected - this.received,
      highestSequence: this.highest >>> 0,
      jitterTicks: Math.round(this.jitterTicks),
      lastSr,
      delaySinceLastSr,
    };
  }

  private restart(sequence: number): void {
    this.base = sequence;
    this.highest = sequence;
    this.received = 0;
    this.expectedBefore = 0;
    this.receivedBefore = 0;
    this.last = null;
  }
}
