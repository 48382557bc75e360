import { pooledSamples } from '../frame.ts';

/**
 * ITU-T G.711. Linear samples are 16-bit; the standard's 14-bit µ-law and 13-bit A-law scales are the upper
 * bits of them. One byte a sample. Tables are made once from the segment rules and never change.
 */

/** µ-law: 8 segments over a biased 13-bit magnitude, all bits inverted on the line (G.711 table 2a/2b). */
const muBias = 33;

function compressMu(sample: number): number {
  const magnitude = Math.min(((sample < 0 ? ~sample : sample) >> 2) + muBias, 0x1fff);
  const segment = 26 - Math.clz32(magnitude);
  const step = (magnitude >> (segment + 1)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

function expandMu(code: number): number {
  const bits = ~code;
  const segment = (bits >> 4) & 0x07;
  const magnitude = ((((bits & 0x0f) << 1) + muBias) << segment) - muBias;
  return (bits & 0x80 ? -magnitude : magnitude) * 4;
}

/** A-law: two linear segments, six that double; even bits inverted on the line (G.711 table 1a/1b). */
const evenBits = 0x55;

function compressA(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  const segment = magnitude < 16 ? 0 : 28 - Math.clz32(magnitude);
  const step = (magnitude >> Math.max(segment - 1, 0)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ evenBits;
}

function expandA(code: number): number {
  const bits = code ^ evenBits;
  const segment = (bits >> 4) & 0x07;
  const step = (bits & 0x0f) << 4;
  const magnitude = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

const compressTable = (compress: (sample: number) => number): Uint8Array =>
  Uint8Array.from({ length: 65536 }, (_, index) => compress((index << 16) >> 16));

const expandTable = (expand: (code: number) => number): Int16Array =>
  Int16Array.from({ length: 256 }, (_, code) => expand(code));

const pcmuCodes = compressTable(compressMu);
const pcmaCodes = compressTable(compressA);
const pcmuLevels = expandTable(expandMu);
const pcmaLevels = expandTable(expandA);

function encode(samples: Int16Array, codes: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(samples.length);
  for (let i = 0; i < samples.length; i += 1) bytes[i] = codes[(samples[i] ?? 0) & 0xffff] ?? 0;
  return bytes;
}

function decode(bytes: Uint8Array, levels: Int16Array): Int16Array {
  const samples = pooledSamples(bytes.length);
  for (let i = 0; i < bytes.length; i += 1) samples[i] = levels[bytes[i] ?? 0] ?? 0;
  return samples;
}

export const encodePcmu = (samples: Int16Array): Uint8Array => encode(samples, pcmuCodes);
export const decodePcmu = (bytes: Uint8Array): Int16Array => decode(bytes, pcmuLevels);
export const encodePcma = (samples: Int16Array): Uint8Array => encode(samples, pcmaCodes);
export const decodePcma = (bytes: Uint8Array): Int16Array => decode(bytes, pcmaLevels);
