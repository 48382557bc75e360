import type { Expecting } from './expecting.ts';

/** What the words alone make of the end of a turn. */
export type SentenceShape =
  /** Nothing more can come. */
  | 'complete'
  /** A phrase that ends what one says, or the whole of what was asked for. */
  | 'closing'
  /** The recogniser heard a question. */
  | 'question'
  /** A sentence that could be the whole, and could go on: nobody has to say "and" first. */
  | 'sentence'
  /** An answer to a yes-or-no question, in more words than that. */
  | 'reply'
  /** "Yes" or "no" alone: often the whole answer, often its first word. */
  | 'answer'
  /** So short, or so like a beginning, that more is likely. */
  | 'fragment'
  /** Nearly all the digits of a number: a local one, or one of which some were misheard. */
  | 'number'
  /** The recogniser wrote a comma: more often before a pause than at an end, although at many an end as well. */
  | 'suspended'
  /** Part of what was asked for is missing. */
  | 'incomplete';

/** What was said, and what it answers. */
export interface SaidSoFar {
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
/** "Can I come in", "let us go on", "a receipt for that": here the little word belongs to what stands before it. */
const phrasal =
  /\b(?:get|come|go|stop|call|drop|check|move|fill|hold|log|sign|hang|let (?:me|us|him|her|them)) (?:it |me |us )?(?:in|on|by)$|\b(?:for|about|of|like|with|do|want|need|know) that$|\bcalling from$/i;
/** "I do", "yes, it is": an answer, although it ends in a word that rarely ends anything. */
const shortAnswer =
  /^(?:(?:yes|yeah|no|sure|of course)[\s,.]+)?(?:(?:i|we|you|he|she|it|they|that) (?:do|did|does|don't|didn't|is|isn't|am|are|was|were|will|won't|would|could|can|can't|should|has|have|haven't)(?: not)?|i (?:don't )?(?:think|guess|hope|suppose|believe) so)$/i;
/** Words that open a sentence more often than they are one. */
const openers =
  /^(?:(?:hi|hello|hey|hi there|good (?:morning|afternoon|evening)|wait|actually|excuse me|well|oh|so|now|listen|look|sorry|i'm sorry|thanks|thank you|okay|ok|alright|all right|yeah|yes|sure)[\s,.!]*)+$/i;
/** Words after which little follows. */
const closing =
  /(?:^|\s)(?:please|thank you(?: (?:very|so) much)?|thanks(?: a lot)?|bye|goodbye|bye bye|see you(?: then| later)?|that's (?:it|all|everything)|that (?:is|would be|will be) (?:it|all|everything)|that's all i needed)$/i;
/** To a yes-or-no question: all of the answer. */
const settles =
  /^(?:(?:yes|yeah|yep|no|okay|ok|sure|um+|uh+|oh)[\s.,]+)*(?:that's (?:right|correct|fine|good|great|perfect)|that is (?:right|correct|fine)|that works|sounds good|go ahead|i do|it is|of course|absolutely|definitely|exactly)$/i;
/** As the recogniser writes a first and a last name. */
const fullName = /\b[A-Z][a-z]+\.? [A-Z][a-z]+$/;
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

/** Pure. */
export function shapeOf({ text, expecting }: SaidSoFar): SentenceShape {
  // A recogniser writes quotation marks now and then.
  const words = text.replace(/^[\s'"“‘]+|[\s.,;:!?…–'"”’-]+$/gu, '');
  if (hanging.test(words) && !shortAnswer.test(words) && !phrasal.test(words)) return 'incomplete';
  if (expecting === 'digits') {
    const shape = shapeOfDigits(words);
    if (shape) return shape;
  }
  const isSuspended = /,[\s'"”’]*$/.test(text);
  if (closing.test(words) || (expecting === 'yes-no' && settles.test(words))) return 'closing';
  if (expecting === 'yes-no' && answersYesNo.test(words)) {
    if (wordCount(words) > 1) return 'reply';
    return isSuspended ? 'fragment' : 'answer';
  }
  if (expecting === 'name' && isSpelling(words)) return isSpeltOut(words) ? 'complete' : 'incomplete';
  if (expecting === 'name' && fullName.test(words)) return 'closing';
  if (expecting === 'date-time' && day.test(words) && time.test(words)) return 'closing';
  if (isDictating(words)) return 'incomplete';
  if (isSuspended) return wordCount(words) < 3 ? 'fragment' : 'suspended';
  if (openers.test(words)) return 'fragment';
  if (/\?[\s'"”’]*$/.test(text) && wordCount(words) > 2) return 'question';
  return wordCount(words) < 3 && expecting === 'open' ? 'fragment' : 'sentence';
}

export const wordCount = (words: string): number => words.split(/\s+/).length;

/** A North American number has ten digits, or eleven with the country's 1; seven may be a local one. */
function shapeOfDigits(words: string): SentenceShape | null {
  if (/\bnumber$/i.test(words)) return 'incomplete';
  const digits = countDigits(words);
  // A single "one" or "oh" in a sentence is no number.
  if (digits < 2 && !/\d/.test(words)) return null;
  if (digits >= 10) return 'complete';
  return digits >= 7 ? 'number' : 'incomplete';
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
