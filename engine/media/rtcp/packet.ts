/** Report block (RFC 3550 §6.4.1). */
export interface ReportBlock {
  readonly ssrc: number;
  /** Since the previous report, 0–255/256. */
  readonly fractionLost: number;
  /** Since the beginning; negative with duplicates. */
  readonly cumulativeLost: number;
  /** Extended: wraps counted in the upper 16 bits. */
  readonly highestSequence: number;
  /** In units of the RTP clock. */
  readonly jitterTicks: number;
  /** Middle 32 bits of the NTP time of the last SR, 0 for none. */
  readonly lastSr: number;
  /** In 1/65536 s. */
  readonly delaySinceLastSr: number;
}

export interface SenderInfo {
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
}

export type RtcpPacket =
  | {
      readonly type: 'sr';
      readonly ssrc: number;
      readonly sender: SenderInfo;
      readonly reports: readonly ReportBlock[];
    }
  | { readonly type: 'rr'; readonly ssrc: number; readonly reports: readonly ReportBlock[] }
  | { readonly type: 'sdes'; readonly ssrc: number; readonly cname: string | null }
  | { readonly type: 'bye'; readonly ssrcs: readonly number[]; readonly reason: string | null }
  | { readonly type: 'other'; readonly payloadType: number };

/*
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |V=2|P|  count  |  packet type  |   length in words, minus one  |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
const wordBytes = 4;
const headerBytes = 4;
const senderBytes = 20;
const blockBytes = 24;
/** More packets than this in one datagram mean nothing good. */
const mostPackets = 32;

const senderReport = 200;
const receiverReport = 201;
const sourceDescription = 202;
const goodbye = 203;
const cnameItem = 1;

/**
 * Tells RTCP from RTP on one port (RFC 5761 §4): packet types 192–223 lie where RTP would have its marker and
 * payload types 64–95, which nobody uses then.
 */
export function isRtcp(bytes: Uint8Array): boolean {
  const [first, type] = bytes;
  return (
    bytes.length >= 2 * wordBytes &&
    first !== undefined &&
    first >> 6 === 2 &&
    type !== undefined &&
    type >= 192 &&
    type <= 223
  );
}

/**
 * Reads a compound packet, reduced ones (RFC 5506) too. Reading ends at the first broken packet; what came before
 * counts. Never throws.
 */
export function parseRtcp(bytes: Uint8Array): readonly RtcpPacket[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets: RtcpPacket[] = [];
  let at = 0;
  while (at + headerBytes <= bytes.length && packets.length < mostPackets) {
    const first = view.getUint8(at);
    const end = at + (view.getUint16(at + 2) + 1) * wordBytes;
    if (first >> 6 !== 2 || end > bytes.length) break;
    const padding = first & 0x20 ? view.getUint8(end - 1) : 0;
    if (padding > end - at - headerBytes) break;
    const body = new DataView(
      bytes.buffer,
      bytes.byteOffset + at + headerBytes,
      end - at - headerBytes - padding,
    );
    const read = readPacket(view.getUint8(at + 1), first & 0x1f, body);
    if (!read) break;
    packets.push(...read);
    at = end;
  }
  return packets;
}

/** Null when the body is too short for what it says it holds. */
function readPacket(type: number, count: number, body: DataView): readonly RtcpPacket[] | null {
  switch (type) {
    case senderReport: {
      const end = wordBytes + senderBytes;
      if (body.byteLength < end + count * blockBytes) return null;
      const sender = {
        ntpSeconds: body.getUint32(4),
        ntpFraction: body.getUint32(8),
        rtpTimestamp: body.getUint32(12),
        packets: body.getUint32(16),
        octets: body.getUint32(20),
      };
      return [{ type: 'sr', ssrc: body.getUint32(0), sender, reports: readReports(body, end, count) }];
    }
    case receiverReport:
      if (body.byteLength < wordBytes + count * blockBytes) return null;
      return [{ type: 'rr', ssrc: body.getUint32(0), reports: readReports(body, wordBytes, count) }];
    case sourceDescription:
      return readDescriptions(body, count);
    case goodbye: {
      const listEnd = count * wordBytes;
      if (body.byteLength < listEnd) return null;
      const ssrcs = Array.from({ length: count }, (_, i) => body.getUint32(i * wordBytes));
      return [{ type: 'bye', ssrcs, reason: readText(body, listEnd) }];
    }
    default:
      return [{ type: 'other', payloadType: type }];
  }
}

function readReports(body: DataView, from: number, count: number): readonly ReportBlock[] {
  return Array.from({ length: count }, (_, i) => {
    const at = from + i * blockBytes;
    return {
      ssrc: body.getUint32(at),
      fractionLost: body.getUint8(at + 4),
      // 24 bits, signed.
      cumulativeLost: (body.getInt32(at + 4) << 8) >> 8,
      highestSequence: body.getUint32(at + 8),
      jitterTicks: body.getUint32(at + 12),
      lastSr: body.getUint32(at + 16),
      delaySinceLastSr: body.getUint32(at + 20),
    };
  });
}

/** Chunks of SDES (RFC 3550 §6.5): items of type, length, text; ended by a zero and filled up to a word. */
function readDescriptions(body: DataView, count: number): readonly RtcpPacket[] | null {
  const found: RtcpPacket[] = [];
  let at = 0;
  for (let chunk = 0; chunk < count; chunk += 1) {
    if (at + wordBytes > body.byteLength) return null;
    const ssrc = body.getUint32(at);
    let cname: string | null = null;
    at += wordBytes;
    while (at < body.byteLength && body.getUint8(at) !== 0) {
      const text = readText(body, at + 1);
      if (text === null) return null;
      if (body.getUint8(at) === cnameItem) cname = text;
      at += 2 + body.getUint8(at + 1);
    }
    at = (Math.floor(at / wordBytes) + 1) * wordBytes;
    found.push({ type: 'sdes', ssrc, cname });
  }
  return found;
}

/** One byte of length, then text; null when it is not there. */
function readText(body: DataView, at: number): string | null {
  if (at >= body.byteLength) return null;
  const length = body.getUint8(at);
  if (at + 1 + length > body.byteLength) return null;
  return Buffer.from(body.buffer, body.byteOffset + at + 1, length).toString('utf8');
}

/** What one of our compound packets says. */
export interface RtcpReport {
  readonly ssrc: number;
  readonly cname: string;
  /** Null for a receiver report. */
  readonly sender: SenderInfo | null;
  /** At most 31. */
  readonly reports: readonly ReportBlock[];
  readonly bye: boolean;
}

/** SR or RR, then SDES with the CNAME, then BYE when asked for (RFC 3550 §6.1). Numbers are cut to their fields. */
export function writeRtcp({ ssrc, cname, sender, reports, bye }: RtcpReport): Buffer {
  const blocks = reports.slice(0, 31);
  const name = Buffer.from(cname, 'utf8').subarray(0, 255);
  // The items end with one zero at least.
  const nameBytes = Math.ceil((2 + name.length + 1) / wordBytes) * wordBytes;
  const reportBytes = 2 * wordBytes + (sender ? senderBytes : 0) + blocks.length * blockBytes;
  const descriptionBytes = 2 * wordBytes + nameBytes;
  const bytes = Buffer.alloc(reportBytes + descriptionBytes + (bye ? 2 * wordBytes : 0));

  let at = writeHeader(bytes, 0, {
    type: sender ? senderReport : receiverReport,
    count: blocks.length,
    bytes: reportBytes,
  });
  at = bytes.writeUInt32BE(ssrc >>> 0, at);
  if (sender) {
    const { ntpSeconds, ntpFraction, rtpTimestamp, packets, octets } = sender;
    for (const word of [ntpSeconds, ntpFraction, rtpTimestamp, packets, octets]) {
      at = bytes.writeUInt32BE(word >>> 0, at);
    }
  }
  for (const block of blocks) at = writeReportBlock(bytes, at, block);

  at = writeHeader(bytes, at, { type: sourceDescription, count: 1, bytes: descriptionBytes });
  at = bytes.writeUInt32BE(ssrc >>> 0, at);
  bytes[at] = cnameItem;
  bytes[at + 1] = name.length;
  bytes.set(name, at + 2);
  at += nameBytes;

  if (bye) {
    at = writeHeader(bytes, at, { type: goodbye, count: 1, bytes: 2 * wordBytes });
    bytes.writeUInt32BE(ssrc >>> 0, at);
  }
  return bytes;
}

function writeHeader(
  bytes: Buffer,
  at: number,
  packet: { readonly type: number; readonly count: number; readonly bytes: number },
): number {
  bytes[at] = 0x80 | packet.count;
  bytes[at + 1] = packet.type;
  return bytes.writeUInt16BE(packet.bytes / wordBytes - 1, at + 2);
}

const mostLost = 0x7fffff;

function writeReportBlock(bytes: Buffer, from: number, block: ReportBlock): number {
  const lost = Math.max(-mostLost - 1, Math.min(mostLost, block.cumulativeLost));
  let at = bytes.writeUInt32BE(block.ssrc >>> 0, from);
  at = bytes.writeUInt32BE(((block.fractionLost << 24) | (lost & 0xffffff)) >>> 0, at);
  for (const word of [block.highestSequence, block.jitterTicks, block.lastSr, block.delaySinceLastSr]) {
    at = bytes.writeUInt32BE(word >>> 0, at);
  }
  return at;
}
