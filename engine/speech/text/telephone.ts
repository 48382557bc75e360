import { getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { Manner } from './manner.ts';
import { digitsOneByOne, lineDigits } from './numbers.ts';

/** Longer groups are hard to write down: they are said in two halves. */
const longestGroup = 5;

export interface Telephone {
  /** Figures only, as they are grouped where the number belongs; the country code first where it is another country's. */
  readonly groups: readonly string[];
  readonly isForeign: boolean;
}

/** A telephone number in groups as they are said in the speaker's country; null where it is no such number. */
export function telephoneOf(
  written: string,
  { country, kind }: Pick<Manner, 'country' | 'kind'>,
): Telephone | null {
  const number = parsePhoneNumberFromString(written, country);
  // Of North American numbers every ten figures count: people read out examples, and numbers newer than our lists.
  const isKnown = number?.countryCallingCode === '1' ? number.isPossible() : number?.isValid();
  if (!number || !isKnown) return null;
  const isForeign = number.countryCallingCode !== getCountryCallingCode(country);
  // Nobody in India says the 0 that its national form begins with.
  const isNational = !isForeign && kind !== 'IN';
  number.ext = undefined;
  const text = isNational ? number.formatNational() : number.formatInternational();
  const groups = (text.match(/\d+/g) ?? []).flatMap((group) => {
    const cut = Math.ceil(group.length / 2);
    return group.length > longestGroup ? [group.slice(0, cut), group.slice(cut)] : [group];
  });
  return { groups: isForeign || isNational ? groups : groups.slice(1), isForeign };
}

const candidate = /(?<![\w.,$£€₹/-])\+?\(?\d[\d\s().-]{6,18}\d(?![\d,]*\d)/g;

/** Telephone numbers digit by digit with commas where a speaker pauses, extensions, and short numbers to dial. */
export function telephones(text: string, manner: Manner): string {
  const say = (groups: readonly string[]): string =>
    groups.map((group) => lineDigits(group, manner)).join(', ');
  return (
    text
      .replace(candidate, (written) => {
        const telephone = telephoneOf(written, manner);
        return telephone ? `${telephone.isForeign ? 'plus ' : ''}${say(telephone.groups)}` : written;
      })
      .replace(/(?<![\w.,$-])(\d{3})-(\d{4})(?![\d-])/g, (_, exchange: string, line: string) =>
        say([exchange, line]),
      )
      .replace(/(?<![\w.,$-])(\d{2})-(\d{2})-(\d{2})(?![\w-])/g, (_, ...pairs: string[]) =>
        say(pairs.slice(0, 3)),
      )
      // Written with a space between the figures: to be said one by one.
      .replace(/(?<![\w.,:-])\d(?: \d)+(?![\w:-]|[.,]\d)/g, (figures) => say([figures.replaceAll(' ', '')]))
      .replace(
        /(^|,?\s+)(?:ext(?:n|ension)?\.?|x)\s?(\d{1,6})\b/gi,
        (_, gap: string, figures: string) => `${gap && ', '}extension ${digitsOneByOne(figures)}`,
      )
      .replace(
        /\b((?:call|dial|ring|text)\s+(?:us\s+on\s+)?)(\d{3,6})\b(?!\s?[-,.]?\d)/gi,
        (_, lead: string, figures: string) => lead + say([figures]),
      )
  );
}
