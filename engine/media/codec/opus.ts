import {
  Application,
  createDecoder,
  createEncoder,
  type OpusDecoderHandle,
  type OpusEncoderHandle,
  Signal,
} from 'libopus-wasm';
import type { AudioCoder } from './coder.ts';

const sampleRateHz = 16000;
const frameSamples = 320;
/** Longest packet (RFC 6716 §3.2.5): 120 ms. */
const mostMs = 120;
/** Wideband speech with room for the forward error correction. */
const bitrate = 24000;
/** Loss the encoder reckons with: from about 5 % on it spends bits on error correction. */
const expectedLossPercent = 10;
/** 0–10. At 16 kHz the higher ones sound the same on speech and cost twice the time. */
const complexity = 5;

/** Frame lengths of the SILK, hybrid and CELT configurations (RFC 6716 §3.1, table 2). */
const silkMs = [10, 20, 40, 60];
const hybridMs = [10, 20];
const celtMs = [2.5, 5, 10, 20];

function frameMsOf(configuration: number): number {
  if (configuration < 12) return silkMs[configuration & 3] ?? 0;
  if (configuration < 16) return hybridMs[configuration & 1] ?? 0;
  return celtMs[configuration & 3] ?? 0;
}

/** Time a packet fills (RFC 6716 §3.1, §3.2); 0 when its head breaks the rules. */
export function opusDurationMs(payload: Uint8Array): number {
  const [head, count] = payload;
  if (head === undefined) return 0;
  const packing = head & 3;
  const frames = packing === 0 ? 1 : packing < 3 ? 2 : (count ?? 0) & 0x3f;
  const durationMs = frames * frameMsOf(head >> 3);
  return durationMs <= mostMs ? durationMs : 0;
}

/** Opus (RFC 6716) for speech over RTP (RFC 7587): 16 kHz mono, 20 ms, in-band FEC, no DTX. */
class OpusCoder implements AudioCoder {
  readonly name = 'opus';
  readonly sampleRateHz = sampleRateHz;
  readonly rtpClockHz = 48000;
  private failures = 0;
  private readonly encoder: OpusEncoderHandle;
  private readonly decoder: OpusDecoderHandle;

  constructor(encoder: OpusEncoderHandle, decoder: OpusDecoderHandle) {
    this.encoder = encoder;
    this.decoder = decoder;
  }

  get decodeFailures(): number {
    return this.failures;
  }

  encode(samples: Int16Array): Uint8Array {
    return this.encoder.encode(samples);
  }

  decode(payload: Uint8Array): Int16Array | null {
    // Checked before: libopus takes an empty payload for a lost one.
    if (this.durationMs(payload) > 0) {
      const samples = this.attempt(() => this.decoder.decode(payload));
      if (samples) return samples;
    }
    this.failures += 1;
    return null;
  }

  durationMs(payload: Uint8Array): number {
    return opusDurationMs(payload);
  }

  conceal(next?: Uint8Array): Int16Array | null {
    if (next && this.durationMs(next) > 0) {
      const samples = this.attempt(() =>
        this.decoder.decode(next, { decodeFec: true, frameSize: frameSamples }),
      );
      if (samples) return samples;
    }
    return this.attempt(() => this.decoder.decodePacketLoss(frameSamples));
  }

  close(): void {
    this.encoder.free();
    this.decoder.free();
  }

  /** What strangers send must not end the leg: libopus refuses broken packets by throwing. */
  private attempt(decode: () => Int16Array): Int16Array | null {
    try {
      return decode();
    } catch {
      return null;
    }
  }
}

export async function createOpusCoder(): Promise<AudioCoder> {
  const encoder = await createEncoder({
    application: Application.Voip,
    signal: Signal.Voice,
    sampleRate: sampleRateHz,
    channels: 1,
    frameSize: frameSamples,
    bitrate,
    complexity,
    fec: true,
    packetLossPercent: expectedLossPercent,
    dtx: false,
  });
  const decoder = await createDecoder({
    sampleRate: sampleRateHz,
    channels: 1,
    maxFrameSize: (mostMs * sampleRateHz) / 1000,
  });
  return new OpusCoder(encoder, decoder);
}
