import { randomBytes } from 'node:crypto';
import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../foundation/index.ts';
import type { LegStart, RtpRemote } from './model.ts';
import { createRtcpSession, type RtcpFindings, type RtcpSession } from './rtcp/session.ts';
import { isMedia } from './rtp/packet.ts';
import type { SrtpSession } from './srtp/session.ts';

/** Enough that no two calls share it (RFC 7022 §4.2). */
const cnameBytes = 12;

export interface LegRtcpParts {
  readonly clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  /** Sends from the RTP port when `muxed`, else from the one after it. */
  readonly transmit: (packet: Buffer, remote: RtpRemote, muxed: boolean) => void;
}

/** One leg's RTCP: when to send and where to, and whose reports are believed. */
export class LegRtcp {
  private readonly parts: LegRtcpParts;
  /** One for the whole call, whatever becomes of its SSRC (RFC 3550 §6.5.1). */
  private readonly cname = randomBytes(cnameBytes).toString('base64');
  private session: RtcpSession | null = null;
  private streamSsrc: number | null = null;
  private remote: RtpRemote | null = null;
  private muxed = false;
  private isActive = false;

  constructor(parts: LegRtcpParts) {
    this.parts = parts;
  }

  start(options: LegStart, stream: { readonly ssrc: number; readonly clockRateHz: number }): void {
    const { address, port } = options.remote;
    this.muxed = options.rtcp?.mux ?? false;
    this.remote = options.rtcp?.remote ?? { address, port: port === 0 ? 0 : port + 1 };
    if (this.streamSsrc === stream.ssrc) return;
    this.streamSsrc = stream.ssrc;
    const { clock } = this.parts;
    this.session = createRtcpSession({
      ...stream,
      cname: this.cname,
      nowMs: clock.monotonicMs(),
      wallMs: (atMs) => clock.nowMs() - clock.monotonicMs() + atMs,
    });
  }

  sent(packet: Parameters<RtcpSession['sent']>[0]): void {
    this.isActive = true;
    this.session?.sent(packet);
  }

  received(packet: Parameters<RtcpSession['received']>[0]): void {
    this.isActive = true;
    this.session?.received(packet);
  }

  /**
   * A datagram on either port.
   * @param rtpRemote where the leg's RTP goes to: its address is believed, and with SRTP whoever knows the key
   */
  datagram(
    bytes: Uint8Array,
    source: RemoteInfo,
    from: { readonly rtpRemote: RtpRemote | null; readonly srtp: SrtpSession | null },
  ): void {
    const isKnown = source.address === from.rtpRemote?.address || source.address === this.remote?.address;
    if ((!from.srtp && !isKnown) || !isMedia(bytes)) return;
    const plain = from.srtp ? from.srtp.unprotectRtcp(bytes) : bytes;
    if (!plain || !this.session) return;
    const read = this.session.receivedRtcp(plain, this.parts.clock.monotonicMs());
    // Behind an address translator the reports come from elsewhere than was signalled, and ours go back there.
    if (read.length > 0 && !this.muxed) this.remote = { address: source.address, port: source.port };
  }

  /** Sends what is due. */
  slot(rtpRemote: RtpRemote | null, srtp: SrtpSession | null): void {
    const packet = this.session?.due(this.parts.clock.monotonicMs());
    if (packet) this.send(packet, rtpRemote, srtp);
  }

  /** The last report: the stream is over (RFC 3550 §6.6). Nothing when there was no stream. */
  bye(rtpRemote: RtpRemote | null, srtp: SrtpSession | null): void {
    if (this.isActive && this.session) {
      this.send(this.session.bye(this.parts.clock.monotonicMs()), rtpRemote, srtp);
    }
    this.session = null;
  }

  findings(): RtcpFindings | null {
    return this.session?.findings() ?? null;
  }

  private send(packet: Buffer, rtpRemote: RtpRemote | null, srtp: SrtpSession | null): void {
    const remote = this.muxed ? rtpRemote : this.remote;
    if (!remote || remote.port === 0) return;
    this.parts.transmit(srtp ? srtp.protectRtcp(packet) : packet, remote, this.muxed);
  }
}
