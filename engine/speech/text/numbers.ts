import type { Manner } from './manner.ts';

const small = [
  ...[
    'zero',
    'one',
    'two',
    'three',
    'four',
    'five',
    'six',
    'seven',
    'eight',
    'nine',
    'ten',
    'eleven',
    'twelve',
  ],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
];
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

const irregularOrdinals: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

type Counting = Pick<Manner, 'hundredAnd' | 'scales'>;

/** 150,105 → "one hundred fifty thousand one hundred five", "one lakh fifty thousand one hundred and five". Whole numbers from 0. */
export function cardinal(value: number, manner: Counting): string {
  if (value < 20) return small[value] ?? String(value);
  if (value < 100) {
    const rest = value % 10;
    return `${tens[Math.floor(value / 10)]}${rest ? `-${small[rest]}` : ''}`;
  }
  for (const [scale, name] of manner.scales) {
    if (value < scale) continue;
    const rest = value % scale;
    const head = `${cardinal(Math.floor(value / scale), manner)} ${name}`;
    if (rest === 0) return head;
    return `${head}${manner.hundredAnd && rest < 100 ? ' and ' : ' '}${cardinal(rest, manner)}`;
  }
  return String(value);
}

/** 21 → "twenty-first". */
export const ordinal = (value: number, manner: Counting): string =>
  cardinal(value, manner).replace(/[a-z]+$/, (last) => {
    const irregular = irregularOrdinals[last];
    if (irregular) return irregular;
    return last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`;
  });

/** Numbers with more figures than this are read figure by figure: beyond it they cannot be told exactly. */
const mostFigures = 15;

/** Figures with commas wherever they stand: "1,50,000". Too many for a number are read out. */
export function amountInWords(figures: string, manner: Counting): string {
  const bare = figures.replaceAll(',', '');
  return bare.length > mostFigures ? digitsOneByOne(bare) : cardinal(Number(bare), manner);
}

/** "3.50" → "three point five zero". */
export function decimalInWords(number: string, manner: Counting): string {
  const [whole = '0', fraction] = number.split('.');
  return amountInWords(whole, manner) + (fraction ? ` point ${digitsOneByOne(fraction)}` : '');
}

/** "0132" → "zero one three two". */
export const digitsOneByOne = (digits: string): string =>
  [...digits].map((digit) => small[Number(digit)] ?? digit).join(' ');

const times = ['', '', 'double ', 'triple '];

/** One group of a telephone number: "0155" → "zero one five five", "oh one double five". */
export const lineDigits = (digits: string, { zero, doubles }: Pick<Manner, 'zero' | 'doubles'>): string =>
  (doubles ? (digits.match(/(\d)\1{1,2}(?!\1)|(\d)\2|\d/g) ?? []) : [...digits])
    .map((run) => (times[run.length] ?? '') + (run.startsWith('0') ? zero : (small[Number(run[0])] ?? run)))
    .join(' ');

/** 2026 → "twenty twenty-six", 2005 → "two thousand five", 1900 → "nineteen hundred". */
export function yearInWords(year: number, manner: Counting): string {
  if (year < 1100 || year > 9999 || (year >= 2000 && year < 2010)) return cardinal(year, manner);
  const century = cardinal(Math.floor(year / 100), manner);
  const rest = year % 100;
  if (rest === 0) return year % 1000 === 0 ? cardinal(year, manner) : `${century} hundred`;
  return `${century} ${rest < 10 ? `oh ${cardinal(rest, manner)}` : cardinal(rest, manner)}`;
}
