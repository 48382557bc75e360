import { abbreviations } from './abbreviations.ts';
import { addresses, codes } from './addresses.ts';
import { dates } from './dates.ts';
import { type Manner, mannerOf } from './manner.ts';
import { measures } from './measures.ts';
import { money } from './money.ts';
import { amountInWords, cardinal, decimalInWords, digitsOneByOne, ordinal, yearInWords } from './numbers.ts';
import { telephones } from './telephone.ts';
import { times } from './times.ts';

/**
 * Writes text the way it is spoken: money, times, dates, telephone numbers (digit by digit, with commas where a
 * speaker pauses), addresses, codes, measures, abbreviations and plain numbers; no figure and no sign is left.
 * Pure; applying it twice changes nothing more.
 *
 * @param language BCP 47: English as in the United States, the United Kingdom or India (`mannerOf`)
 */
export function speakable(text: string, language: string): string {
  const manner = mannerOf(language);
  let spoken = readOut(text, manner);
  // Words that one pass makes out of figures may show the next what an abbreviation beside them means.
  for (let pass = 1; pass < maxPasses; pass += 1) {
    const again = readOut(spoken, manner);
    if (again === spoken) break;
    spoken = again;
  }
  return spoken;
}

const maxPasses = 8;

function readOut(text: string, manner: Manner): string {
  let spoken = text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\s+/g, ' ').trim();
  const isSentence = spoken.endsWith('.');
  for (const rule of rules) spoken = rule(spoken, manner);
  spoken = spoken.replace(/\s+/g, ' ').trim();
  // The dot of an abbreviation at the end was that of the sentence as well: the voice falls with it.
  return isSentence && /[\p{L}\d]$/u.test(spoken) ? `${spoken}.` : spoken;
}

/** Codes and anything with a leading zero are read out; amounts are said. */
const longestAmount = 6;

function plainNumbers(text: string, manner: Manner): string {
  return text
    .replace(/(?<!\d)(\d{1,15})(?:st|nd|rd|th)\b/g, (_, digits: string) => ordinal(Number(digits), manner))
    .replace(
      /\b(1[89]|20)(\d)0'?s\b/g,
      (_, century: string, decade: string) =>
        `${cardinal(Number(century), manner)} ${cardinal(Number(decade) * 10, manner).replace(/y$/, 'ies')}`,
    )
    .replace(
      /\b(in|since|of|year|until|from)\s+((?:19|20)\d{2})(?![\w,]|\.\d)/gi,
      (_, word: string, year: string) => `${word} ${yearInWords(Number(year), manner)}`,
    )
    .replace(/(?<![\w.])\d{1,3}(?:,\d{2,3})+(?:\.\d+)?(?!\d)/g, (number) => decimalInWords(number, manner))
    .replace(/(?<![\w.])\d+\.\d+\b/g, (number) => decimalInWords(number, manner))
    .replace(/\d+/g, (digits) =>
      digits.length > longestAmount || (digits.length > 1 && digits.startsWith('0'))
        ? digitsOneByOne(digits)
        : amountInWords(digits, manner),
    );
}

const signWords: Readonly<Record<string, string>> = {
  ...{ '&': 'and', '+': 'plus', '=': 'equals', '@': 'at', '%': 'percent', '×': 'times', '÷': 'divided by' },
  ...{
    '°': 'degrees',
    '²': 'squared',
    $: 'dollars',
    '£': 'pounds',
    '€': 'euros',
    '₹': 'rupees',
    '¢': 'cents',
    '¥': 'yen',
  },
};

/** What is still no word: said where it has a name, else left out. */
const signs = (text: string): string =>
  text
    .replace(/[&+=@%×÷°²$£€₹¢¥]/g, (sign) => ` ${signWords[sign] ?? ''} `)
    .replace(/(?<=[A-Za-z])\s?\/\s?(?=[A-Za-z])/g, ' or ')
    .replace(/[/#•·§¶|\p{Extended_Pictographic}\p{Emoji_Modifier}]|\u{fe0f}|\u{200d}/gu, ' ')
    .replace(/\s+(?=[,.;:!?](?:\s|$))/g, '');

/** The order matters: what looks like a longer thing is read before its parts, and only addresses may hold marks. */
const rules: readonly ((text: string, manner: Manner) => string)[] = [
  addresses,
  (text) => text.replace(/[*_`~<>|{}[\]\\^]/g, ' '),
  abbreviations,
  dates,
  times,
  telephones,
  codes,
  money,
  measures,
  plainNumbers,
  signs,
];
