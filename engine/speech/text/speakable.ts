import { cardinal, digitsOneByOne, ordinal, yearInWords } from './numbers.ts';

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const monthPattern = `(?:${months.map((month) => `${month.slice(0, 3)}(?:${month.slice(3)})?\\.?`).join('|')}|Sept\\.?)`;

const abbreviations: readonly (readonly [RegExp, string])[] = [
  [/\bDr\.(?=\s+[A-Z])/g, 'Doctor'],
  [/\bMrs\.(?=\s)/g, 'Missus'],
  [/\bMr\.(?=\s)/g, 'Mister'],
  [/\bMs\.(?=\s)/g, 'Miz'],
  [/\bSt\.(?=\s+[A-Z])/g, 'Saint'],
  [/(?<=[A-Za-z]\s)St\.?(?=$|[\s,])/g, 'Street'],
  [/(?<=[A-Za-z]\s)Ave\.?(?=$|[\s,])/g, 'Avenue'],
  [/(?<=[A-Za-z]\s)Rd\.?(?=$|[\s,])/g, 'Road'],
  [/(?<=[A-Za-z]\s)Blvd\.?(?=$|[\s,])/g, 'Boulevard'],
  [/\b[Aa]ppt\.?(?=\s)/g, 'appointment'],
  [/\be\.g\.,?(?=\s)/g, 'for example'],
  [/\bi\.e\.,?(?=\s)/g, 'that is'],
  [/\betc\.?(?=$|[\s,;.])/g, 'et cetera'],
  [/(?<=\s)&(?=\s)/g, 'and'],
];

/**
 * Writes text the way it is spoken in American English: money, times, dates, telephone numbers (digit by
 * digit, with commas where a speaker pauses), e-mail addresses, percentages, ordinals and plain numbers.
 * Pure; applying it twice changes nothing more.
 */
export function speakable(text: string): string {
  let spoken = readOut(text);
  // Words that one pass makes out of figures may show the next what an abbreviation beside them means.
  for (let pass = 1; pass < maxPasses; pass += 1) {
    const again = readOut(spoken);
    if (again === spoken) break;
    spoken = again;
  }
  return spoken;
}

const maxPasses = 8;

function readOut(text: string): string {
  let spoken = text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"');
  // The order matters: what looks like a longer thing is read before its parts, and only addresses may hold marks.
  for (const rule of [emails, webAddresses, withoutMarks, phones, money, isoDates, slashDates, monthDates])
    spoken = rule(spoken);
  for (const rule of [times, percents]) spoken = rule(spoken);
  for (const [pattern, words] of abbreviations) spoken = spoken.replace(pattern, words);
  return plainNumbers(spoken).replace(/\s+/g, ' ').trim();
}

/** Marks of written text that nobody reads out. */
const withoutMarks = (text: string): string => text.replace(/[*_#`~<>|]/g, ' ');

const symbolWords: Readonly<Record<string, string>> = {
  '.': 'dot',
  '-': 'dash',
  _: 'underscore',
  '+': 'plus',
  '@': 'at',
  '/': 'slash',
};

const spellAddress = (address: string): string =>
  address
    .replace(/\d+/g, (digits) => ` ${digitsOneByOne(digits)} `)
    .replace(/[.\-_+@/]/g, (symbol) => ` ${symbolWords[symbol] ?? ''} `)
    .replace(/\s+/g, ' ')
    .trim();

const emails = (text: string): string =>
  text.replace(/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, (address) => spellAddress(address));

const webAddresses = (text: string): string =>
  text.replace(
    /\b(?:https?:\/\/)?(?:www\.)?[a-z\d-]+(?:\.[a-z\d-]+)*\.(?:com|org|net|io|dental|us)\b/gi,
    (address) => spellAddress(address.replace(/^https?:\/\//i, '').replace(/^www\./i, '')),
  );

/** North American numbers: "four one five, five five five, zero one three two". */
const phones = (text: string): string =>
  text.replace(
    /(?<![\d$.])(\+?1[\s.-]?)?\(?(\d{3})\)?[\s.-]?(\d{3})[\s.-]?(\d{4})(?!\d)/g,
    (_, country: string | undefined, area: string, exchange: string, line: string) =>
      [...(country ? ['1'] : []), area, exchange, line].map(digitsOneByOne).join(', '),
  );

const money = (text: string): string =>
  text.replace(
    /\$\s?(\d[\d,]*)(?:\.(\d{2}))?(?![\d.]*\d)/g,
    (_, whole: string, cents: string | undefined) => {
      const dollars = Number(whole.replaceAll(',', ''));
      const parts: string[] = [];
      if (dollars > 0 || !Number(cents))
        parts.push(`${cardinal(dollars)} ${dollars === 1 ? 'dollar' : 'dollars'}`);
      if (Number(cents)) parts.push(`${cardinal(Number(cents))} ${Number(cents) === 1 ? 'cent' : 'cents'}`);
      // "1,200, please": the comma after the amount is the sentence's own.
      return parts.join(' and ') + (whole.endsWith(',') ? ',' : '');
    },
  );

const isoDates = (text: string): string =>
  text.replace(/\b(\d{4})-(\d{2})-(\d{2})\b/g, (whole, year: string, month: string, day: string) =>
    dateWords(whole, Number(month), Number(day), Number(year)),
  );

const slashDates = (text: string): string =>
  text.replace(/\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g, (whole, month: string, day: string, year: string) =>
    dateWords(whole, Number(month), Number(day), Number(year)),
  );

function dateWords(whole: string, month: number, day: number, year: number): string {
  const name = months[month - 1];
  return name && day >= 1 && day <= 31 ? `${name} ${ordinal(day)}, ${yearInWords(year)}` : whole;
}

const monthDates = (text: string): string =>
  text.replace(
    new RegExp(`\\b(${monthPattern})\\s+(\\d{1,2})(?:st|nd|rd|th)?(?![\\d:])(?:,?\\s+(\\d{4})\\b)?`, 'g'),
    (_, month: string, day: string, year: string | undefined) => {
      const name = months.find((candidate) => candidate.startsWith(month.slice(0, 3))) ?? month;
      return `${name} ${ordinal(Number(day))}${year ? `, ${yearInWords(Number(year))}` : ''}`;
    },
  );

const meridiem = (letters: string | undefined): string =>
  letters ? ` ${letters.toUpperCase().startsWith('A') ? 'A M' : 'P M'}` : '';

function clockWords(hour: number, minute: number, letters: string | undefined): string {
  if (hour === 12 && minute === 0 && letters?.toUpperCase().startsWith('P')) return 'noon';
  if (minute === 0) return cardinal(hour) + (letters ? meridiem(letters) : " o'clock");
  const minutes = minute < 10 ? `oh ${cardinal(minute)}` : cardinal(minute);
  return `${cardinal(hour)} ${minutes}${meridiem(letters)}`;
}

const times = (text: string): string =>
  text
    .replace(
      /(?<=\d(?::\d{2})?\s?(?:[AaPp]\.?[Mm]\.?)?)\s?[–-]\s?(?=\d{1,2}(?::\d{2})?\s?[AaPp]\.?[Mm])/g,
      ' to ',
    )
    .replace(
      /\b(\d{1,2}):(\d{2})(?:\s?([AaPp])\.?[Mm]\b(\.(?=\s+[a-z]))?)?/g,
      (whole, hour: string, minute: string, letters: string | undefined) =>
        Number(hour) > 24 || Number(minute) > 59 ? whole : clockWords(Number(hour), Number(minute), letters),
    )
    .replace(/\b(\d{1,2})\s?([AaPp])\.?[Mm]\b(\.(?=\s+[a-z]))?/g, (whole, hour: string, letters: string) =>
      Number(hour) > 12 ? whole : clockWords(Number(hour), 0, letters),
    );

const percents = (text: string): string =>
  text.replace(/(\d+(?:\.\d+)?)\s?%/g, (_, amount: string) => `${decimalWords(amount)} percent`);

function decimalWords(number: string): string {
  const [whole = '0', fraction] = number.split('.');
  return cardinal(Number(whole)) + (fraction ? ` point ${digitsOneByOne(fraction)}` : '');
}

const plainNumbers = (text: string): string =>
  text
    .replace(/\b(\d+)(?:st|nd|rd|th)\b/g, (_, digits: string) => ordinal(Number(digits)))
    .replace(/\b(?:in|since|of|year)\s+((?:19|20)\d{2})\b/g, (whole, year: string) =>
      whole.replace(year, yearInWords(Number(year))),
    )
    .replace(/(?<![\w.])\d{1,3}(?:,\d{3})+(?!\d)/g, (number) => cardinal(Number(number.replaceAll(',', ''))))
    .replace(/(?<![\w.])\d+\.\d+\b/g, decimalWords)
    .replace(/\d+/g, (digits) =>
      // Codes and anything with a leading zero are read out; amounts are said.
      digits.length > 6 || (digits.length > 1 && digits.startsWith('0'))
        ? digitsOneByOne(digits)
        : cardinal(Number(digits)),
    );
