import fc from 'fast-check';
import { luhnHolds } from './checks.ts';

/** Made-up numbers, and the many ways in which a recogniser of speech writes what was said. */

interface Detail {
  readonly digits: string;
  readonly groups: readonly number[];
}

const figures = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''));

const withCheck = (start: string): string =>
  start + [...'0123456789'].find((digit) => luhnHolds(start + digit));

export const cards: fc.Arbitrary<Detail> = fc
  .constantFrom(
    { prefix: '4', length: 16, groups: [4, 4, 4, 4] },
    { prefix: '51', length: 16, groups: [4, 4, 4, 4] },
    { prefix: '55', length: 16, groups: [4, 4, 4, 4] },
    { prefix: '2223', length: 16, groups: [4, 4, 4, 4] },
    { prefix: '34', length: 15, groups: [4, 6, 5] },
    { prefix: '37', length: 15, groups: [4, 6, 5] },
    { prefix: '6011', length: 16, groups: [4, 4, 4, 4] },
    { prefix: '65', length: 16, groups: [4, 4, 4, 4] },
    { prefix: '36', length: 14, groups: [4, 6, 4] },
  )
  .chain(({ prefix, length, groups }) =>
    figures(length - prefix.length - 1).map((rest) => ({ digits: withCheck(prefix + rest), groups })),
  );

export const socialSecurityNumbers: fc.Arbitrary<Detail> = fc
  .tuple(
    fc.integer({ min: 1, max: 899 }).filter((area) => area !== 666),
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 9999 }),
  )
  .map(([area, group, serial]) => ({
    digits: `${String(area).padStart(3, '0')}${String(group).padStart(2, '0')}${String(serial).padStart(4, '0')}`,
    groups: [3, 2, 4],
  }));

export const telephones: fc.Arbitrary<Detail> = fc
  .tuple(fc.integer({ min: 201, max: 989 }), fc.integer({ min: 200, max: 999 }), figures(4))
  .map(([area, office, line]) => ({ digits: `${area}${office}${line}`, groups: [3, 3, 4] }));

/** Figures that are nothing in particular. */
export const brokenDigit: fc.Arbitrary<Detail> = fc
  .integer({ min: 3, max: 20 })
  .chain((length) => figures(length))
  .map((digits) => ({ digits, groups: [digits.length] }));

type Render = (digits: string, groups: readonly number[]) => string;

const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const spokenDigit = (digit: string): string => names[Number(digit)] ?? '';
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const teens = [
  ...[
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
  ],
];

const split = (digits: string, groups: readonly number[]): readonly string[] =>
  groups.map((length, i) => {
    const at = groups.slice(0, i).reduce((sum, before) => sum + before, 0);
    return digits.slice(at, at + length);
  });

const spelled = (digits: string): string => [...digits].map(spokenDigit).join(' ');

/** "forty-one eleven": figures in pairs; of an odd number the first stands alone. */
function inPairs(digits: string): string {
  const isOdd = digits.length % 2 === 1;
  const parts: string[] = isOdd ? [spelled(digits.slice(0, 1))] : [];
  for (let i = isOdd ? 1 : 0; i < digits.length; i += 2) {
    const [one = '', two = ''] = digits.slice(i, i + 2);
    if (two === '' || one === '0') parts.push(spelled(one + two));
    else if (one === '1') parts.push(teens[Number(two)] ?? '');
    else if (two === '0') parts.push(tens[Number(one)] ?? '');
    else parts.push(`${tens[Number(one)]}-${spokenDigit(two)}`);
  }
  return parts.join(' ');
}

const doubled = (digits: string): string =>
  digits.replace(/(\d)\1|\d/g, (run) =>
    run.length === 2 ? ` double ${spokenDigit(run[0] ?? '')}` : ` ${spokenDigit(run)}`,
  );

const ways: readonly Render[] = [
  (digits, groups) => split(digits, groups).join(' '),
  (digits, groups) => split(digits, groups).join('-'),
  (digits, groups) => split(digits, groups).join(', '),
  (digits, groups) => split(digits, groups).join('. '),
  (digits) => digits,
  (digits) => [...digits].join('-'),
  (digits) => [...digits].join(' '),
  (digits, groups) => split(digits, groups).map(spelled).join(', '),
  (digits, groups) => split(digits, groups).map(spelled).join(' um '),
  (digits, groups) => split(digits, groups).map(spelled).join(' dash '),
  (digits) => spelled(digits),
  (digits) => spelled(digits).replaceAll('zero', 'oh'),
  (digits, groups) => split(digits, groups).map(doubled).join(','),
  (digits, groups) => split(digits, groups).map(inPairs).join(', '),
  (digits, groups) =>
    split(digits, groups)
      .map((group, i) => (i % 2 === 0 ? group : spelled(group)))
      .join(' '),
];

export const renderings: fc.Arbitrary<Render> = fc.constantFrom(...ways);

/** What is said before and behind. */
export const fillers: fc.Arbitrary<readonly [string, string]> = fc.tuple(
  fc.constantFrom('', 'Okay so', 'Yes, it is', 'my card number is', 'you can charge', 'the number on it is'),
  fc.constantFrom('', '.', ', thank you', ' and that is it.', ', did you get that?'),
);
