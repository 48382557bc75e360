import { cardinalAt, ordinalAt } from '../understanding/numbers.ts';
import { digitRuns } from './digits.ts';
import { type Finding, type Looked, wordsAround } from './finding.ts';
import { healthWords } from './health-words.ts';
import type { Word } from './words.ts';

/** Details that are told by the words before them. */

const codeWords =
  / (?:cvv|cvc|cvv2|csc|c v v|c v c|security (?:code|number)|verification (?:code|number)|(?:code|number|digits) on the back|back of (?:the|my|your) card|three digits?) /;
const expiryWords =
  / (?:expiry|expiration|expires|expire|expiring|exp|valid (?:until|through|thru|till|to)|good through) /;
const cardWords = / (?:card|visa|mastercard|amex|discover|debit|credit) /;

/** The code on the back, and until when a card is valid. */
export function findCardSecurity({ words, runs, asked }: Looked): readonly Finding[] {
  const cardAt = (from: number, to: number): boolean =>
    cardWords.test(asked + wordsAround(words, from, to)) ||
    words.slice(Math.max(0, from), to).some((word) => word.marker === 'card');
  return runs.flatMap((run): readonly Finding[] => {
    const { from, to, digits } = run;
    const before = asked + wordsAround(words, from - 8, from);
    const after = wordsAround(words, to, to + 6);
    const isCode =
      digits.length >= 3 && digits.length <= 4 && (codeWords.test(before) || codeWords.test(after));
    if (isCode) return [{ kind: 'card-security', from, to }];
    const isExpiry = expiryWords.test(before) && cardAt(from - 24, to + 12) && digits.length <= 6;
    if (!isExpiry) return [];
    const first = isMonth(words[from - 1]) ? from - 1 : from;
    return [{ kind: 'card-security', from: first, to }];
  });
}

const secretNames: readonly (readonly string[])[] = [
  ['password'],
  ['passcode'],
  ['passphrase'],
  ['pass', 'code'],
  ['pin'],
  ['pin', 'number'],
  ['access', 'code'],
  ['gate', 'code'],
  ['door', 'code'],
  ['alarm', 'code'],
  ['security', 'word'],
  ['memorable', 'word'],
];
const linkWords = new Set([
  'is',
  'its',
  "it's",
  'was',
  'will',
  'be',
  'would',
  'as',
  'that',
  "that's",
  'to',
  'number',
  'code',
  'uh',
  'um',
  'the',
  'my',
]);
const noSecret = new Set(
  `not wrong required needed incorrect expired same what invalid locked reset forgotten lost something anything nothing
   working please again correct right or and but if on for in at with when where how why which who a an hard easy too
   very really still always never also just so being used using changed i you he she it we they secret`.split(
    /\s+/,
  ),
);
const longestSecretWords = 8;

/** What follows "my password is", up to the end of the clause. */
export function findSecrets({ words, runs, asked }: Looked): readonly Finding[] {
  const found: Finding[] = [];
  for (let i = 0; i < words.length; i++) {
    const name = secretNames
      .filter((parts) => parts.every((part, k) => words[i + k]?.text === part))
      .toSorted((one, other) => other.length - one.length)[0];
    if (!name) continue;
    const from = afterLinks(words, i + name.length);
    const to = from === null ? null : clauseEnd(words, from);
    if (from === null || to === null || to <= from) continue;
    found.push({ kind: 'secret', from, to });
    i = to - 1;
  }
  const wasAsked =
    / (?:password|passcode|passphrase|pin|access code|gate code|door code|alarm code|memorable word) /.test(
      asked,
    );
  if (wasAsked && found.length === 0) {
    for (const { from, to, digits } of runs) {
      if (digits.length >= 3 && digits.length <= 12) found.push({ kind: 'secret', from, to });
    }
  }
  return found;
}

/** A secret is told by "is" or a colon, or is figures right behind its name. */
function afterLinks(words: readonly Word[], at: number): number | null {
  let i = at;
  let isTold = false;
  while (linkWords.has(words[i]?.text ?? '')) {
    isTold ||= /^(?:is|was|it's|its|that's)$/.test(words[i]?.text ?? '');
    i++;
  }
  const word = words[i];
  if (!word || word.marker) return null;
  const told = isTold || /^\s*[:=]\s*$/.test(word.gap);
  const isFigure = digitRuns(words.slice(i, i + 2))[0]?.from === 0 || /\d/.test(word.text);
  if (!told && !isFigure) return null;
  return noSecret.has(word.text) && !isFigure ? null : i;
}

function clauseEnd(words: readonly Word[], from: number): number {
  // Figures go on across commas and stops, words do not.
  const run = digitRuns(words.slice(from))[0];
  let to = run?.from === 0 ? from + run.to : from + 1;
  while (to < words.length && to - from < longestSecretWords) {
    const word = words[to];
    if (
      !word ||
      word.marker ||
      /[.,;!?\n]/.test(word.gap) ||
      /^(?:and|but|so|then|or|please|thanks)$/.test(word.text)
    )
      break;
    to++;
  }
  return to;
}

const birthWords =
  / (?:date of birth|birth date|birthdate|birthday|dob|d o b|born|born on|born in|birthday's) /;
const months = new Set(
  `january february march april may june july august september october november december jan feb mar apr jun jul aug
   sep sept oct nov dec`.split(/\s+/),
);
const isMonth = (word: Word | undefined): boolean => word !== undefined && months.has(word.text);
const betweenDateParts = new Set([
  'of',
  'the',
  'and',
  'in',
  'nineteen',
  'hundred',
  'thousand',
  'um',
  'uh',
  'slash',
  'dash',
]);

/** The date behind "born" or "date of birth". */
export function findBirthDates({ words, asked }: Looked): readonly Finding[] {
  const found: Finding[] = [];
  for (let i = 0; i < words.length; i++) {
    if (!isDatePart(words, i)) continue;
    const before = wordsAround(words, i - 7, i);
    const isTold = birthWords.test(before) || (birthWords.test(asked) && found.length === 0);
    const to = dateEnd(words, i);
    const isDate = words.slice(i, to).some((word) => isMonth(word)) || digitsIn(words, i, to) >= 4;
    if (isTold && isDate) found.push({ kind: 'birth-date', from: i, to });
    i = to - 1;
  }
  return found;
}

const isDatePart = (words: readonly Word[], i: number): boolean =>
  isMonth(words[i]) ||
  /^\d{1,8}(?:st|nd|rd|th)?$/.test(words[i]?.text ?? '') ||
  ordinalAt(tokensAt(words, i), 0) !== null ||
  cardinalAt(tokensAt(words, i), 0) !== null;

/** The recognisers of numbers read two words at most. */
const tokensAt = (words: readonly Word[], i: number) =>
  words.slice(i, i + 2).map(({ text, raw, from, to }) => ({ text, raw, start: from, end: to }));

function dateEnd(words: readonly Word[], from: number): number {
  let to = from + 1;
  for (let i = from + 1; i < words.length && i - from < 12; i++) {
    const word = words[i];
    if (!word || word.marker || /[;!?\n]/.test(word.gap)) break;
    if (isDatePart(words, i)) to = i + 1;
    else if (word.text === 'oh' || word.text === 'hundred' || word.text === 'thousand') to = i + 1;
    else if (!betweenDateParts.has(word.text)) break;
  }
  return to;
}

const digitsIn = (words: readonly Word[], from: number, to: number): number =>
  digitRuns(words.slice(from, to)).reduce((sum, run) => sum + run.digits.length, 0);

/** Conditions and medicines by a list of their names; plurals count. */
export function findHealth({ words }: Looked): readonly Finding[] {
  const found: Finding[] = [];
  for (let i = 0; i < words.length; i++) {
    const length = [3, 2, 1].find((count) => {
      const together = words.slice(i, i + count);
      const said = together.map((word) => word.text);
      if (said.length < count || said.includes('')) return false;
      if (together.slice(1).some((word) => !/^[\s-]+$/.test(word.gap))) return false;
      const name = said.join(' ');
      return healthWords.has(name) || healthWords.has(name.replace(/(?:'s|s)$/, ''));
    });
    if (length === undefined) continue;
    found.push({ kind: 'health', from: i, to: i + length });
    i += length - 1;
  }
  return found;
}
