import type { SynthesisedSpeech } from '../contract.ts';
import { sentencesOf } from '../phonemes.ts';

/** One loaded voice: text of a sentence in, audio out. */
export interface Voice {
  readonly sampleRateHz: number;
  readonly device: string;
  readonly deviceReason?: string;
  close(): Promise<void>;
  /** @returns mono audio, any level */
  speak(sentence: string, speed: number): Promise<Float32Array>;
}

/** What stays of the silence before the first sound and after the last. */
const marginMs = 30;
/** Pause between two sentences. */
const pauseMs = 220;
/** Highest sample of a sentence, of full scale: leaves room for what the codec and the line add. */
const peakLevel = 0.7;

/**
 * The part of the audio that can be heard, with a short margin. Voices begin and end with silence of a
 * few hundred milliseconds, which a caller would wait through.
 */
export function trimSilence(samples: Float32Array, sampleRateHz: number): Float32Array {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const audible = peak * 0.012;
  const isHeard = (sample: number) => Math.abs(sample) > audible;
  const first = samples.findIndex(isHeard);
  if (first < 0) return samples.subarray(0, 0);
  const margin = Math.round((sampleRateHz * marginMs) / 1000);
  return samples.subarray(Math.max(0, first - margin), samples.findLastIndex(isHeard) + 1 + margin);
}

/** Brings the highest sample to `peakLevel` of full scale, as 16-bit numbers. */
export function levelled(samples: Float32Array): Int16Array {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  const scale = peak > 0 ? (peakLevel * 32_767) / peak : 0;
  const whole = new Int16Array(samples.length);
  // A loop: `from` takes some milliseconds for a sentence, and the caller waits.
  for (let i = 0; i < samples.length; i += 1) whole[i] = Math.round((samples[i] ?? 0) * scale);
  return whole;
}

/**
 * Speaks a text sentence by sentence, so that it can be stopped in between.
 *
 * @throws the signal's reason when it is aborted
 */
export async function speakText(
  voice: Pick<Voice, 'sampleRateHz' | 'speak'>,
  request: { readonly text: string; readonly speed: number },
  signal: AbortSignal,
): Promise<SynthesisedSpeech> {
  const startedMs = performance.now();
  const pause = new Int16Array(Math.round((voice.sampleRateHz * pauseMs) / 1000));
  const parts: Int16Array[] = [];
  for (const sentence of sentencesOf(request.text)) {
    signal.throwIfAborted();
    const audio = trimSilence(await voice.speak(sentence, request.speed), voice.sampleRateHz);
    if (parts.length > 0) parts.push(pause);
    parts.push(levelled(audio));
  }
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, sampleRateHz: voice.sampleRateHz, modelMs: performance.now() - startedMs };
}
