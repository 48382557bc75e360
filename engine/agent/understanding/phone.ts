import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import { cardinalAt, digitOf, teenOf, tensOf } from './numbers.ts';
import type { Token } from './tokens.ts';

export interface PhoneReading {
  /** Every digit that was said in the longest run, with a leading + where one was said. */
  readonly digits: string;
  /** The complete number, or null when the digits make none. */
  readonly e164: string | null;
  /** Tokens of the run: first, and one past the last. */
  readonly from: number;
  readonly to: number;
}

const joiners = new Set(['dash', 'hyphen', 'um', 'uh', 'er', 'then', 'area', 'code', 'dot', 'space']);
const homophones: Readonly<Record<string, string>> = {
  to: '2',
  too: '2',
  for: '4',
  won: '1',
  ate: '8',
  tree: '3',
};

/** The region that numbers without a country code belong to, from the tenant's language (BCP 47). */
export function regionOf(language: string): CountryCode {
  const region = /-([A-Z]{2})\b/.exec(language)?.[1];
  return (region ?? 'US') as CountryCode;
}

/** E.164 of the digits, or null when they are not a whole number that can exist. */
export function phoneFromDigits(digits: string, region: CountryCode): string | null {
  const national = parsePhoneNumberFromString(digits, region);
  if (national?.isValid()) return national.number;
  const international = digits.startsWith('+') ? undefined : parsePhoneNumberFromString(`+${digits}`);
  return international?.isValid() && digits.length >= 11 ? international.number : null;
}

/** True for a caller's number that a person could be called back on. */
export const isPlausibleNumber = (number: string): boolean =>
  number.startsWith('+') && parsePhoneNumberFromString(number)?.isValid() === true;

/** Where numbers have an area code, three digits and four, so that they can be asked for in these parts. */
export const comesInParts = (language: string): boolean => ['US', 'CA'].includes(regionOf(language));

/** Behind the area code, and behind the next three. */
export const isPartsEnd = (digits: string): boolean => digits.length === 3 || digits.length === 6;

/** One digit or a short group over and over: the recogniser went round in circles. */
export const isLoop = (digits: string): boolean => /(\d)\1{5,}|(\d{2,3})\2{3,}/.test(digits);

/** How what can be heard in two ways is taken. */
interface Manner {
  /** "three hundred five": 305 rather than 300 and 5. */
  readonly joins: boolean;
  /** What "a" among digits is: an "oh", an "eight", a hesitation; null where it ends the number. */
  readonly sigh: '0' | '8' | '' | null;
}

const plainManner: Manner = { joins: false, sigh: null };
/** In the order of their likelihood: the first that makes a number that can exist is meant. */
const manners = ([null, '', '0', '8'] as const).flatMap((sigh): readonly Manner[] => [
  { joins: false, sigh },
  { joins: true, sigh },
]);

/**
 * The longest run of digits, however they were said or written: `415-555-0132`, "four one five",
 * "double five", "oh", "eight hundred", "fifty five", "three hundred twelve", with the recogniser's hyphens.
 */
export function recognisePhone(tokens: readonly Token[], region: CountryCode): PhoneReading | null {
  let best: PhoneReading | null = null;
  for (let i = 0; i < tokens.length; i++) {
    const run = wholeAt(tokens, i, region);
    if (!run) continue;
    if (!best || run.digits.length > best.digits.length) best = { ...run, from: i };
    i = run.to - 1;
  }
  return best;
}

function wholeAt(
  tokens: readonly Token[],
  from: number,
  region: CountryCode,
): Omit<PhoneReading, 'from'> | null {
  const plain = runAt(tokens, from, plainManner);
  if (!plain) return null;
  for (const manner of manners) {
    const run = runAt(tokens, from, manner);
    const e164 = run && phoneFromDigits(run.digits, region);
    if (e164) return { ...run, e164 };
  }
  return { ...plain, e164: null };
}

/** The digits that begin at a token, as they are said. */
export const digitsAt = (
  tokens: readonly Token[],
  from: number,
): Pick<PhoneReading, 'digits' | 'to'> | null => runAt(tokens, from, plainManner);

function runAt(
  tokens: readonly Token[],
  from: number,
  manner: Manner,
): { digits: string; to: number } | null {
  let digits = '';
  let i = from;
  let to = from;
  if (tokens[i]?.text === 'plus') {
    digits = '+';
    i++;
  }
  while (i < tokens.length) {
    const piece = pieceAt(tokens, i, { inside: digits !== '', joins: manner.joins });
    if (piece) {
      digits += piece.digits;
      i += piece.length;
      to = i;
    } else if (digits !== '' && joiners.has(tokens[i]?.text ?? '')) i++;
    else if (digits !== '' && manner.sigh !== null && /^(?:a|ah|eh)$/.test(tokens[i]?.text ?? '')) {
      if (pieceAt(tokens, i + 1, { inside: true, joins: manner.joins }) === null) break;
      digits += manner.sigh;
      i++;
    } else break;
  }
  return to > from && /\d/.test(digits) ? { digits, to } : null;
}

/** One piece of a number at a token: a digit, a group, "double five", "twenty one", "eight hundred". */
function pieceAt(
  tokens: readonly Token[],
  i: number,
  { inside, joins }: { readonly inside: boolean; readonly joins: boolean },
): { digits: string; length: number } | null {
  const word = tokens[i]?.text ?? '';
  const next = tokens[i + 1]?.text ?? '';
  if (/^\d+$/.test(word)) return { digits: word, length: 1 };
  if (/^\d{1,2}:\d{2}$/.test(word)) return inside ? { digits: word.replace(':', ''), length: 1 } : null;
  if (word === 'double' || word === 'triple') {
    const digit = oneDigit(next);
    return digit === null ? null : { digits: digit.repeat(word === 'double' ? 2 : 3), length: 2 };
  }
  const digit = digitOf(word);
  if (digit !== null) {
    if (next === 'hundred') return hundreds(tokens, i, { digit, joins });
    if (next === 'thousand') return { digits: `${digit}000`, length: 2 };
    // "oh" alone is a sigh, "oh four" are digits.
    if ((word === 'oh' || word === 'o') && !inside && oneDigit(next) === null) return null;
    return { digits: String(digit), length: 1 };
  }
  const teen = teenOf(word);
  if (teen !== null) return { digits: String(teen), length: 1 };
  const ten = tensOf(word);
  if (ten !== null) {
    const unit = digitOf(next);
    return unit !== null && unit > 0
      ? { digits: String(ten + unit), length: 2 }
      : { digits: String(ten), length: 1 };
  }
  const alike = homophones[word];
  return alike !== undefined && inside && oneDigit(next) !== null ? { digits: alike, length: 1 } : null;
}

/** "three hundred", "three hundred twelve"; whether a single digit belongs to it is open. */
function hundreds(
  tokens: readonly Token[],
  i: number,
  { digit, joins }: { readonly digit: number; readonly joins: boolean },
): { digits: string; length: number } {
  const and = tokens[i + 2]?.text === 'and' ? 1 : 0;
  const more = cardinalAt(tokens, i + 2 + and);
  const isWord = more !== null && !/\d/.test(tokens[i + 2 + and]?.text ?? '');
  return isWord && (joins || more.value >= 10)
    ? { digits: String(digit * 100 + more.value), length: 2 + and + more.length }
    : { digits: `${digit}00`, length: 2 };
}

function oneDigit(word: string): string | null {
  if (/^\d$/.test(word)) return word;
  const digit = digitOf(word);
  return digit === null ? null : String(digit);
}
