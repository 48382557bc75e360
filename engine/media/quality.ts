import type { Codec } from './model.ts';

/*
 * The E-model of ITU-T G.107 with all parameters but delay and equipment at their defaults (§7.7), which leaves
 *   R = 93.2 − Id(one-way delay) − Ie,eff(codec, loss)
 * Sources: Ie,eff of §7.5 (random loss, BurstR = 1); Id by the two-slope approximation of Cole and Rosenbluth
 * (Voice over IP performance monitoring, 2001); R to MOS by G.107 annex B.
 */
const bestR = 93.2;

interface Impairment {
  /** Ie: what the codec costs without loss. */
  readonly codec: number;
  /** Bpl: how well it stands loss, in percent. */
  readonly lossRobustness: number;
  /** Look-ahead, framing and one packet of 20 ms. */
  readonly delayMs: number;
}

/**
 * G.711 with concealment: ITU-T G.113 appendix I, Ie 0, Bpl 25.1. G.722 and Opus: our own setting, not taken from a
 * standard. Both are held to cost nothing against G.711 without loss; G.722, whose concealment is plain repetition, to
 * stand half the loss that G.711 does, and Opus with its error correction twice as much.
 */
const impairments: Readonly<Record<Codec, Impairment>> = {
  PCMU: { codec: 0, lossRobustness: 25.1, delayMs: 20 },
  PCMA: { codec: 0, lossRobustness: 25.1, delayMs: 20 },
  G722: { codec: 0, lossRobustness: 12.6, delayMs: 21.5 },
  opus: { codec: 0, lossRobustness: 50, delayMs: 26.5 },
};

/** A jitter buffer holds about this many times the mean deviation. */
const jitterDepth = 2;
/** One-way delay above which turns begin to collide (G.114). */
const delayKneeMs = 177.3;

export interface QualityInput {
  /** 0–1. */
  readonly lossFraction: number;
  readonly jitterMs: number;
  /** Null when unknown: counted as none. */
  readonly rttMs: number | null;
  readonly codec: Codec;
}

/** Transmission rating R, 0–93.2. */
export function rating({ lossFraction, jitterMs, rttMs, codec }: QualityInput): number {
  const { codec: codecImpairment, lossRobustness, delayMs } = impairments[codec];
  const oneWayMs = atLeast0(rttMs ?? 0) / 2 + atLeast0(jitterMs) * jitterDepth + delayMs;
  const delayImpairment = 0.024 * oneWayMs + 0.11 * atLeast0(oneWayMs - delayKneeMs);
  const lossPercent = Math.min(1, atLeast0(lossFraction)) * 100;
  const effective = codecImpairment + (95 - codecImpairment) * (lossPercent / (lossPercent + lossRobustness));
  return Math.max(0, bestR - delayImpairment - effective);
}

/**
 * Estimated mean opinion score of the listening and talking quality, 1–4.41, on the narrow-band scale: a wideband
 * codec is not told to sound better than a perfect telephone line.
 */
export function mos(input: QualityInput): number {
  const r = rating(input);
  // Annex B; its cubic dips below 1 for R under 6.5.
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}

const atLeast0 = (value: number): number => (Number.isFinite(value) ? Math.max(0, value) : 0);
