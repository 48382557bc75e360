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
const hanging = new RegExp(
  `(?:^|\\s)(?:${[
    'and|but|or|so|because|cause|if|then|that|which|whether|than|as|while|until|unless|since|although',
    'um+|uh+|uhm|er+|erm|hm+|like',
    'the|a|an|my|your|our|their|his|its|some|any|every|another|these|those',
    'to|at|on|for|from|with|of|in|by|about|under|into|around|between|without|during',
    'i|we|they|he|she|who|whoever|whose|somebody who|someone who|nobody who',
    "is|are|was|were|am|be|been|will|would|could|can|can't|won't|should|has|have|had|does|do|did|don't|doesn't|didn't",
    "it's|i'm|i'd|i'll|i've|we're|we'd|we've|he's|she's|they're|they'd|there's|that's a|let's",
    'reach|prefer|bring|take|rather|whenever|wherever|wonder|wondering|trying|looking|going|got a|can you|could you|can i|could i|do you|did you|may i|i want|i need|i would|i think|i guess|i believe|i mean|i was told',
    'let me see|let me think|please make it|a quarter to|half past|how about|what about|how much|how many|the reason',
    'mister|mr|mrs|ms|miss|doctor|dr|maybe|perhaps|probably|either|both|very|really quite|tell the|says|said|called me',
  ].join('|')})$`,
  'i',
);
/** "Can I come in", "let us go on": here the little word belongs to the verb. */
const phrasal =
  /\b(?:get|come|go|stop|call|drop|check|move|fill|hold|log|sign|hang|let (?:me|us|him|her|them)) (?:it |me |us )?(?:in|on|by)$/i;
/** "I do", "yes, it is": an answer, although it ends in a word that rarely ends anything. */
const shortAnswer =
  /^(?:(?:yes|yeah|no|sure|of course)[\s,.]+)?(?:(?:i|we|you|he|she|it|they|that) (?:do|did|does|don't|didn't|is|isn't|am|are|was|were|will|won't|would|could|can|can't|should|has|have|haven't)(?: not)?|i (?:don't )?(?:think|guess|hope|suppose|believe) so)$/i;
/** Words that open a sentence more often than they are one. */
const openers =
  /^(?:(?:hi|hello|hey|hi there|good (?:morning|afternoon|evening)|wait|actually|excuse me|well|oh|so|now|listen|look|sorry|i'm sorry|thanks|thank you|okay|ok|alright|all right|yeah|yes|sure)[\s,.!]*)+$/i;
/** Words after which little follows. */
const closing =
  /(?:^|\s)(?:please|thank you(?: (?:very|so) much)?|thanks(?: a lot)?|bye|goodbye|bye bye|see you(?: then| later)?|that's (?:it|all|everything)|that would be all|that's all i needed)$/i;
/** As the recogniser writes a first and a last name. */
const fullName = /\b[A-Z][a-z]+ [A-Z][a-z]+$/;
const day =
  /\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:today|tomorrow|tonight)\b|\b\d{1,2}(?:st|nd|rd|th)\b/i;
const time =
  /\b(?:morning|noon|afternoon|evening|o'clock)\b|\b[ap]\.?m\b|\d[:.]\d\d\b|\bat (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)/i;
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

/** What the words alone make of the end: nothing more can come, more comes, or the sound decides within bounds. */
const bounds = {
  complete: { least: 0.9, most: 1 },
  /** A question, or a phrase that ends what one says. */
  closing: { least: 0.3, most: 1 },
  /** A sentence that could be the whole, and could go on: nobody has to say "and" first. */
  sentence: { least: 0.5, most: 0.9 },
  /** "Yes" or "no" alone: often the whole answer, often its first word. */
  answer: { least: 0.5, most: 0.75 },
  /** So short, or so like a beginning, that more is likely. */
  fragment: { least: 0.4, most: 0.55 },
  /** The recogniser wrote a comma: more often before a pause than at an end, although at many an end as well. */
  suspended: { least: 0.4, most: 0.6 },
  /** Part of what was asked for is missing. */
  incomplete: { least: 0, most: 0.1 },
} as const;
type Shape = keyof typeof bounds;

/**
 * Corrects the model's probability by what was said and what is waited for. Pure.
 *
 * @returns the probability that the caller has finished, 0–1
 */
export function judgeEndOfTurn(evidence: TurnEvidence): { readonly probability: number } {
  const { least, most } = bounds[shapeOf(evidence)];
  return { probability: Math.min(most, Math.max(least, evidence.probability)) };
}

function shapeOf({ text, expecting }: TurnEvidence): Shape {
  const words = text.trim().replace(/[\s.,;:!?…–-]+$/u, '');
  if (hanging.test(words) && !shortAnswer.test(words) && !phrasal.test(words)) return 'incomplete';
  if (expecting === 'digits') {
    const shape = shapeOfDigits(words);
    if (shape) return shape;
  }
  const isSuspended = /,\s*$/.test(text);
  if (expecting === 'yes-no' && answersYesNo.test(words)) {
    if (wordCount(words) > 1) return 'complete';
    return isSuspended ? 'fragment' : 'answer';
  }
  if (expecting === 'name' && isSpelling(words)) return isSpeltOut(words) ? 'complete' : 'incomplete';
  if (expecting === 'name' && fullName.test(words)) return 'closing';
  if (expecting === 'date-time' && day.test(words) && time.test(words)) return 'closing';
  if (isDictating(words)) return 'incomplete';
  if (isSuspended) return wordCount(words) < 3 ? 'fragment' : 'suspended';
  if (closing.test(words)) return 'closing';
  if (openers.test(words)) return 'fragment';
  if (/\?\s*$/.test(text) && wordCount(words) > 2) return 'closing';
  return wordCount(words) < 3 && expecting === 'open' ? 'fragment' : 'sentence';
}

const wordCount = (words: string): number => words.split(/\s+/).length;

/** A North American number has ten digits, or eleven with the country's 1; seven may be a local one. */
function shapeOfDigits(words: string): Shape | null {
  if (/\bnumber$/i.test(words)) return 'incomplete';
  const digits = countDigits(words);
  // A single "one" or "oh" in a sentence is no number.
  if (digits < 2 && !/\d/.test(words)) return null;
  return digits >= 10 ? 'complete' : 'incomplete';
}

/** Letters one by one at the end: "S-A-R", "S, A, R". */
const isSpelling = (words: string): boolean =>
  /(?:^|[\s-])[a-z](?:[\s.,-]+[a-z])+$/i.test(words) || /(?:^|\s)[a-z]$/i.test(words);

/** The letters make a name that was said before: "Smith, S-M-I-T-H". */
function isSpeltOut(words: string): boolean {
  const letters = /((?:^|[\s-])[a-z](?:[\s.,-]+[a-z])+)$/i.exec(words)?.[0] ?? '';
  const spelt = letters.replace(/[^a-z]/gi, '').toLowerCase();
  const said: readonly string[] =
    words
      .slice(0, words.length - letters.length)
      .toLowerCase()
      .match(/[a-z]+/g) ?? [];
  return spelt.length > 2 && said.includes(spelt);
}

/** Somebody who dictates a number unasked pauses between its groups as well. */
function isDictating(words: string): boolean {
  if (!/\b(?:number|phone|call me (?:at|on|back)|code)\b/i.test(words) || !/\d$/.test(words)) return false;
  const digits = countDigits(words);
  return digits > 0 && digits < 10;
}

/** Silence that is certainly long enough, by what is waited for. */
const longestMs: Readonly<Record<Expecting, number>> = {
  open: 1450,
  'yes-no': 1300,
  name: 1450,
  digits: 1500,
  'date-time': 1450,
  choice: 1300,
  nothing: 1300,
};

/** How long a profile lets its agent wait, from the caller's last sound. */
export interface WaitLimits {
  readonly floorMs: number;
  readonly ceilingMs: number;
}

export const defaultWaitLimits: WaitLimits = { floorMs: 250, ceilingMs: 2000 };

/** A probability from which on nothing more is waited for. */
const certain = 0.9;
/** The VAD lets go of a voice about this long after its last sound: its silence is shorter by that. */
export const vadLagMs = 150;
/** Silence, as the VAD counts it, under which nobody has finished. */
export const shortestEndOfTurnMs = 200;

/**
 * Silence, as the VAD counts it, to wait for before the turn counts as finished: the shortest when that is
 * certain, then evenly longer the less likely it is.
 */
export function patienceMs(options: {
  readonly probability: number;
  readonly expecting: Expecting;
  readonly limits: WaitLimits;
}): number {
  const { probability, expecting, limits } = options;
  const shortestMs = Math.max(shortestEndOfTurnMs, limits.floorMs - vadLagMs);
  const mostMs = Math.max(shortestMs, Math.min(longestMs[expecting], limits.ceilingMs - vadLagMs));
  const doubt = Math.max(0, 1 - probability / certain);
  return Math.round(shortestMs + doubt * (mostMs - shortestMs));
}
