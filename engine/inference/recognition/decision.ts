import type { Expected, ExpectedOne } from '../contract.ts';
import type { Hypothesis } from './beam.ts';

/** What a recogniser hears when nothing is listened for. */
export interface FreeText {
  readonly text: string;
  readonly logProbability: number;
  /** Mean token probability, 0–1. */
  readonly confidence: number;
}

export interface Decided {
  readonly text: string;
  /** 0–1. */
  readonly confidence: number;
  /** What it may have been instead, the most probable first. */
  readonly alternatives: readonly string[];
}

/**
 * By how much (natural logarithm) a text that was listened for may be less probable than the free one, where that is
 * quite sure of itself and where it is not. Fitted on callers' answers over a telephone line, such as were listened
 * for and others.
 */
const tolerance: Readonly<Record<ExpectedOne['kind'], { readonly sure: number; readonly unsure: number }>> = {
  // a recogniser has read few names, and makes other words of them with an easy mind
  name: { sure: 10, unsure: 10 },
  digits: { sure: 10, unsure: 14 },
  email: { sure: 7, unsure: 12 },
  phrases: { sure: 2, unsure: 6 },
};
/** A free text that is as confident as the one is sure, as the other unsure. */
const certainty = { sure: 0.78, unsure: 0.55 } as const;
/** Where the free text looks like a name, it is believed much more. */
const nameTolerance = 4;
const mostAlternatives = 5;

/** A text that was listened for. */
export interface Found {
  readonly hypothesis: Hypothesis;
  readonly text: string;
  readonly kind: ExpectedOne['kind'];
}

/** Chooses between the free text and those that were listened for. */
export function decide(free: FreeText, found: readonly Found[], expected: Expected): Decided {
  const wrong = wrongNames(expected);
  const isWrong = (text: string): boolean => wrong.some((name) => bare(text).endsWith(name));
  const listened = merged(found).filter(({ text }) => !isWrong(text));
  const [best] = listened;
  const nothingElse = { text: free.text, confidence: free.confidence, alternatives: [] };
  if (!best) return nothingElse;
  const allowed = allowedFor(isWrong(free.text) ? '' : free.text, { ...free, kind: best.kind });
  const gap = best.logProbability - free.logProbability + allowed;
  const others = listened.slice(1, mostAlternatives).map(({ text }) => text);
  const same = bare(best.text) === bare(free.text);
  if (same)
    return { text: free.text, confidence: Math.max(free.confidence, sigmoid(gap)), alternatives: others };
  if (gap < 0) return { ...nothingElse, alternatives: gap > -allowed ? [best.text, ...others] : [] };
  return { text: best.text, confidence: sigmoid(gap), alternatives: [...others, free.text] };
}

const wrongNames = (expected: Expected): readonly string[] =>
  (expected.kind === 'any' ? expected.of : [expected]).flatMap((one) =>
    one.kind === 'name' ? (one.not ?? []) : [],
  );

function allowedFor(
  text: string,
  { confidence, kind }: { readonly confidence: number; readonly kind: ExpectedOne['kind'] },
): number {
  if (kind === 'name' && looksLikeName(text)) return nameTolerance;
  const { sure, unsure } = tolerance[kind];
  const doubt = (certainty.sure - confidence) / (certainty.sure - certainty.unsure);
  return sure + (unsure - sure) * Math.max(0, Math.min(1, doubt));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const bare = (text: string): string => text.replace(/[.,!?]+$/, '');

/** Two or three capitalised words, and nothing else behind the usual ones. */
const looksLikeName = (text: string): boolean =>
  /^(?:(?:my name is|this is|it's|the name is|i'm|yes|yeah|sure|no, (?:it's|the name is|my name is)),? )?\p{Lu}\p{Ll}+(?:[- ](?:Mc|O')?\p{Lu}\p{Ll}+){1,2}[.,!]?$/u.test(
    text,
  );

interface Merged {
  readonly text: string;
  readonly kind: ExpectedOne['kind'];
  readonly logProbability: number;
  readonly score: number;
}

/** Texts that differ in their last mark are one; their probabilities add up. */
function merged(found: readonly Found[]): readonly Merged[] {
  const texts = new Map<string, Merged>();
  for (const { hypothesis, text, kind } of found) {
    const { logProbability, score } = hypothesis;
    const known = texts.get(bare(text));
    texts.set(
      bare(text),
      known
        ? {
            ...known,
            logProbability: addLogs(known.logProbability, logProbability),
            score: addLogs(known.score, score),
          }
        : { text, kind, logProbability, score },
    );
  }
  return [...texts.values()].toSorted((one, other) => other.score - one.score);
}

const addLogs = (one: number, other: number): number =>
  Math.max(one, other) + Math.log1p(Math.exp(-Math.abs(one - other)));
