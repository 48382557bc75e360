import { VoxboxError } from '../../foundation/index.ts';
import { HmacSha1 } from './hmac-sha1.ts';
import { deriveKey, Keystream } from './keystream.ts';
import { PacketIndex } from './packet-index.ts';
import { SrtpWorkspace } from './workspace.ts';

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
  private readonly workspace: SrtpWorkspace;
  private readonly streams = new Map<number, Stream>();
  /** The stream last kept: nearly always the one that is asked for. */
  private latest: Stream | null = null;
  private latestSsrc = 0;

  constructor({ keySalt }: SrtpKey, protocol: keyof typeof labels, workspace: SrtpWorkspace) {
    if (keySalt.length !== keyBytes + saltBytes) {
      throw new VoxboxError('input_invalid', 'an SRTP master key and salt are 30 bytes');
    }
    const master = { key: keySalt.subarray(0, keyBytes), salt: keySalt.subarray(keyBytes) };
    const label = labels[protocol];
    this.key = deriveKey(master, label, keyBytes);
    this.mac = new HmacSha1(deriveKey(master, label + 1, authKeyBytes), workspace.sha1);
    this.salt = deriveKey(master, label + 2, saltBytes);
    this.workspace = workspace;
  }

  /** The known stream, or a fresh one that `keep` makes known: strangers must not be able to push streams out. */
  stream(ssrc: number): Stream {
    if (this.latest && this.latestSsrc === ssrc) return this.latest;
    const { key, salt, workspace } = this;
    return (
      this.streams.get(ssrc) ?? {
        index: new PacketIndex(),
        keystream: new Keystream({ key, salt, ssrc, counters: workspace.counters }),
      }
    );
  }

  keep(ssrc: number, stream: Stream): void {
    if (this.latest === stream) return;
    this.latest = stream;
    this.latestSsrc = ssrc;
    if (this.streams.has(ssrc)) return;
    const [oldest] = this.streams.keys();
    if (this.streams.size >= mostStreams && oldest !== undefined) this.streams.delete(oldest);
    this.streams.set(ssrc, stream);
  }
}

/**
 * @param workspace shared by the sessions of a thread; without it the session has one of its own
 * @throws VoxboxError `input_invalid` when a key is not 30 bytes
 */
export function createSrtp(keys: SrtpKeys, workspace: SrtpWorkspace = new SrtpWorkspace()): SrtpSession {
  return new Session(keys, workspace);
}

class Session implements SrtpSession {
  private readonly workspace: SrtpWorkspace;
  private readonly sendRtp: Context;
  private readonly receiveRtp: Context;
  private readonly sendRtcp: Context;
  private readonly receiveRtcp: Context;
  private readonly sendTagBytes: number;
  private readonly receiveTagBytes: number;
  private rtcpIndex = 0;
  private refused = 0;

  constructor({ send, receive }: SrtpKeys, workspace: SrtpWorkspace) {
    this.workspace = workspace;
    this.sendRtp = new Context(send, 'rtp', workspace);
    this.receiveRtp = new Context(receive, 'rtp', workspace);
    this.sendRtcp = new Context(send, 'rtcp', workspace);
    this.receiveRtcp = new Context(receive, 'rtcp', workspace);
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
    const { workspace, sendRtp, sendTagBytes } = this;
    const ssrc = wordAt(packet, 8);
    const stream = sendRtp.stream(ssrc);
    sendRtp.keep(ssrc, stream);
    const index = stream.index.estimate(sequenceOf(packet));
    stream.index.take(index);
    workspace.load(packet);
    stream.keystream.find(index, length - header);
    workspace.cipher(header, length, stream.keystream);
    putTag(workspace.bytes, length, sendTagBytes, sendRtp.mac.sign(workspace, length, rollOverOf(index)));
    return workspace.copy(length + sendTagBytes);
  }

  unprotectRtp(packet: Uint8Array): Buffer | null {
    const length = packet.length - this.receiveTagBytes;
    const header = rtpHeaderLength(packet, length);
    if (header === 0) return this.refuse();
    const { workspace, receiveRtp } = this;
    const ssrc = wordAt(packet, 8);
    const stream = receiveRtp.stream(ssrc);
    const index = stream.index.estimate(sequenceOf(packet));
    if (!stream.index.isNew(index)) return this.refuse();
    workspace.load(packet);
    const tag = receiveRtp.mac.sign(workspace, length, rollOverOf(index));
    if (!isTag(packet, length, tag)) return this.refuse();
    receiveRtp.keep(ssrc, stream);
    stream.index.take(index);
    stream.keystream.find(index, length - header);
    workspace.cipher(header, length, stream.keystream);
    return workspace.copy(length);
  }

  protectRtcp(packet: Uint8Array): Buffer {
    const { length } = packet;
    if (!isRtcpHeader(packet, length)) {
      throw new VoxboxError('input_invalid', 'only RTCP can be protected as RTCP');
    }
    const { workspace, sendRtcp } = this;
    const ssrc = wordAt(packet, 4);
    const stream = sendRtcp.stream(ssrc);
    sendRtcp.keep(ssrc, stream);
    const index = this.rtcpIndex;
    this.rtcpIndex = (index + 1) % 0x80000000;
    workspace.load(packet);
    stream.keystream.find(index, length - rtcpHeaderBytes);
    workspace.cipher(rtcpHeaderBytes, length, stream.keystream);
    // Signing leaves the word where it has to stand.
    const tag = sendRtcp.mac.sign(workspace, length, 0x80000000 | index);
    putTag(workspace.bytes, length + rtcpIndexBytes, rtcpTagBytes, tag);
    return workspace.copy(length + rtcpIndexBytes + rtcpTagBytes);
  }

  unprotectRtcp(packet: Uint8Array): Buffer | null {
    const length = packet.length - rtcpIndexBytes - rtcpTagBytes;
    if (!isRtcpHeader(packet, length)) return this.refuse();
    const { workspace, receiveRtcp } = this;
    const ssrc = wordAt(packet, 4);
    const word = wordAt(packet, length);
    const index = word & 0x7fffffff;
    const stream = receiveRtcp.stream(ssrc);
    if (!stream.index.isNew(index)) return this.refuse();
    workspace.load(packet);
    const tag = receiveRtcp.mac.sign(workspace, length, word);
    if (!isTag(packet, length + rtcpIndexBytes, tag)) return this.refuse();
    receiveRtcp.keep(ssrc, stream);
    stream.index.take(index);
    // The E bit (RFC 3711 §3.4) tells whether it is enciphered.
    if (word < 0) {
      stream.keystream.find(index, length - rtcpHeaderBytes);
      workspace.cipher(rtcpHeaderBytes, length, stream.keystream);
    }
    return workspace.copy(length);
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

function putTag(bytes: Uint8Array, at: number, tagBytes: number, tag: Int32Array): void {
  for (let i = 0; i < tagBytes; i += 1) bytes[at + i] = (tag[i >> 2] ?? 0) >> (24 - (i & 3) * 8);
}

/** Takes as long for a wrong tag as for a right one. */
function isTag(bytes: Uint8Array, at: number, tag: Int32Array): boolean {
  let difference = 0;
  for (let i = 0; at + i < bytes.length; i += 1) {
    difference |= (bytes[at + i] ?? 0) ^ (((tag[i >> 2] ?? 0) >> (24 - (i & 3) * 8)) & 0xff);
  }
  return difference === 0;
}
