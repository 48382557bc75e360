import { type FileHandle, open } from 'node:fs/promises';
import { VoxboxError } from '../foundation/index.ts';

/** How the samples of a recording lie in its file, after the header. */
export interface RecordingFormat {
  readonly rateHz: number;
  /** A sample of each side. */
  readonly frameBytes: number;
  readonly headerBytes: number;
}

/** A stretch of a recording, milliseconds from its beginning. */
export interface RecordedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

const headerBytes = 44;
/** Zeros are written in pieces of this size: a long stretch does not take the memory of it. */
const pieceBytes = 64 * 1024;

/**
 * Writes silence over stretches of a recording, on both sides: a read-back tells as much as what was said. Again it
 * changes nothing. A file that is gone has nothing to hide.
 *
 * @param path PCM in the canonical WAV file that the recorder writes
 * @throws VoxboxError `recording_broken`, `disk_full`, `after_call_failed`
 */
export async function silenceRecording(path: string, spans: readonly RecordedSpan[]): Promise<void> {
  if (spans.length === 0) return;
  let file: FileHandle;
  try {
    file = await open(path, 'r+');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return;
    throw new VoxboxError('after_call_failed', 'the recording cannot be opened', { cause });
  }
  try {
    const { rateHz, frameBytes } = await recordingFormat(file);
    const { size } = await file.stat();
    for (const { fromMs, toMs } of spans) {
      const at = (ms: number): number => headerBytes + Math.floor((rateHz * ms) / 1000) * frameBytes;
      await zero(
        file,
        Math.min(size, at(Math.max(0, fromMs))),
        Math.min(size, at(Math.max(0, toMs)) + frameBytes),
      );
    }
    await file.sync();
  } catch (cause) {
    if (cause instanceof VoxboxError) throw cause;
    const isFull = codeOf(cause) === 'ENOSPC' || codeOf(cause) === 'EDQUOT';
    throw new VoxboxError(isFull ? 'disk_full' : 'after_call_failed', 'the recording cannot be silenced', {
      cause,
    });
  } finally {
    await file.close();
  }
}

/** @throws VoxboxError `recording_broken` for what the recorder has not written */
export async function recordingFormat(file: FileHandle): Promise<RecordingFormat> {
  const header = Buffer.alloc(headerBytes);
  await file.read(header, 0, headerBytes, 0);
  const [channels, rateHz, bits] = [
    header.readUInt16LE(22),
    header.readUInt32LE(24),
    header.readUInt16LE(34),
  ];
  const isWav = header.toString('latin1', 0, 4) === 'RIFF' && header.toString('latin1', 36, 40) === 'data';
  if (!isWav || channels !== 2 || bits !== 16 || rateHz === 0) {
    throw new VoxboxError('recording_broken', 'the recording is not one of the recorder');
  }
  return { rateHz, frameBytes: 4, headerBytes };
}

async function zero(file: FileHandle, from: number, to: number): Promise<void> {
  const silence = Buffer.alloc(pieceBytes);
  for (let at = from; at < to; at += pieceBytes) {
    await file.write(silence, 0, Math.min(pieceBytes, to - at), at);
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);
