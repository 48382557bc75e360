import { setImmediate as nextTurn } from 'node:timers/promises';
import { VoxboxError } from '../../foundation/index.ts';
import type { Speech } from '../ports.ts';

interface Format {
  /** 1 = whole numbers, 3 = floating point. */
  readonly kind: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bits: number;
}

/** Samples that are converted in one go: the engine's loop is held for about a millisecond. */
const pieceSamples = 8_000;

/**
 * Reads a WAV file with PCM of any usual kind (8 to 32 bits, floating point, any number of channels), mixed
 * down to mono.
 *
 * @throws VoxboxError `input_invalid` in words for the person who chose the file
 */
export async function readSoundFile(file: Buffer): Promise<Speech> {
  const { format, data } = chunksOf(file);
  const read = reader(format);
  const { channels, sampleRateHz, bits } = format;
  const frameBytes = channels * (bits / 8);
  const samples = new Int16Array(Math.floor(data.length / frameBytes));
  for (let from = 0; from < samples.length; from += pieceSamples) {
    const to = Math.min(samples.length, from + pieceSamples);
    for (let frame = from; frame < to; frame += 1) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        sum += read(data, frame * frameBytes + channel * (bits / 8));
      }
      samples[frame] = Math.round(Math.max(-1, Math.min(1, sum / channels)) * 32_767);
    }
    await nextTurn();
  }
  return { samples, sampleRateHz };
}

function chunksOf(file: Buffer): { readonly format: Format; readonly data: Buffer } {
  if (
    file.length < 12 ||
    file.toString('latin1', 0, 4) !== 'RIFF' ||
    file.toString('latin1', 8, 12) !== 'WAVE'
  ) {
    throw bad('is no WAV file');
  }
  let format: Format | null = null;
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    // What is streamed says 0 or the largest number for a length that was not known yet.
    const told = file.readUInt32LE(at + 4);
    const rest = file.length - at - 8;
    const length = Math.min(name === 'data' && (told === 0 || told === 0xffff_ffff) ? rest : told, rest);
    const body = file.subarray(at + 8, at + 8 + length);
    if (name === 'fmt ' && length >= 16) format = formatOf(body);
    if (name === 'data' && format) return { format, data: body };
    at += 8 + length + (length % 2);
  }
  throw bad('holds no sound that can be read');
}

function formatOf(body: Buffer): Format {
  const tag = body.readUInt16LE(0);
  // WAVE_FORMAT_EXTENSIBLE: the first two bytes of the GUID are the tag.
  const kind = tag === 0xfffe && body.length >= 26 ? body.readUInt16LE(24) : tag;
  const format = {
    kind,
    channels: body.readUInt16LE(2),
    sampleRateHz: body.readUInt32LE(4),
    bits: body.readUInt16LE(14),
  };
  const { channels, sampleRateHz } = format;
  if (channels < 1 || channels > 8 || sampleRateHz < 8000 || sampleRateHz > 192_000) {
    throw bad('has a format that cannot be read');
  }
  return format;
}

/** Reads one sample as −1…1. */
function reader({ kind, bits }: Format): (data: Buffer, at: number) => number {
  switch (`${kind}/${bits}`) {
    case '1/8':
      return (data, at) => (data.readUInt8(at) - 128) / 128;
    case '1/16':
      return (data, at) => data.readInt16LE(at) / 32_768;
    case '1/24':
      return (data, at) => data.readIntLE(at, 3) / 8_388_608;
    case '1/32':
      return (data, at) => data.readInt32LE(at) / 2_147_483_648;
    case '3/32':
      return (data, at) => finite(data.readFloatLE(at));
    case '3/64':
      return (data, at) => finite(data.readDoubleLE(at));
    default:
      throw bad('is compressed, or of a kind that cannot be read; save it as WAV with 16 bits');
  }
}

const finite = (sample: number): number => (Number.isFinite(sample) ? sample : 0);

const bad = (what: string): VoxboxError => new VoxboxError('input_invalid', `recording: the file ${what}`);
