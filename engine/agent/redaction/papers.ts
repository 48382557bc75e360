import { cardLengths, ibanHolds, luhnHolds, verhoeffHolds } from './checks.ts';
import { type DigitRun, figuresAt } from './digits.ts';
import { type Finding, type Looked, near, wordsAround } from './finding.ts';
import type { Word } from './words.ts';

const cardWords =
  / (?:card|cards|visa|mastercard|amex|american express|discover|maestro|debit|credit|card's) /;
const ssnWords = / (?:social|socials|ssn|social's|s s n) /;
const aadhaarWords = / (?:aadhaar|aadhar|adhaar|adhar|aadhaar's|uid|uidai) /;

/** Card numbers by their check digit; beside the word "card" also those that were misheard. */
export function findCards({ words, runs, asked }: Looked): readonly Finding[] {
  return runs.flatMap((run) => {
    const around = asked + wordsAround(words, run.from - near.before, run.to + near.after);
    const isAsked = cardWords.test(around);
    const span = cardIn(run, isAsked);
    if (!span) return [];
    const card: Finding = {
      kind: 'card',
      from: run.wordOf[span.from] ?? run.from,
      to: wordAfter(run, span.to),
    };
    const rest = run.digits.length - span.to;
    // What is left of the run is the expiry and the code on the back.
    return rest > 0 && rest <= 8 && card.to < run.to
      ? [card, { kind: 'card-security', from: card.to, to: run.to } satisfies Finding]
      : [card];
  });
}

const wordAfter = (run: DigitRun, digit: number): number =>
  digit >= run.digits.length
    ? run.to
    : Math.max(run.wordOf[digit] ?? run.to, (run.wordOf[digit - 1] ?? 0) + 1);

/** Digits of the run that are a card's: from the first of a word on. */
function cardIn(run: DigitRun, isAsked: boolean): { from: number; to: number } | null {
  const { digits, wordOf, groups, international } = run;
  const starts = [...wordOf.keys()].filter((i) => wordOf[i] !== wordOf[i - 1]);
  for (const from of starts) {
    if (international && from === 0 && !isAsked) continue;
    if (!isAsked && isTelephone(groups, from)) continue;
    const rest = digits.slice(from);
    const length = cardLengths(rest).find((count) => count <= rest.length && luhnHolds(rest.slice(0, count)));
    if (length !== undefined) return { from, to: from + length };
  }
  // A misheard digit breaks the check, and the rest is as telling.
  const whole = isAsked && !international && digits.length >= 13 && digits.length <= 27;
  return whole ? { from: 0, to: digits.length } : null;
}

/** Three, three and four figures from there on, or all ten: a telephone number of the North American plan. */
function isTelephone(groups: readonly number[], from: number): boolean {
  let at = 0;
  for (const [i, length] of groups.entries()) {
    if (at === from) {
      const [one, two, three] = groups.slice(i);
      return one === 10 || (one === 3 && two === 7) || (one === 3 && two === 3 && three === 4);
    }
    at += length;
  }
  return false;
}

/** Nine digits in the grouping of a social security number, or beside its name. */
export function findSocialSecurity({ words, runs, asked }: Looked): readonly Finding[] {
  return runs.flatMap((run): readonly Finding[] => {
    const { digits, groups, from, to, international } = run;
    if (international) return [];
    const isNamed = ssnWords.test(asked + wordsAround(words, from - near.before, to + near.after));
    const grouped = groupAt(groups, [3, 2, 4]);
    if (grouped !== null && isSocialSecurity(digits.slice(grouped, grouped + 9))) {
      return [{ kind: 'us-ssn', from: run.wordOf[grouped] ?? from, to: wordAfter(run, grouped + 9) }];
    }
    if (!isNamed) return [];
    // Beside its name the last four alone tell enough, and a misheard figure does not make it harmless.
    const isTelephoneNumber = groupAt(groups, [3, 3, 4]) !== null;
    return digits.length >= 4 && digits.length <= 10 && !isTelephoneNumber
      ? [{ kind: 'us-ssn', from, to }]
      : [];
  });
}

/** Numbers that were never given out are no social security numbers. */
const isSocialSecurity = (digits: string): boolean =>
  /^(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits);

/** Where in the digits the grouping begins; null where it does not occur. */
function groupAt(groups: readonly number[], wanted: readonly number[]): number | null {
  let at = 0;
  for (const [i, length] of groups.entries()) {
    if (wanted.every((count, k) => groups[i + k] === count)) return at;
    at += length;
  }
  return null;
}

export function findAadhaar({ words, runs, asked }: Looked): readonly Finding[] {
  return runs.flatMap((run): readonly Finding[] => {
    const { digits, groups, from, to, international } = run;
    if (international || !/^[2-9]/.test(digits)) return [];
    const isNamed = aadhaarWords.test(asked + wordsAround(words, from - near.before, to + near.after));
    const grouped = groups.join() === '4,4,4';
    // A mobile number with the country's code has twelve digits too.
    const isMobile = /^91[6-9]/.test(digits) && !grouped;
    const holds = digits.length === 12 && verhoeffHolds(digits) && !isMobile;
    const misheard = isNamed && digits.length >= 11 && digits.length <= 13;
    return holds || misheard ? [{ kind: 'in-aadhaar', from, to }] : [];
  });
}

const nationalInsurance = /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/;
const taxNumber = /^[A-Z]{3}[PCFHATBLJG][A-Z]\d{4}[A-Z]$/;
const bankAccount = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

/** Numbers of letters and figures, written or spelled: National Insurance, PAN, IBAN. */
export function findLettered({ words }: Looked): readonly Finding[] {
  const found: Finding[] = [];
  for (let from = 0; from < words.length; from++) {
    const finding = letteredAt(words, from);
    if (!finding) continue;
    found.push(finding);
    from = finding.to - 1;
  }
  return found;
}

function letteredAt(words: readonly Word[], from: number): Finding | null {
  if (!/^(?:\p{L}|[a-z]*\d[a-z\d]*|\p{Lu}{2,11})$/u.test(words[from]?.raw ?? '')) {
    if (signsOf(words, from) === null) return null;
  }
  let signs = '';
  let longest: Finding | null = null;
  for (let i = from; i < words.length && signs.length < 34; ) {
    if (i > from && !/^[\s\-–—.,‐‑]*$/u.test(words[i]?.gap ?? '')) break;
    const piece = signsOf(words, i);
    if (!piece) break;
    signs += piece.signs;
    i += piece.length;
    if (nationalInsurance.test(signs)) longest = { kind: 'uk-ni', from, to: i };
    else if (taxNumber.test(signs)) longest = { kind: 'in-pan', from, to: i };
    else if (bankAccount.test(signs) && ibanHolds(signs)) longest = { kind: 'iban', from, to: i };
  }
  return longest;
}

/** A single letter, a figure however it is said, or a piece that is written in capitals and figures. */
function signsOf(words: readonly Word[], i: number): { signs: string; length: number } | null {
  const word = words[i];
  if (!word || word.marker) return null;
  if (word.text === 'double' && /^\p{L}$/u.test(words[i + 1]?.raw ?? '')) {
    return { signs: (words[i + 1]?.raw ?? '').toUpperCase().repeat(2), length: 2 };
  }
  if (/^[a-z]$/.test(word.text)) return { signs: word.text.toUpperCase(), length: 1 };
  if (/^[a-z\d]*\d[a-z\d]*$/.test(word.text)) return { signs: word.text.toUpperCase(), length: 1 };
  const figures = figuresAt(words, i, false);
  if (figures) return { signs: figures.digits, length: figures.length };
  return /^[A-Z]{2,11}$/.test(word.raw) ? { signs: word.raw, length: 1 } : null;
}
