import type { Token } from './tokens.ts';

export interface NumberFound {
  readonly value: number;
  /** Tokens that it takes. */
  readonly length: number;
}

const units: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
};

const teens: Readonly<Record<string, number>> = {
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
};

const tens: Readonly<Record<string, number>> = {
  twenty: 20,
  thirty: 30,
  forty: 40,
  fourty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
};

const ordinalUnits: Readonly<Record<string, number>> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  forth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
  eleventh: 11,
  twelfth: 12,
  thirteenth: 13,
  fourteenth: 14,
  fifteenth: 15,
  sixteenth: 16,
  seventeenth: 17,
  eighteenth: 18,
  nineteenth: 19,
  twentieth: 20,
  thirtieth: 30,
};

export const digitOf = (word: string): number | null =>
  word === 'zero' || word === 'oh' || word === 'o' || word === 'nought' ? 0 : (units[word] ?? null);

export const teenOf = (word: string): number | null => teens[word] ?? null;
export const tensOf = (word: string): number | null => tens[word] ?? null;

/** A whole number below 100 in words, or up to four digits. */
export function cardinalAt(tokens: readonly Token[], i: number): NumberFound | null {
  const word = tokens[i]?.text ?? '';
  if (/^\d{1,4}$/.test(word)) return { value: Number(word), length: 1 };
  const ten = tens[word];
  if (ten !== undefined) {
    const unit = units[tokens[i + 1]?.text ?? ''];
    return unit === undefined ? { value: ten, length: 1 } : { value: ten + unit, length: 2 };
  }
  const small = units[word] ?? teens[word];
  return small === undefined ? null : { value: small, length: 1 };
}

/** "4th", "fourth", "twenty fourth". */
export function ordinalAt(tokens: readonly Token[], i: number): NumberFound | null {
  const word = tokens[i]?.text ?? '';
  const digits = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(word);
  if (digits) return { value: Number(digits[1]), length: 1 };
  const single = ordinalUnits[word];
  if (single !== undefined) return { value: single, length: 1 };
  const ten = tens[word];
  const unit = ordinalUnits[tokens[i + 1]?.text ?? ''];
  return ten !== undefined && unit !== undefined && unit < 10 ? { value: ten + unit, length: 2 } : null;
}
