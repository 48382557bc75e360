import type { CallSentiment } from '../../store/index.ts';
import { tokenise } from '../understanding/tokens.ts';
import { abuseWords, intensifiers, negations, phraseWeights, wordWeights } from './sentiment-words.ts';

/** How far back a negation or an intensifier reaches, in words. */
const reach = 3;
/** From here on a mood has a name. */
const threshold = 0.2;
/** What words weigh before they are a full mood. */
const half = 3;
/** How much the end of a call counts more than its beginning: people hang up as they feel. */
const endWeight = 2;

interface Weighed {
  readonly weight: number;
  readonly abusive: boolean;
}

/** The mood of the caller's turns, by a list of words with negation and intensifiers. */
export function sentimentOf(turns: readonly string[]): CallSentiment {
  let sum = 0;
  let abusive = false;
  for (const [i, text] of turns.entries()) {
    const said = weigh(text);
    abusive ||= said.abusive;
    sum += said.weight * (1 + ((endWeight - 1) * i) / Math.max(1, turns.length - 1));
  }
  const pulled = abusive ? Math.min(sum, -half) : sum;
  const score = Math.round((pulled / (Math.abs(pulled) + half)) * 100) / 100;
  const label = score >= threshold ? 'positive' : score <= -threshold ? 'negative' : 'neutral';
  return { label, score, abusive };
}

function weigh(text: string): Weighed {
  let weight = 0;
  let abusive = false;
  for (const clause of text.split(/[.!?;,]+|\b(?:but|although|however)\b/i)) {
    const said = weighClause(tokenise(clause).map((token) => token.text));
    weight += said.weight;
    abusive ||= said.abusive;
  }
  return { weight, abusive };
}

function weighClause(words: readonly string[]): Weighed {
  let weight = 0;
  let abusive = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    abusive ||= abuseWords.has(word) && isAimed(words, i);
    const phrase = phraseAt(words, i);
    const own = phrase?.weight ?? wordWeights.get(word) ?? (abuseWords.has(word) ? -2 : 0);
    if (phrase) i += phrase.length - 1;
    if (own === 0) continue;
    const before = words.slice(
      Math.max(0, i - (phrase ? phrase.length - 1 : 0) - reach),
      i - (phrase?.length ?? 1) + 1,
    );
    weight += own * strengthOf(before);
  }
  return { weight, abusive };
}

/** "not good" is somewhat bad, "very good" more than good. */
function strengthOf(before: readonly string[]): number {
  const negated = before.filter((word) => negations.has(word)).length % 2 === 1;
  const times = before.reduce((strength, word) => strength * (intensifiers.get(word) ?? 1), 1);
  return negated ? -0.75 * times : times;
}

/** Swearing at a thing is anger; at "you", or alone, it is abuse. */
const isAimed = (words: readonly string[], i: number): boolean =>
  /^(?:fuck|cunt|bitch|asshole|bastard|motherfucker|dickhead|scum|retard)$/.test(words[i] ?? '') ||
  words.slice(Math.max(0, i - 4), i + 3).some((word) => /^(?:you|you're|your|u)$/.test(word));

function phraseAt(words: readonly string[], i: number): { weight: number; length: number } | null {
  const found = phraseWeights
    .get(words[i] ?? '')
    ?.find((phrase) => phrase.words.every((part, k) => words[i + k] === part));
  return found ? { weight: found.weight, length: found.words.length } : null;
}
