/** One RTP packet (RFC 3550 §5.1). Padding is taken off when reading and never written. */
export interface RtpPacket {
  /** 0–127. */
  readonly payloadType: number;
  readonly marker: boolean;
  /** 16 bits, wraps. */
  readonly sequence: number;
  /** 32 bits, wraps; counts samples at the codec's clock rate. */
  readonly timestamp: number;
  /** 32 bits. */
  readonly ssrc: number;
  /** Contributing sources, at most 15. */
  readonly csrcs: readonly number[];
  /** Header extension (RFC 3550 §5.3.1), its data a whole number of 32-bit words. */
  readonly extension: RtpExtension | null;
  readonly payload: Uint8Array;
}

export interface RtpExtension {
  readonly profile: number;
  readonly data: Uint8Array;
}

/*
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |                           timestamp                           |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |           synchronization source (SSRC) identifier            |
 *  +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
 *  |            contributing source (CSRC) identifiers (CC)        |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |  extension (X): profile       |      length in 32-bit words   |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |  payload …            | padding (P), last byte = its length   |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
const fixedHeaderBytes = 12;
const wordBytes = 4;

/**
 * Whether a datagram is RTP or RTCP, protected or not, by its first octet (RFC 7983 §7). The same ports get STUN from
 * phones that look for their address or speak ICE, DTLS from those that offer it, and ZRTP.
 */
export function isMedia(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0;
  return first >= 128 && first <= 191;
}

/** Reads a datagram. Returns null when it is no well-formed RTP; never throws. The payload is a view, not a copy. */
export function parseRtp(bytes: Uint8Array): RtpPacket | null {
  if (bytes.length < fixedHeaderBytes) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  const second = view.getUint8(1);
  if (first >> 6 !== 2) return null;

  const csrcs: number[] = [];
  let offset = fixedHeaderBytes;
  const csrcEnd = offset + (first & 0x0f) * wordBytes;
  if (csrcEnd > bytes.length) return null;
  for (; offset < csrcEnd; offset += wordBytes) csrcs.push(view.getUint32(offset));

  let extension: RtpExtension | null = null;
  if (first & 0x10) {
    if (offset + wordBytes > bytes.length) return null;
    const dataStart = offset + wordBytes;
    const dataEnd = dataStart + view.getUint16(offset + 2) * wordBytes;
    if (dataEnd > bytes.length) return null;
    extension = { profile: view.getUint16(offset), data: bytes.subarray(dataStart, dataEnd) };
    offset = dataEnd;
  }

  let end = bytes.length;
  if (first & 0x20) {
    const paddingBytes = end > offset ? view.getUint8(end - 1) : 0;
    if (paddingBytes === 0 || paddingBytes > end - offset) return null;
    end -= paddingBytes;
  }

  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    csrcs,
    extension,
    payload: bytes.subarray(offset, end),
  };
}

/** Writes a packet for the wire. Numbers are cut to their field's width; extension data is filled up to whole words. */
export function writeRtp(packet: RtpPacket): Buffer {
  const { csrcs, extension, payload } = packet;
  const extensionWords = extension ? Math.ceil(extension.data.length / wordBytes) : 0;
  const extensionBytes = extension ? wordBytes + extensionWords * wordBytes : 0;
  const headerBytes = fixedHeaderBytes + csrcs.length * wordBytes + extensionBytes;
  const bytes = Buffer.allocUnsafe(headerBytes + payload.length);

  bytes[0] = 0x80 | (extension ? 0x10 : 0) | (csrcs.length & 0x0f);
  bytes[1] = (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f);
  bytes.writeUInt16BE(packet.sequence & 0xffff, 2);
  bytes.writeUInt32BE(packet.timestamp >>> 0, 4);
  bytes.writeUInt32BE(packet.ssrc >>> 0, 8);
  let offset = fixedHeaderBytes;
  for (const csrc of csrcs) offset = bytes.writeUInt32BE(csrc >>> 0, offset);
  if (extension) {
    bytes.fill(0, offset, headerBytes);
    bytes.writeUInt16BE(extension.profile & 0xffff, offset);
    bytes.writeUInt16BE(extensionWords & 0xffff, offset + 2);
    bytes.set(extension.data, offset + wordBytes);
  }
  bytes.set(payload, headerBytes);
  return bytes;
}
