import { VoxboxError } from '../../foundation/index.ts';
import { type ContextAddress, keySaltBytes, SrtpCrypto } from './crypto.ts';
import { PacketIndex } from './packet-index.ts';

/** Suites of RFC 4568 §6.2 that the box speaks. */
export type SrtpSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32';

export interface SrtpKey {
  readonly suite: SrtpSuite;
  /** 30 bytes: master key 16, master salt 14. */
  readonly keySalt: Uint8Array;
}

export interface SrtpKeys {
  readonly send: SrtpKey;
  readonly receive: SrtpKey;
}

/** SRTP and SRTCP (RFC 3711) of one leg, both directions. No MKI, key derivation rate 0. */
export interface SrtpSession {
  /** RTP of ours; sequence numbers must go up by less than 32768 from packet to packet. */
  protectRtp(packet: Uint8Array): Buffer;
  /** Null: no RTP, bad tag, or replayed. Never throws. */
  unprotectRtp(packet: Uint8Array): Buffer | null;
  protectRtcp(packet: Uint8Array): Buffer;
  unprotectRtcp(packet: Uint8Array): Buffer | null;
  /** Packets refused so far (malformed, bad tag, replay). */
  readonly failures: number;
  /** Wipes the keys: nothing can be protected or read afterwards. May be called twice. */
  close(): void;
}

const rtpHeaderBytes = 12;
const rtcpHeaderBytes = 8;
const rtcpIndexBytes = 4;
/** SRTCP always has 80 bits, also in the suite with the short tag (RFC 4568 §6.2). */
const rtcpTagBytes = 10;
/** Senders change their SSRC now and then; nobody honest has more than a few at a time. */
const mostStreams = 8;

const labels = { rtp: 0, rtcp: 3 } as const;

/** A stream's packets counted on, under its SSRC. */
interface Stream {
  readonly ssrc: number;
  readonly packets: PacketIndex;
}

/** Session keys and streams of one direction and one protocol. */
class Context {
  readonly address: ContextAddress;
  private readonly streams = new Map<number, Stream>();
  /** The stream last kept: nearly always the one that is asked for. */
  private latest: Stream | null = null;

  constructor({ keySalt }: SrtpKey, protocol: keyof typeof labels, crypto: SrtpCrypto) {
    this.address = crypto.open(keySalt, labels[protocol]);
  }

  /** The known stream, or a fresh one that `keep` makes known: strangers must not be able to push streams out. */
  stream(ssrc: number): Stream {
    if (this.latest?.ssrc === ssrc) return this.latest;
    return this.streams.get(ssrc) ?? { ssrc, packets: new PacketIndex() };
  }

  keep(stream: Stream): Stream {
    if (this.latest === stream) return stream;
    this.latest = stream;
    if (this.streams.has(stream.ssrc)) return stream;
    const [oldest] = this.streams.keys();
    if (this.streams.size >= mostStreams && oldest !== undefined) this.streams.delete(oldest);
    this.streams.set(stream.ssrc, stream);
    return stream;
  }
}

/**
 * @param crypto shared by the sessions of a thread; without it the session has one of its own
 * @throws VoxboxError `input_invalid` when a key is not 30 bytes
 */
export function createSrtp(keys: SrtpKeys, crypto: SrtpCrypto = new SrtpCrypto()): SrtpSession {
  for (const { keySalt } of [keys.send, keys.receive]) {
    if (keySalt.length !== keySaltBytes) {
      throw new VoxboxError('input_invalid', 'an SRTP master key and salt are 30 bytes');
    }
  }
  return new Session(keys, crypto);
}

class Session implements SrtpSession {
  private readonly crypto: SrtpCrypto;
  private readonly sendRtp: Context;
  private readonly receiveRtp: Context;
  private readonly sendRtcp: Context;
  private readonly receiveRtcp: Context;
  private readonly sendTagBytes: number;
  private readonly receiveTagBytes: number;
  private rtcpIndex = 0;
  private refused = 0;
  private closed = false;

  constructor({ send, receive }: SrtpKeys, crypto: SrtpCrypto) {
    this.crypto = crypto;
    this.sendRtp = new Context(send, 'rtp', crypto);
    this.receiveRtp = new Context(receive, 'rtp', crypto);
    this.sendRtcp = new Context(send, 'rtcp', crypto);
    this.receiveRtcp = new Context(receive, 'rtcp', crypto);
    this.sendTagBytes = tagBytesOf(send.suite);
    this.receiveTagBytes = tagBytesOf(receive.suite);
  }

  get failures(): number {
    return this.refused;
  }

  protectRtp(packet: Uint8Array): Buffer {
    const { length } = packet;
    const header = rtpHeaderLength(packet, length);
    if (header === 0) throw new VoxboxError('input_invalid', 'only RTP can be protected as RTP');
    const { crypto, sendRtp } = this;
    const { ssrc, packets } = sendRtp.keep(sendRtp.stream(wordAt(packet, 8)));
    const index = packets.estimate(sequenceOf(packet));
    packets.take(index);
    crypto.load(packet);
    crypto.cipher(sendRtp.address, ssrc, index, header, length);
    crypto.sign(sendRtp.address, length, rollOverOf(index));
    return crypto.take(length, this.sendTagBytes);
  }

  unprotectRtp(packet: Uint8Array): Buffer | null {
    const length = packet.length - this.receiveTagBytes;
    const header = rtpHeaderLength(packet, length);
    if (header === 0) return this.refuse();
    const { crypto, receiveRtp } = this;
    const stream = receiveRtp.stream(wordAt(packet, 8));
    const index = stream.packets.estimate(sequenceOf(packet));
    if (!stream.packets.isNew(index)) return this.refuse();
    crypto.load(packet);
    crypto.sign(receiveRtp.address, length, rollOverOf(index));
    if (!crypto.isTagOf(packet, length)) return this.refuse();
    receiveRtp.keep(stream).packets.take(index);
    crypto.cipher(receiveRtp.address, stream.ssrc, index, header, length);
    return crypto.take(length);
  }

  protectRtcp(packet: Uint8Array): Buffer {
    const { length } = packet;
    if (!isRtcpHeader(packet, length)) {
      throw new VoxboxError('input_invalid', 'only RTCP can be protected as RTCP');
    }
    const { crypto, sendRtcp } = this;
    const index = this.rtcpIndex;
    this.rtcpIndex = (index + 1) % 0x80000000;
    crypto.load(packet);
    crypto.cipher(sendRtcp.address, wordAt(packet, 4), index, rtcpHeaderBytes, length);
    // Signing leaves the word where it has to stand.
    crypto.sign(sendRtcp.address, length, 0x80000000 | index);
    return crypto.take(length + rtcpIndexBytes, rtcpTagBytes);
  }

  unprotectRtcp(packet: Uint8Array): Buffer | null {
    const length = packet.length - rtcpIndexBytes - rtcpTagBytes;
    if (!isRtcpHeader(packet, length)) return this.refuse();
    const { crypto, receiveRtcp } = this;
    const word = wordAt(packet, length);
    const index = word & 0x7fffffff;
    const stream = receiveRtcp.stream(wordAt(packet, 4));
    if (!stream.packets.isNew(index)) return this.refuse();
    crypto.load(packet);
    crypto.sign(receiveRtcp.address, length, word);
    if (!crypto.isTagOf(packet, length + rtcpIndexBytes)) return this.refuse();
    receiveRtcp.keep(stream).packets.take(index);
    // The E bit (RFC 3711 §3.4) tells whether it is enciphered.
    if (word < 0) crypto.cipher(receiveRtcp.address, stream.ssrc, index, rtcpHeaderBytes, length);
    return crypto.take(length);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const { address } of [this.sendRtp, this.receiveRtp, this.sendRtcp, this.receiveRtcp]) {
      this.crypto.close(address);
    }
  }

  private refuse(): null {
    this.refused += 1;
    return null;
  }
}

const rollOverOf = (index: number): number => Math.floor(index / 0x10000);

const tagBytesOf = (suite: SrtpSuite): number => (suite === 'AES_CM_128_HMAC_SHA1_80' ? 10 : 4);

/** Length of the part that stays in clear, header extension included (RFC 3711 §3.1); 0 when it is no RTP. */
function rtpHeaderLength(packet: Uint8Array, length: number): number {
  if (length < rtpHeaderBytes) return 0;
  const first = packet[0] ?? 0;
  if (first >> 6 !== 2) return 0;
  let header = rtpHeaderBytes + (first & 0x0f) * 4;
  if (first & 0x10) {
    if (header + 4 > length) return 0;
    header += 4 + (((packet[header + 2] ?? 0) << 8) | (packet[header + 3] ?? 0)) * 4;
  }
  return header <= length ? header : 0;
}

const isRtcpHeader = (packet: Uint8Array, length: number): boolean =>
  length >= rtcpHeaderBytes && (packet[0] ?? 0) >> 6 === 2;

const sequenceOf = (packet: Uint8Array): number => ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);

/** Signed: small integers are quicker to look up. */
const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 24) |
  ((bytes[at + 1] ?? 0) << 16) |
  ((bytes[at + 2] ?? 0) << 8) |
  (bytes[at + 3] ?? 0);
