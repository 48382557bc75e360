import type { Codec } from '../model.ts';
import { decodePcma, decodePcmu, encodePcma, encodePcmu } from './g711.ts';
import { G722Decoder, G722Encoder } from './g722.ts';

/** One leg's codec, both ways; stateful for G.722 and Opus. Samples are mono, 16-bit, at `sampleRateHz`. */
export interface AudioCoder {
  readonly name: Codec;
  readonly sampleRateHz: 8000 | 16000;
  /** Rate of the RTP timestamp: 8000, also for G.722 (RFC 3551 §4.5.2); 48000 for Opus (RFC 7587 §4.1). */
  readonly rtpClockHz: 8000 | 48000;
  /** Payloads that could not be decoded so far. */
  readonly decodeFailures: number;
  /** 20 ms: 160 or 320 samples. */
  encode(samples: Int16Array): Uint8Array;
  /** Whatever the payload holds (Opus: 2.5–120 ms, mono or stereo), as mono; null for one that cannot be decoded. */
  decode(payload: Uint8Array): Int16Array | null;
  /** Time that a payload fills, without decoding it; 0 when it is no payload of this codec. */
  durationMs(payload: Uint8Array): number;
  /**
   * 20 ms in place of a lost packet where the codec can make them itself (Opus), else null.
   * @param next the payload right after the lost one, when it is here already: Opus may carry the lost one in it (FEC).
   * It must still be given to `decode` afterwards.
   */
  conceal(next?: Uint8Array): Int16Array | null;
  /** Idempotent. */
  close(): void;
}

/** Opus loads its WebAssembly on first use; the others are there at once. */
export async function createCoder(codec: Codec): Promise<AudioCoder> {
  switch (codec) {
    case 'PCMU':
      return new ByteCoder({ name: codec, sampleRateHz: 8000, encode: encodePcmu, decode: decodePcmu });
    case 'PCMA':
      return new ByteCoder({ name: codec, sampleRateHz: 8000, encode: encodePcma, decode: decodePcma });
    case 'G722': {
      const encoder = new G722Encoder();
      const decoder = new G722Decoder();
      return new ByteCoder({
        name: codec,
        sampleRateHz: 16000,
        encode: (samples) => encoder.encode(samples),
        decode: (payload) => decoder.decode(payload),
      });
    }
    case 'opus':
      return (await import('./opus.ts')).createOpusCoder();
  }
}

/** All three codecs of 64 kbit/s. */
const bytesPerMs = 8;

interface ByteCodec {
  readonly name: Codec;
  readonly sampleRateHz: 8000 | 16000;
  readonly encode: (samples: Int16Array) => Uint8Array;
  readonly decode: (payload: Uint8Array) => Int16Array;
}

/** A codec of eight bytes each millisecond, all of whose bytes mean something. */
class ByteCoder implements AudioCoder {
  readonly name: Codec;
  readonly sampleRateHz: 8000 | 16000;
  readonly rtpClockHz = 8000;
  readonly encode: (samples: Int16Array) => Uint8Array;
  private readonly decodeBytes: (payload: Uint8Array) => Int16Array;
  private failures = 0;

  constructor(codec: ByteCodec) {
    this.name = codec.name;
    this.sampleRateHz = codec.sampleRateHz;
    this.encode = codec.encode;
    this.decodeBytes = codec.decode;
  }

  get decodeFailures(): number {
    return this.failures;
  }

  decode(payload: Uint8Array): Int16Array | null {
    if (payload.length > 0) return this.decodeBytes(payload);
    this.failures += 1;
    return null;
  }

  durationMs(payload: Uint8Array): number {
    return payload.length / bytesPerMs;
  }

  conceal(): Int16Array | null {
    return null;
  }

  close(): void {}
}
