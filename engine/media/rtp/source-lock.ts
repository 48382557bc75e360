import type { RtpRemote } from '../model.ts';

/** Packets that a new source must send, with none from the old one in between, to be believed: 200 ms of audio. */
const takeoverPackets = 10;

export type SourceVerdict = 'accepted' | 'moved' | 'ignored';

/**
 * Decides whose packets are the other side's (symmetric RTP, RFC 4961). The first valid packet's source
 * wins over the address in the SDP, because a phone behind NAT cannot know its public address. After that
 * a stranger who guesses the port must not be able to take the call's audio over ("RTP bleed") or mix into
 * it: a new source is believed only when it persists with one SSRC while the old one has fallen silent, which
 * is what a NAT rebinding or a carrier's new media gateway look like.
 */
export class SourceLock {
  private current: RtpRemote | null = null;
  private candidate: { readonly source: RtpRemote; readonly ssrc: number; packets: number } | null = null;

  offer(source: RtpRemote, ssrc: number): SourceVerdict {
    if (!this.current) return this.moveTo(source);
    if (isSame(this.current, source)) {
      this.candidate = null;
      return 'accepted';
    }
    if (!this.candidate || !isSame(this.candidate.source, source) || this.candidate.ssrc !== ssrc) {
      this.candidate = { source, ssrc, packets: 0 };
    }
    this.candidate.packets += 1;
    return this.candidate.packets >= takeoverPackets ? this.moveTo(source) : 'ignored';
  }

  private moveTo(source: RtpRemote): SourceVerdict {
    this.current = { address: source.address, port: source.port };
    this.candidate = null;
    return 'moved';
  }
}

const isSame = (a: RtpRemote, b: RtpRemote): boolean => a.port === b.port && a.address === b.address;
