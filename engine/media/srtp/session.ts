import { VoxboxError } from '../../foundation/index.ts';
import { HmacSha1 } from './hmac-sha1.ts';
import { deriveKey, Keystream } from './keystream.ts';
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
}

const keyBytes = 16;
const saltBytes = 14;
const authKeyBytes = 20;
const rtpHeaderBytes = 12;
const rtcpHeaderBytes = 8;
const rtcpIndexBytes = 4;
/** SRTCP always has 80 bits, also in the suite with the short tag (RFC 4568 §6.2). */
const rtcpTagBytes = 10;
/** Senders change their SSRC now and then; nobody honest has more than a few at a time. */
const mostStreams = 8;

const labels = { rtp: 0, rtcp: 3 } as const;

interface Stream {
  readonly index: PacketIndex;
  readonly keystream: Keystream;
}

/** Session keys and streams of one direction and one protocol. */
class Context {
  readonly mac: HmacSha1;
  private readonly key: Uint8Array;
  private readonly salt: Uint8Array;
  private readonly streams = new Map<number, Stream>();

  constructor({ keySalt }: SrtpKey, protocol: keyof typeof labels) {
    if (keySalt.length !== keyBytes + saltBytes) {
      throw new VoxboxError('input_invalid', 'an SRTP master key and salt are 30 bytes');
    }
    const master = { key: keySalt.subarray(0, keyBytes), salt: keySalt.subarray(keyBytes) };
    const label = labels[protocol];
    this.key = deriveKey(master, label, keyBytes);
    this.mac = new HmacSha1(deriveKey(master, label + 1, authKeyBytes));
    this.salt = deriveKey(master, label + 2, saltBytes);
  }

  /** The known stream, or a fresh one that `keep` makes known: strangers must not be able to push streams out. */
  stream(ssrc: number): Stream {
    return (
      this.streams.get(ssrc) ?? {
        index: new PacketIndex(),
        keystream: new Keystream({ key: this.key, salt: this.salt, ssrc }),
      }
    );
  }

  keep(ssrc: number, stream: Stream): void {
    if (this.streams.has(ssrc)) return;
    const [oldest] = this.streams.keys();
    if (this.streams.size >= mostStreams && oldest !== undefined) this.streams.delete(oldest);
    this.streams.set(ssrc, stream);
  }
}

/** @throws VoxboxError `input_invalid` when a key is not 30 bytes */
export function createSrtp(keys: SrtpKeys): SrtpSession {
  return new Session(keys);
}

class Session implements SrtpSession {
  private readonly sendRtp: Context;
  private readonly receiveRtp: Context;
  private readonly sendRtcp: Context;
  private readonly receiveRtcp: Context;
  private readonly sendTagBytes: number;
  private readonly receiveTagBytes: number;
  private rtcpIndex = 0;
  private refused = 0;

  constructor({ send, receive }: SrtpKeys) {
    this.sendRtp = new Context(send, 'rtp');
    this.receiveRtp = new Context(receive, 'rtp');
    this.sendRtcp = new Context(send, 'rtcp');
    this.receiveRtcp = new Context(receive, 'rtcp');
    this.sendTagBytes = tagBytesOf(send.suite);
    this.receiveTagBytes = tagBytesOf(receive.suite);
  }

  get failures(): number {
    return this.refused;
  }

  protectRtp(packet: Uint8Array): Buffer {
    const header = rtpHeaderLength(packet, packet.length);
    if (header === 0) throw new VoxboxError('input_invalid', 'only RTP can be protected as RTP');
    const { length } = packet;
    const ssrc = wordAt(packet, 8);
    const stream = this.sendRtp.stream(ssrc);
    this.sendRtp.keep(ssrc, stream);
    const index = stream.index.estimate(sequenceOf(packet));
    stream.index.take(index);

    const bytes = Buffer.allocUnsafe(length + this.sendTagBytes);
    bytes.set(packet);
    cipher(bytes, { from: header, to: length, index, keystream: stream.keystream });
    putTag(bytes, length, this.sendRtp.mac.sign(bytes, length, Math.floor(index / 0x10000)));
    return bytes;
  }

  unprotectRtp(packet: Uint8Array): Buffer | null {
    const length = packet.length - this.receiveTagBytes;
    const header = rtpHeaderLength(packet, length);
    if (header === 0) return this.refuse();
    const ssrc = wordAt(packet, 8);
    const stream = this.receiveRtp.stream(ssrc);
    const index = stream.index.estimate(sequenceOf(packet));
    if (!stream.index.isNew(index)) return this.refuse();
    const tag = this.receiveRtp.mac.sign(packet, length, Math.floor(index / 0x10000));
    if (!isTag(packet, length, tag)) return this.refuse();
    this.receiveRtp.keep(ssrc, stream);
    stream.index.take(index);

    const bytes = Buffer.allocUnsafe(length);
    bytes.set(packet.length === length ? packet : packet.subarray(0, length));
    cipher(bytes, { from: header, to: length, index, keystream: stream.keystream });
    return bytes;
  }

  protectRtcp(packet: Uint8Array): Buffer {
    if (!isRtcpHeader(packet, packet.length)) {
      throw new VoxboxError('input_invalid', 'only RTCP can be protected as RTCP');
    }
    const { length } = packet;
    const ssrc = wordAt(packet, 4);
    const stream = this.sendRtcp.stream(ssrc);
    this.sendRtcp.keep(ssrc, stream);
    const index = this.rtcpIndex;
    this.rtcpIndex = (index + 1) % 0x80000000;
    const bytes = Buffer.allocUnsafe(length + rtcpIndexBytes + rtcpTagBytes);
    bytes.set(packet);
    cipher(bytes, { from: rtcpHeaderBytes, to: length, index, keystream: stream.keystream });
    const word = (0x80000000 | index) >>> 0;
    bytes.writeUInt32BE(word, length);
    putTag(bytes, length + rtcpIndexBytes, this.sendRtcp.mac.sign(bytes, length, word));
    return bytes;
  }

  unprotectRtcp(packet: Uint8Array): Buffer | null {
    const length = packet.length - rtcpIndexBytes - rtcpTagBytes;
    if (!isRtcpHeader(packet, length)) return this.refuse();
    const ssrc = wordAt(packet, 4);
    const word = wordAt(packet, length);
    const index = word & 0x7fffffff;
    const stream = this.receiveRtcp.stream(ssrc);
    if (!stream.index.isNew(index)) return this.refuse();
    const tag = this.receiveRtcp.mac.sign(packet, length, word);
    if (!isTag(packet, length + rtcpIndexBytes, tag)) return this.refuse();
    this.receiveRtcp.keep(ssrc, stream);
    stream.index.take(index);
    const bytes = Buffer.allocUnsafe(length);
    bytes.set(packet.subarray(0, length));
    // The E bit (RFC 3711 §3.4) tells whether it is enciphered.
    if (word >>> 31) cipher(bytes, { from: rtcpHeaderBytes, to: length, index, keystream: stream.keystream });
    return bytes;
  }

  private refuse(): null {
    this.refused += 1;
    return null;
  }
}

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

const wordAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)) >>>
  0;

function cipher(
  bytes: Uint8Array,
  part: {
    readonly from: number;
    readonly to: number;
    readonly index: number;
    readonly keystream: Keystream;
  },
): void {
  const stream = part.keystream.of(part.index, part.to - part.from);
  const key = stream.bytes;
  for (let at = part.from, from = stream.from; at < part.to; at += 1, from += 1) {
    bytes[at] = (bytes[at] ?? 0) ^ (key[from] ?? 0);
  }
}

/** The tag is as long as the room behind `at`. */
function putTag(bytes: Uint8Array, at: number, tag: Int32Array): void {
  for (let i = 0; at + i < bytes.length; i += 1) bytes[at + i] = (tag[i >> 2] ?? 0) >> (24 - (i & 3) * 8);
}

/** Takes as long for a wrong tag as for a right one. */
function isTag(bytes: Uint8Array, at: number, tag: Int32Array): boolean {
  let difference = 0;
  for (let i = 0; at + i < bytes.length; i += 1) {
    difference |= (bytes[at + i] ?? 0) ^ (((tag[i >> 2] ?? 0) >> (24 - (i & 3) * 8)) & 0xff);
  }
  return difference === 0;
}
