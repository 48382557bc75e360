import type { Manner } from './manner.ts';
import { amountInWords, cardinal, decimalInWords } from './numbers.ts';

interface Currency {
  readonly one: string;
  readonly many: string;
  readonly part: readonly [one: string, many: string];
}

const dollars: Currency = { one: 'dollar', many: 'dollars', part: ['cent', 'cents'] };
const pounds: Currency = { one: 'pound', many: 'pounds', part: ['penny', 'pence'] };
const euros: Currency = { one: 'euro', many: 'euros', part: ['cent', 'cents'] };
const rupees: Currency = { one: 'rupee', many: 'rupees', part: ['paisa', 'paise'] };
const abroad = (country: string): Currency => ({
  ...dollars,
  one: `${country} dollar`,
  many: `${country} dollars`,
});

/** As they are written before or after an amount; `Intl` writes dollars of other countries with letters before the sign. */
const currencies: Readonly<Record<string, Currency>> = {
  ...{ $: dollars, US$: dollars, USD: dollars, '£': pounds, GBP: pounds, '€': euros, EUR: euros },
  ...{ '₹': rupees, RS: rupees, 'RS.': rupees, INR: rupees },
  ...{
    CA$: abroad('Canadian'),
    CAD: abroad('Canadian'),
    A$: abroad('Australian'),
    AUD: abroad('Australian'),
  },
  ...{
    NZ$: abroad('New Zealand'),
    NZD: abroad('New Zealand'),
    S$: abroad('Singapore'),
    SGD: abroad('Singapore'),
  },
};

const sign = '(?:US|CA|NZ|[AS])?\\$|[£€₹]|Rs\\.?|USD|GBP|EUR|INR|CAD|AUD|NZD|SGD';
const amount = '\\d{1,3}(?:,\\d{2,3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?';
const scaleWords: Readonly<Record<string, string>> = {
  ...{ k: 'thousand', m: 'million', mn: 'million', b: 'billion', bn: 'billion', l: 'lakh', cr: 'crore' },
  ...{ lakhs: 'lakh', crores: 'crore' },
};
const scale = '(?:\\s?(k|mn?|bn?|l|cr|thousand|lakhs?|crores?|million|billion)\\b)?';
// "Rs 500/-" is how amounts are closed on Indian bills.
const before = new RegExp(`(?<![A-Za-z\\d])(${sign})\\s?(${amount})${scale}(?:/-)?(?!\\d)`, 'gi');
const after = new RegExp(`(?<![\\w.,])(${amount})${scale}\\s?(${sign})(?![A-Za-z\\d])`, 'gi');
const range = new RegExp(`((?:${sign})\\s?(?:${amount}))\\s?[–-]\\s?(?=(?:${sign})?\\s?\\d)`, 'gi');

/** "$3.50" → "three dollars and fifty cents"; "£3.50" → "three pounds fifty"; "₹1,50,000" → "one lakh fifty thousand rupees". */
export function money(text: string, manner: Manner): string {
  const say = (mark: string, figures: string, large?: string): string => {
    const currency = currencies[mark.toUpperCase()] ?? dollars;
    return large
      ? `${decimalInWords(figures, manner)} ${scaleWords[large.toLowerCase()] ?? large.toLowerCase()} ${currency.many}`
      : inWords(figures, currency, manner);
  };
  const spoken = text
    .replace(range, '$1 to ')
    .replace(before, (_, mark: string, figures: string, large?: string) => say(mark, figures, large))
    .replace(after, (_, figures: string, large: string | undefined, mark: string) =>
      say(mark, figures, large),
    );
  const coin = manner.kind === 'GB' ? /(?<![\d.,])(\d{1,2})p\b/g : /(?<![\d.,])(\d{1,2})¢/g;
  const { part } = manner.kind === 'GB' ? pounds : dollars;
  return spoken.replace(coin, (_, figures: string) => counted(Number(figures), part, manner));
}

/** "99.99". */
const longestShort = 5;

const counted = (count: number, [one, many]: readonly [string, string], manner: Manner): string =>
  `${cardinal(count, manner)} ${count === 1 ? one : many}`;

function inWords(figures: string, currency: Currency, manner: Manner): string {
  const [whole = '0', fraction = ''] = figures.split('.');
  if (fraction.length > 2) return `${decimalInWords(figures, manner)} ${currency.many}`;
  const parts = Number(fraction.padEnd(2, '0'));
  const isOne = Number(whole.replaceAll(',', '')) === 1;
  const main = `${amountInWords(whole, manner)} ${isOne ? currency.one : currency.many}`;
  if (parts === 0) return main;
  if (/^0*$/.test(whole)) return counted(parts, currency.part, manner);
  // "three pounds fifty", but "three pounds and five pence"; after a large amount the short form is misheard.
  if (manner.kind === 'GB' && parts >= 10 && figures.length <= longestShort)
    return `${main} ${cardinal(parts, manner)}`;
  return `${main} and ${counted(parts, currency.part, manner)}`;
}
