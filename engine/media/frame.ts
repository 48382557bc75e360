import type { Codec, LegRateHz } from './model.ts';

/** Everything in the room goes in frames of 20 ms, mono, 16-bit, at the rate of the leg's codec. */
export const frameMs = 20;
/** Narrow-band telephone audio. */
export const sampleRateHz = 8000;
export const frameSamples = 160;
export const samplesPerMs = 8;

/** What can be said of a codec before its coder is there. */
export interface CodecRates {
  readonly sampleRateHz: LegRateHz;
  /** Of the RTP timestamp: 8000 for G.722 too, by an old mistake (RFC 3551 §4.5.2); 48000 for Opus (RFC 7587 §4.1). */
  readonly rtpClockHz: 8000 | 48000;
}

export const codecRates = {
  PCMU: { sampleRateHz: 8000, rtpClockHz: 8000 },
  PCMA: { sampleRateHz: 8000, rtpClockHz: 8000 },
  G722: { sampleRateHz: 16_000, rtpClockHz: 8000 },
  opus: { sampleRateHz: 16_000, rtpClockHz: 48_000 },
} as const satisfies Record<Codec, CodecRates>;

/** Samples, or ticks of a clock, of one frame. */
export const perFrame = (rateHz: number): number => (rateHz * frameMs) / 1000;

/**
 * Samples for one slot, from the platform's pool of buffers and therefore not zeroed. Memory of its own for each of the
 * tens of thousands of frames that hundreds of legs make in a second keeps the garbage collector busy for longer
 * than a packet may be late.
 */
export function pooledSamples(length: number): Int16Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(length * Int16Array.BYTES_PER_ELEMENT);
  return new Int16Array(buffer, byteOffset, length);
}
