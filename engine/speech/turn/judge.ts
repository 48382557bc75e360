import type { Expecting } from './expecting.ts';
import { logistic } from './logistic.ts';
import { type SaidSoFar, type SentenceShape, shapeOf, wordCount } from './sentence-shape.ts';

export interface TurnEvidence extends SaidSoFar {
  /** What the end-of-turn model makes of the sound, 0–1. */
  readonly sound: number;
  /** What the language model makes of the words: whether the sentence could end here, 0–1; null when it was not asked. */
  readonly sentence: number | null;
  /** How long the caller has spoken since they last fell silent. */
  readonly stretchMs: number;
  /** How often they have begun to speak in this turn, 1 when they have not paused yet. */
  readonly stretches: number;
}

/**
 * Of a logistic regression, found by `test/evals/turn-taking/train-end-of-turn.ts` with other sentences and
 * voices than those that it is measured with.
 */
const weights: readonly number[] = [
  0.43, 0.15, 0.66, 0.09, 1.43, 0.42, 0.18, 0.73, 0.3, 0.07, -1.56, -0.14, 0.42, -0.64, 2.15, 0.36,
];

/** Where the words alone decide. */
const decided: Readonly<Partial<Record<SentenceShape, 'ends' | 'goes on'>>> = {
  complete: 'ends',
  closing: 'ends',
  incomplete: 'goes on',
};
const surelyEnds = 0.93;
const surelyGoesOn = 0.1;
/** A closing that sounds less like an end than that may go on ("yes, that works, but not before ten"). */
const doubtfulSound = 0.3;

/** A typical answer of the language model at the end of a pause. */
const usualSentence = 0.3;

const within = (value: number, least: number, most: number): number => Math.min(most, Math.max(least, value));

/** Where the sound stands among the features. */
export const soundFeature = 1;

/** What the regression looks at. Pure. */
export function turnFeatures(evidence: TurnEvidence): readonly number[] {
  const { sound, sentence, stretchMs, stretches, text } = evidence;
  const shape = shapeOf(evidence);
  const heard = within(sound, 0.005, 0.995);
  const written = within(sentence ?? usualSentence, 0.005, 1);
  return [
    1,
    Math.log(heard / (1 - heard)),
    Math.log(written / usualSentence),
    Math.log((1 + wordCount(text.trim())) / 5),
    Math.log(within(stretchMs, 100, 4000) / 1000),
    ...weighedShapes.map((one) => (one === shape ? 1 : 0)),
    /\?\s*$/.test(text) ? 1 : 0,
    /,\s*$/.test(text) ? 1 : 0,
    stretches > 1 ? 1 : 0,
    Math.log(within(stretches, 1, 6)),
  ];
}

/** The others have bounds of their own. */
const weighedShapes = ['question', 'sentence', 'reply', 'answer', 'fragment', 'number', 'suspended'] as const;

/**
 * Joins what the sound, the words and what is waited for say of the end. Pure.
 *
 * @returns the probability that the caller has finished, 0–1
 */
export function judgeEndOfTurn(evidence: TurnEvidence): { readonly probability: number } {
  const shape = shapeOf(evidence);
  const verdict = shape === 'closing' && evidence.sound < doubtfulSound ? undefined : decided[shape];
  const least = verdict === 'ends' ? surelyEnds : 0;
  const most = verdict === 'goes on' ? surelyGoesOn : 1;
  return { probability: within(logistic(weights, turnFeatures(evidence)), least, most) };
}

/** What the language model takes the caller's words for an answer to. */
export const questions: Readonly<Record<Expecting, string>> = {
  open: 'How can I help you?',
  'yes-no': 'Is that right?',
  name: 'May I have your name, please?',
  digits: 'What is your phone number?',
  'date-time': 'What day and time would you like?',
  choice: 'Which one would you like?',
  nothing: 'You are all set. Is there anything else?',
};

/** Whether the language model's opinion could change anything. Pure. */
export const asksForSentence = (said: SaidSoFar): boolean => decided[shapeOf(said)] === undefined;

/** Silence that is certainly long enough, by what is waited for. */
const longestMs: Readonly<Record<Expecting, number>> = {
  open: 1050,
  'yes-no': 950,
  name: 1150,
  digits: 1300,
  'date-time': 1050,
  choice: 950,
  nothing: 950,
};

/** How long a profile lets its agent wait, from the caller's last sound. */
export interface WaitLimits {
  readonly floorMs: number;
  readonly ceilingMs: number;
}

export const defaultWaitLimits: WaitLimits = { floorMs: 250, ceilingMs: 2000 };

/**
 * How soon odds shorten the wait: at 1 / haste to one nothing more is waited for. A pause that lasts makes the end
 * likelier by itself, so that the wait falls with the odds and not with the probability.
 */
const haste = 0.09;
/** Longer where the words cannot be the end: whoever says "let me think" thinks. */
const unfinishedMs = 200;
/** The VAD lets go of a voice about this long after its last sound: its silence is shorter by that. */
export const vadLagMs = 150;
/** Silence, as the VAD counts it, under which nobody has finished. */
export const shortestEndOfTurnMs = 200;

/**
 * Silence, as the VAD counts it, to wait for before the turn counts as finished: the shortest when that is
 * certain, longer the lower the odds are.
 */
export function patienceMs(options: {
  readonly probability: number;
  readonly expecting: Expecting;
  readonly limits: WaitLimits;
}): number {
  const { probability, expecting, limits } = options;
  const shortestMs = Math.max(shortestEndOfTurnMs, limits.floorMs - vadLagMs);
  const longest = longestMs[expecting] + (probability <= surelyGoesOn ? unfinishedMs : 0);
  const mostMs = Math.max(shortestMs, Math.min(longest, limits.ceilingMs - vadLagMs));
  const doubt = 1 - Math.min(1, (haste * probability) / Math.max(1e-6, 1 - probability));
  return Math.round(shortestMs + doubt * (mostMs - shortestMs));
}
