import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { VoxboxError } from '../foundation/index.ts';
import type { Waveform } from './contract/index.ts';

/** How loud each side of a recording is, worked out once for each file as it lies there. */
export interface Waveforms {
  /** @param recording path relative to the data directory @throws VoxboxError `not_found` */
  of(recording: string): Promise<Waveform>;
}

const headerBytes = 44;
/** As many as a wide screen can show. */
const buckets = 800;
const pieceBytes = 64 * 1024;
const keptWaveforms = 64;

export function createWaveforms(dataDir: string): Waveforms {
  const kept = new Map<string, Promise<Waveform>>();
  return {
    async of(recording) {
      const path = join(dataDir, recording);
      const file = await open(path).catch(() => null);
      if (!file) throw new VoxboxError('not_found', 'the recording is not on this box any more');
      try {
        const { size, mtimeMs } = await file.stat();
        // Silenced anew it is another one.
        const key = `${path} ${size} ${mtimeMs}`;
        const known = kept.get(key);
        if (known) return await known;
        const measured = measure(file, size);
        kept.set(key, measured);
        measured.catch(() => kept.delete(key));
        const [oldest] = kept.keys();
        if (oldest !== undefined && kept.size > keptWaveforms) kept.delete(oldest);
        return await measured;
      } finally {
        await file.close();
      }
    },
  };
}

/** Piece by piece, so that a long recording holds nobody up. */
async function measure(file: FileHandle, size: number): Promise<Waveform> {
  const header = Buffer.alloc(headerBytes);
  await file.read(header, 0, headerBytes, 0);
  const [channels, rateHz, bits] = [
    header.readUInt16LE(22),
    header.readUInt32LE(24),
    header.readUInt16LE(34),
  ];
  if (header.toString('latin1', 0, 4) !== 'RIFF' || channels !== 2 || bits !== 16 || rateHz === 0) {
    throw new VoxboxError('not_found', 'the recording is not one of the recorder');
  }
  const frames = Math.floor(Math.max(0, size - headerBytes) / 4);
  const peaks = [new Float32Array(buckets), new Float32Array(buckets)] as const;
  const piece = Buffer.alloc(pieceBytes);
  for (let frame = 0; frame < frames; ) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes, headerBytes + frame * 4);
    const count = Math.min(Math.floor(bytesRead / 4), frames - frame);
    if (count <= 0) break;
    take(new Int16Array(piece.buffer, piece.byteOffset, count * 2), { peaks, first: frame, frames });
    frame += count;
  }
  const shown = (values: Float32Array): number[] =>
    Array.from(values, (value) => Math.round(value * 1000) / 1000);
  return { lengthMs: (frames / rateHz) * 1000, caller: shown(peaks[0]), agent: shown(peaks[1]) };
}

function take(
  samples: Int16Array,
  place: {
    readonly peaks: readonly [Float32Array, Float32Array];
    readonly first: number;
    readonly frames: number;
  },
): void {
  const { peaks, first, frames } = place;
  const [caller, agent] = peaks;
  for (let i = 0; i < samples.length; i += 2) {
    const bucket = Math.floor(((first + i / 2) * buckets) / frames);
    const left = Math.abs(samples[i] ?? 0) / 32_768;
    const right = Math.abs(samples[i + 1] ?? 0) / 32_768;
    if (left > (caller[bucket] ?? 0)) caller[bucket] = left;
    if (right > (agent[bucket] ?? 0)) agent[bucket] = right;
  }
}
