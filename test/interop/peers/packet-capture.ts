import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseRtp } from '../../../engine/media/index.ts';
import { PeerProgram } from './program.ts';

/** A UDP packet as the kernel saw it go over the loopback device. */
export interface CapturedPacket {
  /** Of the kernel's clock, since 1970, with fractions: no program's waiting for a core is in it. */
  readonly atMs: number;
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly payload: Buffer;
}

export interface PacketCapture {
  /** Ends it; packets in the order of their times. Throws when the kernel had to drop some. */
  stop(): Promise<readonly CapturedPacket[]>;
}

/** Empty where packets can be captured; else why not, in brackets. */
export function captureMissing(): string {
  const { status, error } = spawnSync('tcpdump', ['-D'], { stdio: 'ignore', timeout: 5000 });
  if (error) return ' (tcpdump not installed)';
  return status === 0 && process.getuid?.() === 0 ? '' : ' (only root can capture packets)';
}

const lastWords = /(\d+) packets? dropped by kernel/;
const kernelBufferKb = 65_536;
const [ethernetBytes, udpBytes, fileHeaderBytes, recordHeaderBytes] = [14, 8, 24, 16];
const nanosecondMagic = 0xa1b23c4d;
const ethernetLink = 1;

/**
 * @param filter in the language of pcap-filter(7); `udp` goes without saying
 * @param keepBytes of each packet, from its Ethernet header on
 */
export async function startCapture(filter: string, keepBytes = 96): Promise<PacketCapture> {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-capture-'));
  const file = join(folder, 'packets.pcap');
  const program = new PeerProgram({
    command: 'tcpdump',
    args: [
      ...['-i', 'lo', '-n', '-Z', 'root', '-w', file, '-s', String(keepBytes), '-B', String(kernelBufferKb)],
      ...['--time-stamp-precision=nano', `udp and (${filter})`],
    ],
    folder,
  });
  await program.said(/listening on/);
  return {
    async stop() {
      try {
        await program.stop('SIGINT');
        // Its last words may come a moment after its end.
        for (let tries = 0; tries < 50 && !lastWords.test(program.output); tries += 1) await sleep(10);
        const dropped = lastWords.exec(program.output)?.[1];
        if (dropped !== '0') throw new Error(`the capture is not whole: ${program.output.slice(-300)}`);
        return packetsIn(readFileSync(file)).toSorted((a, b) => a.atMs - b.atMs);
      } finally {
        await program.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

/** Reads a pcap file of IPv4 in Ethernet frames, written by this machine. */
function packetsIn(bytes: Buffer): readonly CapturedPacket[] {
  if (bytes.readUInt32LE(0) !== nanosecondMagic || bytes.readUInt32LE(20) !== ethernetLink) {
    throw new Error('the capture has an unknown format');
  }
  const packets: CapturedPacket[] = [];
  for (let at = fileHeaderBytes; at + recordHeaderBytes <= bytes.length; ) {
    const atMs = bytes.readUInt32LE(at) * 1000 + bytes.readUInt32LE(at + 4) / 1e6;
    const length = bytes.readUInt32LE(at + 8);
    const frame = bytes.subarray(at + recordHeaderBytes, at + recordHeaderBytes + length);
    const udp = frame.subarray(ethernetBytes + (frame.readUInt8(ethernetBytes) & 0x0f) * 4);
    packets.push({
      ...{ atMs, sourcePort: udp.readUInt16BE(0), targetPort: udp.readUInt16BE(2) },
      payload: udp.subarray(udpBytes),
    });
    at += recordHeaderBytes + length;
  }
  return packets;
}

/** Packets that begin as RTP and RTCP do (RFC 3550 §5.1). */
export const rtpFilter = 'udp[8] & 0xc0 = 0x80';

const frameMs = 20;

/** How far each packet of a stream lies off 20 ms after the one before; streams are told apart by port and SSRC. */
export function deviationsMs(packets: readonly CapturedPacket[]): readonly number[] {
  const lastMs = new Map<string, number>();
  const deviations: number[] = [];
  for (const { atMs, sourcePort, payload } of packets) {
    const packet = parseRtp(payload);
    if (!packet) continue;
    const stream = `${sourcePort}/${packet.ssrc}`;
    const before = lastMs.get(stream);
    lastMs.set(stream, atMs);
    if (before !== undefined) deviations.push(Math.abs(atMs - before - frameMs));
  }
  return deviations;
}
