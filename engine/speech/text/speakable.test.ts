import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannerOf } from './manner.ts';
import { cardinal, lineDigits } from './numbers.ts';
import { speakable } from './speakable.ts';

const languages = ['en-US', 'en-GB', 'en-IN'] as const;

const parts = fc.constantFrom(
  ...[
    '&',
    ' ',
    '|',
    '$',
    '£',
    '₹',
    'Rs.',
    '€',
    '%',
    '5',
    '12',
    '00',
    '24',
    '1,50,000',
    '2026',
    '.',
    ',',
    '@',
    'a',
    'A',
  ],
  ...[
    'St',
    'Rd',
    'Dr',
    'No.',
    ':',
    'pm',
    '/',
    '-',
    '–',
    'th',
    'Nov',
    'of',
    'the',
    'May',
    'Mon',
    'ext',
    'km',
    'kg',
    '°C',
  ],
  ...[
    '+44',
    '+91 98765',
    '020 7946',
    '(415)',
    '555-0132',
    'x',
    'SW1A',
    '1AA',
    'k',
    'lakh',
    '½',
    '#',
    '.com',
    '.co.uk',
  ],
);
const pieces = fc.array(parts, { maxLength: 12 }).map((all) => all.join(''));
const spaced = fc.array(parts, { maxLength: 10 }).map((all) => all.join(' '));

describe.each(languages)('spoken text in %s', (language) => {
  it('leaves no figure and no sign unspoken, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 60 }), pieces, spaced), (text) => {
        const once = speakable(text, language);
        expect(once).not.toMatch(/[0-9$£€₹%°@&+=#*_/\\|<>^½¼¾]/);
        expect(speakable(once, language)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  it('says every amount differently, and in words that follow one another', () => {
    const { scales } = mannerOf(language);
    const amount = fc.integer({ min: 0, max: 2_000_000_000 });
    const value = (words: string): number => {
      let [total, group] = [0, 0];
      for (const word of words.split(/ |-/)) {
        const scale = scales.find(([, name]) => name === word)?.[0];
        if (scale === 100) group *= 100;
        else if (scale) [total, group] = [total + group * scale, 0];
        else if (word !== 'and') group += unit.get(word) ?? Number.NaN;
      }
      return total + group;
    };
    const unit = new Map(
      [...Array(20).keys(), 20, 30, 40, 50, 60, 70, 80, 90].map((n) => [cardinal(n, mannerOf(language)), n]),
    );
    fc.assert(
      fc.property(amount, (n) => {
        // A crore may itself be counted in hundreds and thousands.
        const small = language === 'en-IN' ? n % 1_000_000_000 : n;
        expect(value(cardinal(small, mannerOf(language)))).toBe(small);
      }),
    );
  });
});

it('loses no figure of a telephone number to "double" and "triple"', () => {
  const digits = fc.stringMatching(/^[0-3]{1,12}$/);
  fc.assert(
    fc.property(digits, (written) => {
      const said = lineDigits(written, { zero: 'oh', doubles: true });
      const heard = said
        .replace(/triple (\w+)/g, '$1 $1 $1')
        .replace(/double (\w+)/g, '$1 $1')
        .split(' ')
        .map((word) => ['oh', 'one', 'two', 'three'].indexOf(word))
        .join('');
      expect(heard).toBe(written);
    }),
  );
});

it.each([
  ['en-AU', 'GB'],
  ['en-IE', 'GB'],
  ['en-IN', 'IN'],
  ['en-CA', 'US'],
  ['en', 'US'],
  ['en-ZZ', 'US'],
])('speaks %s in the manner of %s', (language, kind) => {
  expect(mannerOf(language).kind).toBe(kind);
});

it('knows numbers without a country code as those of the country spoken in', () => {
  expect(speakable('02 9374 4000', 'en-AU')).toBe('oh two, nine three seven four, four triple oh');
});
