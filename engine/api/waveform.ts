import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { recordingFormat } from '../call/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import { levelDbfs, voicedStretches } from '../media/index.ts';
import type { Waveform } from './contract/index.ts';

/** How loud each side of a recording is, and where it speaks, worked out once for each file as it lies there. */
export interface Waveforms {
  /** @param recording path relative to the data directory @throws VoxboxError `not_found`, `recording_broken` */
  of(recording: string): Promise<Waveform>;
}

/** As many as a wide screen can show. */
const buckets = 800;
/** A level is taken of so much. */
const frameMs = 20;
const framesAtOnce = 100;
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
  const { rateHz, frameBytes, headerBytes } = await recordingFormat(file);
  const samples = Math.floor(Math.max(0, size - headerBytes) / frameBytes);
  const sides = [new Side(samples), new Side(samples)] as const;
  const perFrame = Math.round((rateHz * frameMs) / 1000);
  const piece = new Int16Array(framesAtOnce * perFrame * sides.length);
  const frame = new Int16Array(perFrame);
  for (let sample = 0; sample < samples; ) {
    const { bytesRead } = await file.read(piece, 0, piece.byteLength, headerBytes + sample * frameBytes);
    const count = Math.floor(bytesRead / frameBytes);
    if (count === 0) break;
    for (let at = 0; at < count; at += perFrame) {
      const length = Math.min(perFrame, count - at);
      for (const [channel, side] of sides.entries()) {
        for (let i = 0; i < length; i += 1) frame[i] = piece[sides.length * (at + i) + channel] ?? 0;
        side.add(length === perFrame ? frame : frame.subarray(0, length));
      }
    }
    sample += count;
  }
  const [caller, agent] = sides;
  return {
    lengthMs: (samples / rateHz) * 1000,
    caller: caller.peaks(),
    agent: agent.peaks(),
    voiced: { caller: caller.voiced(), agent: agent.voiced() },
  };
}

/** What is measured of one side, frame after frame. */
class Side {
  readonly #samples: number;
  readonly #peaks = new Float32Array(buckets);
  readonly #levels: number[] = [];
  #at = 0;

  /** @param samples that there will be */
  constructor(samples: number) {
    this.#samples = samples;
  }

  add(frame: Int16Array): void {
    this.#levels.push(levelDbfs(frame));
    for (let i = 0; i < frame.length; i += 1) {
      const bucket = Math.floor(((this.#at + i) * buckets) / this.#samples);
      const loud = Math.abs(frame[i] ?? 0) / 32_768;
      if (loud > (this.#peaks[bucket] ?? 0)) this.#peaks[bucket] = loud;
    }
    this.#at += frame.length;
  }

  peaks(): readonly number[] {
    return Array.from(this.#peaks, (peak) => Math.round(peak * 1000) / 1000);
  }

  voiced(): Waveform['voiced']['agent'] {
    return voicedStretches(this.#levels, frameMs);
  }
}
