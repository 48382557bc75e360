const small = [
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
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
];
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const scales: readonly (readonly [number, string])[] = [
  [1_000_000_000, 'billion'],
  [1_000_000, 'million'],
  [1_000, 'thousand'],
  [100, 'hundred'],
];

const irregularOrdinals: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** 120 → "one hundred twenty" (American English: no "and"). Whole numbers from 0. */
export function cardinal(value: number): string {
  if (value < 20) return small[value] ?? String(value);
  if (value < 100) {
    const rest = value % 10;
    return `${tens[Math.floor(value / 10)]}${rest ? `-${small[rest]}` : ''}`;
  }
  for (const [scale, name] of scales) {
    if (value < scale) continue;
    const rest = value % scale;
    return `${cardinal(Math.floor(value / scale))} ${name}${rest ? ` ${cardinal(rest)}` : ''}`;
  }
  return String(value);
}

/** 21 → "twenty-first". */
export function ordinal(value: number): string {
  return cardinal(value).replace(/[a-z]+$/, (last) => {
    const irregular = irregularOrdinals[last];
    if (irregular) return irregular;
    return last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`;
  });
}

/** "0132" → "zero one three two". */
export const digitsOneByOne = (digits: string): string =>
  [...digits].map((digit) => small[Number(digit)] ?? digit).join(' ');

/** 2026 → "twenty twenty-six", 2005 → "two thousand five", 1900 → "nineteen hundred". */
export function yearInWords(year: number): string {
  if (year < 1100 || year > 9999 || (year >= 2000 && year < 2010)) return cardinal(year);
  const century = cardinal(Math.floor(year / 100));
  const rest = year % 100;
  if (rest === 0) return year % 1000 === 0 ? cardinal(year) : `${century} hundred`;
  return `${century} ${rest < 10 ? `oh ${cardinal(rest)}` : cardinal(rest)}`;
}
