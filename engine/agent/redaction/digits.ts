import { digitOf, teenOf, tensOf } from '../understanding/numbers.ts';
import type { Word } from './words.ts';

/** A stretch of words that are all figures of one number. */
export interface DigitRun {
  readonly digits: string;
  /** For each digit the word that it comes from. */
  readonly wordOf: readonly number[];
  /** First word, and one past the last. */
  readonly from: number;
  readonly to: number;
  /** How the figures are grouped by punctuation, by words such as "dash", and as they were written. */
  readonly groups: readonly number[];
  /** A + or "plus" stands before it. */
  readonly international: boolean;
}

/** What may stand between the figures of one number. */
const joinerWords = new Set([
  ...['dash', 'hyphen', 'um', 'uh', 'er', 'erm', 'hmm', 'then', 'space', 'dot', 'slash', 'okay', 'ok'],
  ...['and', 'next', 'comma', 'oops', 'well', 'so'],
]);
const joiningGap = /^[\s,.\-–—−‐‑/:;()…_]*$/u;
const homophones: Readonly<Record<string, string>> = {
  to: '2',
  too: '2',
  for: '4',
  won: '1',
  ate: '8',
  tree: '3',
};

/** Every run of figures in the words, each as long as it can be. */
export function digitRuns(words: readonly Word[]): readonly DigitRun[] {
  const runs: DigitRun[] = [];
  for (let i = 0; i < words.length; i++) {
    const run = runAt(words, i);
    if (!run) continue;
    runs.push(run);
    i = run.to - 1;
  }
  return runs;
}

function runAt(words: readonly Word[], from: number): DigitRun | null {
  const digits: string[] = [];
  const wordOf: number[] = [];
  const groups: number[] = [];
  let i = from;
  let to = from;
  let breaks = false;
  let spoken = false;
  while (i < words.length) {
    const word = words[i];
    if (!word || (digits.length > 0 && !joiningGap.test(word.gap))) break;
    const piece = figuresAt(words, i, digits.length > 0);
    if (piece) {
      const open = spoken && piece.spoken && !breaks && /^\s*$/.test(word.gap);
      if (open) groups[groups.length - 1] = (groups.at(-1) ?? 0) + piece.digits.length;
      else groups.push(piece.digits.length);
      for (const digit of piece.digits) {
        digits.push(digit);
        wordOf.push(i);
      }
      i += piece.length;
      to = i;
      breaks = false;
      spoken = piece.spoken;
    } else if (digits.length > 0 && joinerWords.has(word.text)) {
      breaks = true;
      i++;
    } else break;
  }
  if (digits.length === 0) return null;
  const gap = words[from]?.gap ?? '';
  const international = /\+\s*\(?$/.test(gap) || words[from - 1]?.text === 'plus';
  return { digits: digits.join(''), wordOf, from, to, groups, international };
}

/** One piece of a number. */
export interface Piece {
  readonly digits: string;
  /** Words that it takes. */
  readonly length: number;
  /** A single figure or a number in words: its neighbours may belong to the same group. */
  readonly spoken: boolean;
}

/** "4111", "four", "double five", "forty one", "eleven", "eight hundred". */
export function figuresAt(words: readonly Word[], i: number, inside: boolean): Piece | null {
  const word = words[i]?.text ?? '';
  const next = words[i + 1]?.text ?? '';
  if (/^\d+$/.test(word)) return { digits: word, length: 1, spoken: word.length === 1 };
  if (word === 'double' || word === 'triple' || word === 'treble') {
    const digit = oneDigit(next);
    return digit === null
      ? null
      : { digits: digit.repeat(word === 'double' ? 2 : 3), length: 2, spoken: true };
  }
  const digit = oneDigit(word);
  if (digit !== null) {
    if (next === 'hundred') return { digits: `${digit}00`, length: 2, spoken: true };
    if (next === 'thousand') return { digits: `${digit}000`, length: 2, spoken: true };
    // "oh" alone is a sigh, "oh four" are digits.
    if ((word === 'oh' || word === 'o') && !inside && oneDigit(next) === null) return null;
    return { digits: digit, length: 1, spoken: true };
  }
  const teen = teenOf(word);
  if (teen !== null) {
    const full = next === 'hundred';
    return { digits: full ? `${teen}00` : String(teen), length: full ? 2 : 1, spoken: true };
  }
  const ten = tensOf(word);
  if (ten !== null) {
    const unit = oneDigit(next);
    const joins = unit !== null && unit !== '0' && /^[\s\-‐‑]*$/u.test(words[i + 1]?.gap ?? '');
    return joins
      ? { digits: String(ten + Number(unit)), length: 2, spoken: true }
      : { digits: String(ten), length: 1, spoken: true };
  }
  const alike = homophones[word];
  return alike !== undefined && inside && oneDigit(next) !== null
    ? { digits: alike, length: 1, spoken: true }
    : null;
}

function oneDigit(word: string): string | null {
  if (/^\d$/.test(word)) return word;
  const digit = digitOf(word);
  return digit === null ? null : String(digit);
}
