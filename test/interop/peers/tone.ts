import { readFileSync } from 'node:fs';
import { writeWav } from '../../caller/wav-file.ts';

/** A WAV file with one pure tone, by which a phone is known on the other side. */
export function writeTone(
  path: string,
  options: { readonly hz: number; readonly seconds: number; readonly rateHz: number },
): void {
  const { hz, seconds, rateHz } = options;
  const samples = Int16Array.from({ length: seconds * rateHz }, (_, n) =>
    Math.round(9000 * Math.sin((2 * Math.PI * hz * n) / rateHz)),
  );
  writeWav(path, samples, rateHz);
}

/** Share of the power in a block that lies at this frequency (Goertzel): 1 for that tone alone. */
export function toneShare(
  samples: Int16Array,
  options: { readonly hz: number; readonly rateHz: number },
): number {
  const step = (2 * Math.PI * options.hz) / options.rateHz;
  let real = 0;
  let imaginary = 0;
  let power = 0;
  for (let n = 0; n < samples.length; n += 1) {
    const sample = samples[n] ?? 0;
    real += sample * Math.cos(step * n);
    imaginary += sample * Math.sin(step * n);
    power += sample * sample;
  }
  return power === 0 ? 0 : (2 * (real * real + imaginary * imaginary)) / (power * samples.length);
}

/** How long this tone can be heard in a recording, in blocks of 50 ms that hold little else. */
export function toneMs(
  samples: Int16Array,
  options: { readonly hz: number; readonly rateHz: number },
): number {
  const block = Math.round(options.rateHz / 20);
  let blocks = 0;
  for (let start = 0; start + block <= samples.length; start += block) {
    const part = samples.subarray(start, start + block);
    const loud = part.some((sample) => Math.abs(sample) > 1000);
    if (loud && toneShare(part, options) > 0.7) blocks += 1;
  }
  return blocks * 50;
}

const headBytes = 44;

/**
 * Samples of a PCM WAV file, also of one whose writer was stopped before it wrote the lengths into the head.
 * Only the first channel. linphone writes the head of its first recording when the call is over.
 *
 * @param headlessHz rate of a file without a head; it has one channel
 */
export function readGrowingWav(
  path: string,
  headlessHz = 8000,
): { readonly samples: Int16Array; readonly rateHz: number } {
  const octets = readFileSync(path);
  const format = octets.indexOf('fmt ', 0, 'latin1');
  const data = octets.indexOf('data', 12, 'latin1');
  const hasHead = format >= 0 && data >= 0;
  const channels = hasHead ? octets.readUInt16LE(format + 10) : 1;
  const rateHz = hasHead ? octets.readUInt32LE(format + 12) : headlessHz;
  const start = hasHead ? data + 8 : headBytes;
  const frames = Math.max(0, Math.floor((octets.length - start) / (2 * channels)));
  return {
    rateHz,
    samples: Int16Array.from({ length: frames }, (_, n) => octets.readInt16LE(start + n * 2 * channels)),
  };
}
