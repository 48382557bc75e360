import type { Expecting } from './expecting.ts';

export interface TurnEvidence {
  /** What the end-of-turn model makes of the sound, 0–1. */
  readonly probability: number;
  /** What the dialogue waits for. */
  readonly expecting: Expecting;
  /** The caller's words so far in this turn, as the recogniser wrote them. */
  readonly text: string;
}

/** Words after which nobody has finished. */
const hanging =
  /(?:^|\s)(?:and|but|or|so|because|if|then|that|which|um+|uh+|uhm|er+|hm+|the|a|an|to|at|on|for|from|with|of|in|by|my|your|is|are|it's|i'm|i am|i'd|i'd like|i'd like to|can you|could you|can i|could i|i want|i need|let me see|let's see|please make it)$/i;
/** Words that open a sentence more often than they are one. */
const openers =
  /^(?:(?:hi|hello|hey|hi there|good (?:morning|afternoon|evening)|wait|actually|excuse me|well|oh|so|now|listen|look|sorry|i'm sorry|thanks|thank you|okay|ok|alright|all right|yeah|yes|sure)[\s,.!]*)+$/i;
const answersYesNo =
  /^(?:(?:um+|uh+|oh|well|okay|ok)[\s,]+)?(?:yes|yeah|yep|yup|no|nope|nah|sure|right|correct|exactly|okay|ok|please|absolutely|definitely|of course|not really|no thanks|no thank you|yes please|that's (?:right|correct|fine|it|wrong|not right)|that works|sounds good|go ahead)\b/i;
const digitWords: Readonly<Record<string, number>> = {
  zero: 1,
  oh: 1,
  one: 1,
  two: 1,
  three: 1,
  four: 1,
  five: 1,
  six: 1,
  seven: 1,
  eight: 1,
  nine: 1,
};

/** Digits in the text, written or spoken one by one ("4 1 5", "415-555", "four one five", "double five"). */
export function countDigits(text: string): number {
  let count = text.replace(/\D/g, '').length;
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  words.forEach((word, index) => {
    count += digitWords[word] ?? 0;
    if ((word === 'double' || word === 'triple') && digitWords[words[index + 1] ?? '']) {
      count += word === 'double' ? 1 : 2;
    }
  });
  return count;
}

/**
 * Corrects the model's probability by what was said and what is waited for. Pure.
 *
 * @returns the probability that the caller has finished, 0–1
 */
export function judgeEndOfTurn(evidence: TurnEvidence): { readonly probability: number } {
  const words = evidence.text.trim().replace(/[\s.,;:!?…–-]+$/u, '');
  const p = evidence.probability;
  if (hanging.test(words)) return { probability: Math.min(p, 0.15) };
  // The recogniser itself writes a comma where it heard that more comes.
  if (/,\s*$/.test(evidence.text) && evidence.expecting !== 'digits') {
    return { probability: Math.min(p, evidence.expecting === 'yes-no' ? 0.4 : 0.25) };
  }
  switch (evidence.expecting) {
    case 'yes-no':
      return { probability: answersYesNo.test(words) ? Math.max(p, 0.9) : Math.max(p, 0.35) };
    case 'digits':
      return { probability: judgeDigits(words, p) };
    case 'name':
      return { probability: judgeName(words, p) };
    default:
      return { probability: judgeOpen(words, p) };
  }
}

/** A North American number has ten digits, or eleven with the country's 1; seven may be a local one. */
function judgeDigits(words: string, p: number): number {
  const digits = countDigits(words);
  // A single "one" or "oh" in a sentence is no number.
  if (digits < 2 && !/\d/.test(words)) return p;
  if (digits >= 10) return Math.max(p, 0.9);
  return Math.min(p, digits === 7 ? 0.25 : 0.1);
}

function judgeName(words: string, p: number): number {
  const spelling = /(?:^|[\s-])[a-z](?:[\s.,-]+[a-z])+$/i.test(words) || /(?:^|\s)[a-z]$/i.test(words);
  if (spelling) return Math.min(p, 0.3);
  return words.includes(' ') ? Math.max(p, 0.4) : p;
}

/** Somebody who dictates a number unasked pauses between its groups as well. */
function judgeOpen(words: string, p: number): number {
  if (openers.test(words)) return Math.min(p, 0.35);
  const dictating = /\b(?:number|phone|call me (?:at|on|back))\b/i.test(words) && /[\d]$/.test(words);
  const digits = countDigits(words);
  return dictating && digits > 0 && digits < 10 ? Math.min(p, 0.2) : p;
}

/** Silence that is certainly long enough, by what is waited for. */
const longestMs: Readonly<Record<Expecting, number>> = {
  open: 1500,
  'yes-no': 900,
  name: 1700,
  digits: 2000,
  'date-time': 1500,
  choice: 1300,
  nothing: 1200,
};

/** A probability from which on nothing more is waited for. */
const certain = 0.7;

/**
 * Total silence to wait for before the turn counts as finished: `shortestMs` when that is certain, then
 * evenly longer the less likely it is.
 */
export function patienceMs(options: {
  readonly probability: number;
  readonly expecting: Expecting;
  readonly shortestMs: number;
}): number {
  const { probability, expecting, shortestMs } = options;
  const doubt = Math.max(0, 1 - probability / certain);
  return Math.round(shortestMs + doubt * Math.max(0, longestMs[expecting] - shortestMs));
}

/** No turn is held open longer than this. */
export const longestPatienceMs = Math.max(...Object.values(longestMs));
