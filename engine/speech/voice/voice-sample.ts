import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Speech } from '../ports.ts';

/** What a recording of a voice is like. Levels are dB below full scale. */
export interface SampleReport {
  readonly lengthMs: number;
  readonly speechMs: number;
  /** RMS over what is spoken; −100 for silence. */
  readonly speechDbfs: number;
  /** Of the pauses. */
  readonly noiseDbfs: number;
  /** Share of samples that lie at the end of the scale, 0–1. */
  readonly clippedShare: number;
}

export type SampleTrouble =
  | 'too-short'
  | 'too-long'
  | 'silent'
  | 'quiet'
  | 'clipped'
  | 'noisy'
  | 'little-speech'
  | 'low-rate';

/** What a recording has to be like: the sample of a voice, or the sentence of consent. */
export interface SampleLimits {
  readonly minMs: number;
  readonly maxMs: number;
  readonly minRateHz: number;
  /** Least share of speech in it, 0–1. */
  readonly speechShare: number;
  /** Least distance from the speech to the noise in its pauses. */
  readonly aboveNoiseDb: number;
}

export const sampleLimits: SampleLimits = {
  minMs: 20_000,
  maxMs: 60_000,
  minRateHz: 16_000,
  speechShare: 0.5,
  aboveNoiseDb: 15,
};

/** Consent only has to be understood. */
export const consentLimits: SampleLimits = {
  minMs: 2000,
  maxMs: 28_000,
  minRateHz: 8000,
  speechShare: 0.2,
  aboveNoiseDb: 6,
};

const frameMs = 20;
/** Frames that are measured in one go: the engine's loop is held for about a millisecond. */
const pieceFrames = 50;
const silenceDbfs = -100;
/** Speech is at least this far above the noise, and not quieter than a whisper far away. */
const aboveNoiseDb = 10;
const faintestSpeechDbfs = -55;
const quietSpeechDbfs = -38;
/** What an amplifier that is driven too far leaves at the end of the scale; a single peak is no harm. */
const clippedFrom = 32_500;
const clippedAllowed = 0.001;

/** Measures a recording, in pieces. */
export async function measureSample({ samples, sampleRateHz }: Speech): Promise<SampleReport> {
  const length = Math.round((sampleRateHz * frameMs) / 1000);
  const energies: number[] = [];
  let clipped = 0;
  for (let at = 0; at + length <= samples.length; at += length) {
    let energy = 0;
    for (let i = at; i < at + length; i += 1) {
      const sample = samples[i] ?? 0;
      energy += sample * sample;
      if (Math.abs(sample) >= clippedFrom) clipped += 1;
    }
    energies.push(energy / length);
    if (energies.length % pieceFrames === 0) await nextTurn();
  }
  const sorted = [...energies].sort((a, b) => a - b);
  const noiseDbfs = dbfs(sorted[Math.floor(sorted.length / 20)] ?? 0);
  const from = Math.max(noiseDbfs + aboveNoiseDb, faintestSpeechDbfs);
  // Somebody who reads without a pause leaves no noise to measure: the quietest part is speech as well.
  const loudest = dbfs(sorted[Math.floor(sorted.length * 0.95)] ?? 0);
  const speech = energies.filter(
    (energy) => dbfs(energy) > Math.min(from, Math.max(loudest - 20, faintestSpeechDbfs)),
  );
  return {
    lengthMs: Math.round((samples.length / sampleRateHz) * 1000),
    speechMs: speech.length * frameMs,
    speechDbfs: dbfs(speech.reduce((sum, energy) => sum + energy, 0) / Math.max(1, speech.length)),
    noiseDbfs,
    clippedShare: clipped / Math.max(1, samples.length),
  };
}

const dbfs = (energy: number): number =>
  energy > 0 ? Math.max(silenceDbfs, 10 * Math.log10(energy / 32_768 ** 2)) : silenceDbfs;

/** The first thing that is wrong with a recording, worst first; null for a good one. */
export function troubleOf(
  { lengthMs, speechMs, speechDbfs, noiseDbfs, clippedShare }: SampleReport,
  sampleRateHz: number,
  limits: SampleLimits,
): SampleTrouble | null {
  if (sampleRateHz < limits.minRateHz) return 'low-rate';
  if (speechMs < 500) return 'silent';
  if (lengthMs < limits.minMs) return 'too-short';
  if (lengthMs > limits.maxMs) return 'too-long';
  if (clippedShare > clippedAllowed) return 'clipped';
  if (speechDbfs < quietSpeechDbfs) return 'quiet';
  if (speechDbfs - noiseDbfs < limits.aboveNoiseDb) return 'noisy';
  return speechMs < lengthMs * limits.speechShare ? 'little-speech' : null;
}
