import { VoxboxError } from '../../foundation/index.ts';
import type { Speech } from '../ports.ts';

const headerBytes = 44;

/** Mono 16-bit PCM in a RIFF/WAVE file, so that ready audio can be listened to with any player. */
export function writeWav({ samples, sampleRateHz }: Speech): Buffer<ArrayBuffer> {
  const file = Buffer.alloc(headerBytes + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  // Every machine that the models run on is little-endian, as the file is.
  Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).copy(file, headerBytes);
  return file;
}

/** Reads what `writeWav` wrote. @throws VoxboxError `input_invalid` for any other file */
export function readWav(file: Buffer): Speech {
  const sound = file.length >= headerBytes && file.toString('latin1', 0, 4) === 'RIFF';
  const bytes = sound ? file.readUInt32LE(40) : -1;
  if (bytes < 0 || bytes + headerBytes !== file.length || file.readUInt16LE(34) !== 16) {
    throw new VoxboxError('input_invalid', 'not a mono 16-bit WAV file of ours');
  }
  const samples = new Int16Array(bytes / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = file.readInt16LE(headerBytes + i * 2);
  return { samples, sampleRateHz: file.readUInt32LE(24) };
}
