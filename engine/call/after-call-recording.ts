import { type FileHandle, open } from 'node:fs/promises';
import { VoxboxError } from '../foundation/index.ts';

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
 * @throws VoxboxError `disk_full`, `after_call_failed` for a file that is no such recording
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
    const { bytesPerSecond, blockBytes } = await formatOf(file);
    const { size } = await file.stat();
    for (const { fromMs, toMs } of spans) {
      const at = (ms: number): number =>
        headerBytes + Math.floor((bytesPerSecond * ms) / 1000 / blockBytes) * blockBytes;
      await zero(
        file,
        Math.min(size, at(Math.max(0, fromMs))),
        Math.min(size, at(Math.max(0, toMs)) + blockBytes),
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

async function formatOf(file: FileHandle): Promise<{ bytesPerSecond: number; blockBytes: number }> {
  const header = Buffer.alloc(headerBytes);
  const { bytesRead } = await file.read(header, 0, headerBytes, 0);
  const isRecording = bytesRead === headerBytes && header.toString('latin1', 0, 4) === 'RIFF';
  if (!isRecording || header.toString('latin1', 36, 40) !== 'data') {
    throw new VoxboxError('after_call_failed', 'the recording is not one of the recorder');
  }
  return { bytesPerSecond: header.readUInt32LE(28), blockBytes: header.readUInt16LE(32) };
}

async function zero(file: FileHandle, from: number, to: number): Promise<void> {
  const silence = Buffer.alloc(pieceBytes);
  for (let at = from; at < to; at += pieceBytes) {
    await file.write(silence, 0, Math.min(pieceBytes, to - at), at);
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);
