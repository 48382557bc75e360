import { parseRtcp, type ReportBlock, type RtcpPacket, type SenderInfo, writeRtcp } from './packet.ts';
import { RtpSource } from './source.ts';

export interface RtcpSessionOptions {
  /** Of our RTP stream. */
  readonly ssrc: number;
  readonly cname: string;
  /** RTP clock of the leg's codec. */
  readonly clockRateHz: number;
  /** Monotonic milliseconds when the leg starts. */
  readonly nowMs: number;
  /** Wall clock, milliseconds since 1970, of a monotonic time: NTP times are made of it. */
  readonly wallMs: (nowMs: number) => number;
  readonly random?: () => number;
}

/** What the reports of the other side tell about the line. */
export interface RtcpFindings {
  readonly roundTripMs: number | null;
  /** Of our packets, since its previous report. */
  readonly remoteLossFraction: number | null;
  readonly remoteJitterMs: number | null;
  readonly reportsReceived: number;
  readonly byeReceived: boolean;
}

/** Pure state: what to send when (RFC 3550 §6.2, §6.3), and what the other side says. Times are monotonic ms. */
export interface RtcpSession {
  /** One RTP packet of ours went out. */
  sent(packet: { readonly timestamp: number; readonly payloadBytes: number; readonly atMs: number }): void;
  /** One RTP packet of the other side came in. `paced` false: its timestamp does not tell when it was sent (DTMF). */
  received(packet: {
    readonly ssrc: number;
    readonly sequence: number;
    readonly timestamp: number;
    readonly arrivalMs: number;
    readonly paced: boolean;
  }): void;
  /** A datagram of RTCP came in (decrypted). */
  receivedRtcp(bytes: Uint8Array, nowMs: number): readonly RtcpPacket[];
  /** The compound packet to send now, or null. Ask once each frame. */
  due(nowMs: number): Buffer | null;
  /** The last packet, with BYE. */
  bye(nowMs: number): Buffer;
  findings(): RtcpFindings;
}

export function createRtcpSession(options: RtcpSessionOptions): RtcpSession {
  return new Session(options);
}

/** Shortest mean interval (RFC 3550 §6.2). Two parties' reports never need the five percent rule to be longer. */
const intervalMs = 5000;
/** Makes up for the random part letting the mean drift down (§6.3.1): e − 3/2. */
const compensation = Math.E - 1.5;
/** Seconds from 1900, where NTP begins, to 1970. */
const ntpEpochSeconds = 2208988800;
const ntpUnitsPerSecond = 65536;
/** A longer way there and back is a clock that jumped. */
const longestRoundTripMs = 60_000;

class Session implements RtcpSession {
  private readonly options: RtcpSessionOptions;
  private nextMs: number;
  private lastSent: { readonly timestamp: number; readonly atMs: number } | null = null;
  private packets = 0;
  private octets = 0;
  /** Packets that had gone out at the last report and the one before. */
  private packetsAtReports: readonly [last: number, before: number] = [0, 0];
  private source: RtpSource | null = null;
  private heardSinceReport = false;
  private lastSr: { readonly ssrc: number; readonly ntpMiddle: number; readonly arrivalMs: number } | null =
    null;
  private roundTripMs: number | null = null;
  private remoteLossFraction: number | null = null;
  private remoteJitterMs: number | null = null;
  private reportsReceived = 0;
  private byeReceived = false;

  constructor(options: RtcpSessionOptions) {
    this.options = options;
    // The first report comes after half the interval (§6.2).
    this.nextMs = options.nowMs + this.interval() / 2;
  }

  sent(packet: { readonly timestamp: number; readonly payloadBytes: number; readonly atMs: number }): void {
    this.packets += 1;
    this.octets += packet.payloadBytes;
    this.lastSent = packet;
  }

  received(packet: {
    readonly ssrc: number;
    readonly sequence: number;
    readonly timestamp: number;
    readonly arrivalMs: number;
    readonly paced: boolean;
  }): void {
    if (this.source?.ssrc !== packet.ssrc) {
      const { clockRateHz } = this.options;
      this.source = new RtpSource({ ssrc: packet.ssrc, sequence: packet.sequence, clockRateHz });
    }
    this.source.add(packet);
    this.heardSinceReport = true;
  }

  receivedRtcp(bytes: Uint8Array, nowMs: number): readonly RtcpPacket[] {
    const packets = parseRtcp(bytes);
    for (const packet of packets) {
      if (packet.type === 'bye') this.byeReceived = true;
      if (packet.type !== 'sr' && packet.type !== 'rr') continue;
      this.reportsReceived += 1;
      if (packet.type === 'sr') {
        const { ntpSeconds, ntpFraction } = packet.sender;
        this.lastSr = { ssrc: packet.ssrc, ntpMiddle: middleOf(ntpSeconds, ntpFraction), arrivalMs: nowMs };
      }
      const aboutUs = packet.reports.find(({ ssrc }) => ssrc === this.options.ssrc);
      if (aboutUs) this.learn(aboutUs, nowMs);
    }
    return packets;
  }

  due(nowMs: number): Buffer | null {
    if (nowMs < this.nextMs) return null;
    this.nextMs = nowMs + this.interval();
    return this.report(nowMs, false);
  }

  bye(nowMs: number): Buffer {
    this.nextMs = Number.POSITIVE_INFINITY;
    return this.report(nowMs, true);
  }

  findings(): RtcpFindings {
    const { roundTripMs, remoteLossFraction, remoteJitterMs, reportsReceived, byeReceived } = this;
    return { roundTripMs, remoteLossFraction, remoteJitterMs, reportsReceived, byeReceived };
  }

  /** 0.5 to 1.5 times the interval, so that reports of many calls do not meet (§6.3.1). */
  private interval(): number {
    const random = this.options.random ?? Math.random;
    return (intervalMs * (0.5 + random())) / compensation;
  }

  private report(nowMs: number, bye: boolean): Buffer {
    const { ssrc, cname } = this.options;
    const ntp = this.ntp(nowMs);
    // Who has sent in the last two intervals is a sender (§6.4).
    const isSender = this.packets > this.packetsAtReports[1];
    this.packetsAtReports = [this.packets, this.packetsAtReports[0]];
    const reports: ReportBlock[] = [];
    if (this.source && this.heardSinceReport) {
      const sr = this.lastSr?.ssrc === this.source.ssrc ? this.lastSr : null;
      const delay = sr ? Math.round(((nowMs - sr.arrivalMs) * ntpUnitsPerSecond) / 1000) : 0;
      reports.push(this.source.report(sr?.ntpMiddle ?? 0, delay));
      this.heardSinceReport = false;
    }
    return writeRtcp({ ssrc, cname, sender: isSender ? this.senderInfo(nowMs, ntp) : null, reports, bye });
  }

  private senderInfo(nowMs: number, ntp: { seconds: number; fraction: number }): SenderInfo {
    const { lastSent } = this;
    const elapsedTicks = lastSent ? ((nowMs - lastSent.atMs) * this.options.clockRateHz) / 1000 : 0;
    return {
      ntpSeconds: ntp.seconds,
      ntpFraction: ntp.fraction,
      rtpTimestamp: ((lastSent?.timestamp ?? 0) + Math.round(elapsedTicks)) >>> 0,
      packets: this.packets,
      octets: this.octets,
    };
  }

  private learn(block: ReportBlock, nowMs: number): void {
    this.remoteLossFraction = block.fractionLost / 256;
    this.remoteJitterMs = (block.jitterTicks * 1000) / this.options.clockRateHz;
    // Zero: it has had no report of ours yet.
    if (block.lastSr === 0) return;
    const { seconds, fraction } = this.ntp(nowMs);
    // Signed: the peer's rounding may put the arrival a moment before the sending.
    const units = (middleOf(seconds, fraction) - block.lastSr - block.delaySinceLastSr) | 0;
    const roundTripMs = (units * 1000) / ntpUnitsPerSecond;
    if (Math.abs(roundTripMs) > longestRoundTripMs) return;
    this.roundTripMs = Math.max(0, roundTripMs);
  }

  private ntp(nowMs: number): { readonly seconds: number; readonly fraction: number } {
    const wallMs = this.options.wallMs(nowMs);
    const seconds = Math.floor(wallMs / 1000);
    return {
      seconds: (seconds + ntpEpochSeconds) >>> 0,
      fraction: Math.floor(((wallMs - seconds * 1000) / 1000) * 2 ** 32) >>> 0,
    };
  }
}

/** The middle 32 of the 64 bits (RFC 3550 §4). */
const middleOf = (seconds: number, fraction: number): number => ((seconds << 16) | (fraction >>> 16)) >>> 0;
