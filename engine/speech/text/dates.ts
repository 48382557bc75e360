import type { Manner } from './manner.ts';
import { ordinal, yearInWords } from './numbers.ts';

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const month = `(?:${months.map((name) => `${name.slice(0, 3)}(?:${name.slice(3)})?\\b\\.?`).join('|')}|Sept\\b\\.?)`;
const day = '(\\d{1,2})(?:st|nd|rd|th)?';
const year = '(?:,?\\s+(\\d{4})\\b)?';
const to = '(?:\\s?[–-]\\s?|\\s+to\\s+)';

const dayThenMonth = new RegExp(
  `(\\bthe\\s+)?(?<![\\d.,:/-])${day}(?:${to}${day})?(\\s+of)?[\\s-]+(${month})${year}`,
  'g',
);
const monthThenDay = new RegExp(
  `\\b(${month})\\s+(?:the\\s+)?${day}(?:${to}${day})?(?![\\d:/-])(?!\\s?[ap]\\.?m)(?:,?\\s+(\\d{4})\\b)?`,
  'gi',
);
const monthThenYear = new RegExp(`\\b(${month}),?\\s+(\\d{4})\\b`, 'g');

const isDay = (text: string): boolean => Number(text) >= 1 && Number(text) <= 31;
const nameOf = (written: string): string =>
  months.find((name) => name.slice(0, 3).toLowerCase() === written.slice(0, 3).toLowerCase()) ?? written;

/** ISO dates, dates in figures (in the order of the country) and with the name of the month, as they are said there. */
export function dates(text: string, manner: Manner): string {
  const say = (written: { first: string; last?: string; month: string; year?: string }): string => {
    const days = [written.first, written.last]
      .filter((one) => one !== undefined)
      .map((one) => `${manner.dayFirst ? 'the ' : ''}${ordinal(Number(one), manner)}`)
      .join(' to ');
    const name = nameOf(written.month);
    const of = written.year === undefined ? '' : `, ${yearInWords(Number(written.year), manner)}`;
    return `${manner.dayFirst ? `${days} of ${name}` : `${name} ${days}`}${of}`;
  };
  const inFigures = (whole: string, d: string, m: string, y?: string): string => {
    const name = months[Number(m) - 1];
    return name && isDay(d) ? say({ first: d, month: name, year: y }) : whole;
  };
  const ordered = (whole: string, first: string, second: string, y?: string): string => {
    const [d, m] = manner.dayFirst ? [first, second] : [second, first];
    // 24/11 can only be in November, whoever wrote it.
    return Number(m) > 12 ? inFigures(whole, m, d, y) : inFigures(whole, d, m, y);
  };
  return text
    .replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, (whole, y: string, m: string, d: string) =>
      inFigures(whole, d, m, y),
    )
    .replace(
      /(?<![\d./-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4})\b/g,
      (whole, first: string, _, second: string, y: string) => ordered(whole, first, second, y),
    )
    .replace(
      /(\b(?:on|by|from|until|till|before|after)\s)(\d{1,2})\/(\d{1,2})(?![\d/])/gi,
      (whole, word: string, first: string, second: string) => {
        const said = ordered('', first, second);
        return said ? `${word}${said}` : whole;
      },
    )
    .replace(
      dayThenMonth,
      (
        whole,
        the: string | undefined,
        first: string,
        last: string | undefined,
        of: string | undefined,
        name: string,
        y?: string,
      ) => {
        if (![first, last ?? '1'].every(isDay)) return whole;
        // "the 24th of November" is right everywhere.
        if (the && of && !last && !manner.dayFirst)
          return `the ${ordinal(Number(first), manner)} of ${nameOf(name)}${y ? `, ${yearInWords(Number(y), manner)}` : ''}`;
        return say({ first, last, month: name, year: y });
      },
    )
    .replace(monthThenDay, (whole, name: string, first: string, last?: string, y?: string) =>
      /^[A-Z]/.test(name) && [first, last ?? '1'].every(isDay)
        ? say({ first, last, month: name, year: y })
        : whole,
    )
    .replace(
      monthThenYear,
      (_, name: string, y: string) => `${nameOf(name)} ${yearInWords(Number(y), manner)}`,
    );
}
