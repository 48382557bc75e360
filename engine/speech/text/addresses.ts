import type { Manner } from './manner.ts';
import { digitsOneByOne } from './numbers.ts';

/** Between words of an address; those of the second kind begin a part of it, after a pause. */
const symbols: Readonly<Record<string, string>> = {
  ...{ _: ' underscore ', '+': ' plus ', '-': ' dash ', '/': ' slash ' },
  ...{ '.': ', dot ', '@': ', at ' },
};

/** Ends of addresses that are letters, not words. */
const spelledEnds = /\b(?:uk|us|io|eu|tv|ai)$/i;
const ends =
  'com|org|net|io|ai|info|biz|app|health|dental|clinic|shop|us|eu|in|(?:co|org|ac|gov|net)\\.(?:uk|in)|uk';
const web = new RegExp(
  `(?<![\\w@.-])(?:(?:https?:\\/\\/|www\\.)[a-z\\d-]+(?:\\.[a-z\\d-]+)+|[a-z\\d-]+(?:\\.[a-z\\d-]+)*\\.(?:${ends}))(?![\\w-])((?:\\/[\\w-]+)*)\\/?`,
  'gi',
);

function spell(address: string): string {
  const [host = '', ...path] = address.split('/');
  const named = host
    .replace(spelledEnds, (end) => [...end.toUpperCase()].join(' '))
    // "dot co dot U K" is one breath.
    .replace(/\.(co|org|ac|gov|net)\.(?=\w)/i, '.$1 dot ');
  return [named, ...path]
    .join('/')
    .replace(/\d+/g, (digits) => ` ${digitsOneByOne(digits)} `)
    .replace(/[._+@/-]/g, (symbol) => symbols[symbol] ?? ' ')
    .replace(/\s+(?=,|\s)/g, '')
    .trim();
}

/** E-mail and web addresses: "ann.lee2@mail.com" → "ann, dot lee two, at mail, dot com". */
export const addresses = (text: string): string =>
  text
    .replace(/\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g, (address) => spell(address))
    .replace(web, (address) =>
      spell(
        address
          .replace(/^https?:\/\//i, '')
          .replace(/^www\./i, '')
          .replace(/\/$/, ''),
      ),
    );

const letters = (text: string): string =>
  [...text].map((one) => (/\d/.test(one) ? digitsOneByOne(one) : one)).join(' ');

const postcode = /\b([A-Z]{1,2}\d[A-Z\d]?)\s?(\d[A-Z]{2})\b/g;
const zip = /(?<=\b[A-Z]{2}\s)(\d{5})(?:-(\d{4}))?\b/g;
const pin = /(?<=\b[A-Z][a-z]+\s?[–-]?\s?|\bpin(?: code)?:?\s)([1-9]\d{2})\s?(\d{3})(?![\d,.]*\d)/gi;
/** Letters and figures in one word: references, registrations, flight numbers. */
const mixed = /(?<![\w.])(?=[A-Z-]*\d)(?=[\d-]*[A-Z])[A-Z\d]+(?:-[A-Z\d]+)*(?!\w)/g;

/** Post codes and codes of letters and figures: "SW1A 1AA" → "S W one A, one A A"; a short one as a room's name is: "B twelve". */
export function codes(text: string, manner: Manner): string {
  const postal =
    manner.kind === 'GB'
      ? text.replace(postcode, (_, out: string, inner: string) => `${letters(out)}, ${letters(inner)}`)
      : manner.kind === 'IN'
        ? text.replace(pin, (_, first: string, last: string) => `${letters(first)}, ${letters(last)}`)
        : text.replace(
            zip,
            (_, five: string, four?: string) => letters(five) + (four ? `, ${letters(four)}` : ''),
          );
  return postal.replace(mixed, (code) => {
    const room = /^([A-Z]|[A-Z]{3,}-)(\d{1,2})$/.exec(code);
    return room
      ? `${room[1]?.replace('-', '') ?? ''} ${room[2] ?? ''}`
      : code.split('-').map(letters).join(', ');
  });
}
