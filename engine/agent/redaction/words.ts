import { type SensitiveKind, sensitiveKinds } from '../../store/index.ts';

/** A word, number or marker of a text, with its place in it. */
export interface Word {
  /** Lower case; of a marker empty. */
  readonly text: string;
  readonly raw: string;
  readonly from: number;
  readonly to: number;
  /** What stands between the word before and this one. */
  readonly gap: string;
  /** What was taken out here; such a word takes part in nothing any more. */
  readonly marker: SensitiveKind | null;
}

/** What stands in the place of what was taken out. None of these words means anything to what looks for details. */
const markers: Readonly<Record<SensitiveKind, string>> = {
  card: '[card number]',
  'card-security': '[card detail]',
  'us-ssn': '[social security number]',
  'uk-ni': '[national insurance number]',
  'in-aadhaar': '[aadhaar number]',
  'in-pan': '[tax number]',
  iban: '[bank account]',
  secret: '[secret]',
  'birth-date': '[date of birth]',
  health: '[health detail]',
};

export const markerOf = (kind: SensitiveKind): string => markers[kind];

const kindOfMarker = new Map(sensitiveKinds.map((kind) => [markers[kind], kind]));

const alternatives = Object.values(markers).map((marker) => marker.replace(/[[\]]/g, '\\$&'));
const pattern = new RegExp(`${alternatives.join('|')}|[\\p{L}\\p{N}\\p{M}]+(?:['’][\\p{L}\\p{M}]+)*`, 'gu');

export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [raw] = match;
    const from = match.index;
    const marker = kindOfMarker.get(raw) ?? null;
    const lower = marker ? '' : plainDigits(raw.toLowerCase().replaceAll('’', "'"));
    words.push({ text: lower, raw, from, to: from + raw.length, gap: text.slice(end, from), marker });
    end = from + raw.length;
  }
  return words;
}

/** Digits of every script are digits. */
const plainDigits = (text: string): string =>
  /[^ -~]/.test(text) ? text.normalize('NFKC').replace(/\p{Nd}/gu, (digit) => digitValue(digit)) : text;

/** Decimal digits stand in tens in Unicode, each ten from its zero on. */
function digitValue(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String(code - zero);
}
