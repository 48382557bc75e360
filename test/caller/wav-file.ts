import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface WavAudio {
  readonly sampleRateHz: number;
  /** One array a channel. */
  readonly channels: readonly Int16Array[];
}

/** Writes mono 16-bit PCM; the file appears complete or not at all. */
export function writeWav(path: string, samples: Int16Array, sampleRateHz: number): void {
  const head = Buffer.alloc(44);
  const dataBytes = samples.length * 2;
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + dataBytes, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(sampleRateHz, 24);
  head.writeUInt32LE(sampleRateHz * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(dataBytes, 40);
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}`;
  writeFileSync(partial, Buffer.concat([head, Buffer.from(samples.buffer, samples.byteOffset, dataBytes)]));
  renameSync(partial, path);
}

export const readWav = (path: string): WavAudio => parseWav(readFileSync(path));

/** Reads 16-bit PCM of any number of channels. @throws Error when it is something else */
export function parseWav(file: Buffer): WavAudio {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    throw new Error('This is not a WAV file');
  }
  let format: { channels: number; sampleRateHz: number } | null = null;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    const bytes = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (name === 'fmt ') {
      if (file.readUInt16LE(start + 14) !== 16) throw new Error('The WAV file is not 16-bit PCM');
      format = { channels: file.readUInt16LE(start + 2), sampleRateHz: file.readUInt32LE(start + 4) };
    }
    if (name === 'data' && format !== null) {
      const { channels, sampleRateHz } = format;
      const frames = Math.floor(Math.min(bytes, file.length - start) / (2 * channels));
      const sample = (frame: number, channel: number) =>
        file.readInt16LE(start + 2 * (frame * channels + channel));
      return {
        sampleRateHz,
        channels: Array.from({ length: channels }, (_, channel) =>
          Int16Array.from({ length: frames }, (_unused, frame) => sample(frame, channel)),
        ),
      };
    }
    at = start + bytes + (bytes % 2);
  }
  throw new Error('The WAV file holds no audio');
}
