import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sensitiveKinds } from '../../store/index.ts';
import { ibanHolds, luhnHolds, verhoeffHolds } from './checks.ts';
import { digitRuns } from './digits.ts';
import {
  brokenDigit,
  cards,
  fillers,
  renderings,
  socialSecurityNumbers,
  telephones,
} from './fake-details.ts';
import { redact } from './redaction.ts';
import { redactTurns } from './turns.ts';
import { wordsOf } from './words.ts';

const all = sensitiveKinds;
const said = (text: string, asked?: string): string => redact(text, all, { asked }).text;

/** Every figure that is left, however it is said. */
const figuresLeft = (text: string): string =>
  digitRuns(wordsOf(text))
    .map((run) => run.digits)
    .join(' ');

const runs = { numRuns: 1000 };

describe('redaction', () => {
  it.each([
    ['My card is 4111 1111 1111 1111, thanks.', 'My card is [card number], thanks.'],
    ['four one one one, one one one one, one one one one, one one one one', '[card number]'],
    ['It is forty-one eleven eleven eleven eleven eleven eleven eleven', 'It is [card number]'],
    ['4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1', '[card number]'],
    ['Amex 3782 822463 10005 please', 'Amex [card number] please'],
    ['4111111111111111 12 27 123', '[card number] [card detail]'],
    ['my card number is 4111 1111 1111 1112', 'my card number is [card number]'],
    ['my social is 512-34-6789', 'my social is [social security number]'],
    ['five one two, three four, six seven eight nine', '[social security number]'],
    ['the last four of my social are 6 7 8 9', 'the last four of my social are [social security number]'],
    ['QQ 12 34 56 C', 'QQ 12 34 56 C'],
    ['It is AB 12 34 56 C.', 'It is [national insurance number].'],
    ['A B one two three four five six C', '[national insurance number]'],
    ['my PAN is ABCPE1234F', 'my PAN is [tax number]'],
    ['A B C P E 1 2 3 4 F', '[tax number]'],
    ['GB29 NWBK 6016 1331 9268 19', '[bank account]'],
    ['my password is blue horse, okay?', 'my password is [secret], okay?'],
    ['the gate code is 4 4 7 1 and then left', 'the gate code is [secret] and then left'],
    ['my pin 4471', 'my pin [secret]'],
    ['I was born on March 3rd 1985 in Ohio', 'I was born on [date of birth] in Ohio'],
    ['date of birth twelfth of May nineteen eighty two', 'date of birth [date of birth]'],
    [
      'the card expires 12/27 and the CVV is 123',
      'the card expires [card detail] and the CVV is [card detail]',
    ],
    ['I have diabetes and take Zoloft', 'I have [health detail] and take [health detail]'],
  ])('of %j', (text, expected) => {
    expect(said(text)).toBe(expected);
  });

  it.each([
    'Call me on 415-555-0132.',
    'four one five, five five five, oh one three two',
    'My number is +44 20 7946 0958, or +1 415 555 0132.',
    'My mobile is 98765 43210.',
    'from 415-555-0132 to 415-555-0199',
    'Tuesday the 24th at 10:30 for two people',
    'at 1200 Main Street, zip 94107',
    'My password is not working.',
    'I forgot my pin and need help',
    'The offer expires on May 12th.',
    'How much is a filling, 210 dollars?',
    'I was born ready for this',
    'Let us do the 3rd of March at 9',
    'order number 1234567890123',
  ])('leaves %j alone', (text) => {
    expect(said(text)).toBe(text);
  });

  it('knows by the question what the answer is', () => {
    expect(said('1 2 3', 'And the three digits on the back?')).toBe('[card detail]');
    expect(said('five one two three four six seven eight nine', 'What is your social?')).toBe(
      '[social security number]',
    );
    expect(said('March 3rd 1985', 'What is your date of birth?')).toBe('[date of birth]');
    expect(said('4471', 'What is the gate code?')).toBe('[secret]');
  });

  it('takes only the kinds that are asked for', () => {
    expect(redact('512-34-6789 and diabetes', ['health']).text).toBe('512-34-6789 and [health detail]');
    expect(redact('512-34-6789', []).text).toBe('512-34-6789');
  });

  it('tells where everything was', () => {
    const text = 'Card 4111 1111 1111 1111 and social 512-34-6789.';
    expect(redact(text, all).found.map(({ kind, from, to }) => [kind, text.slice(from, to)])).toEqual([
      ['card', '4111 1111 1111 1111'],
      ['us-ssn', '512-34-6789'],
    ]);
  });

  it('finds cards that are told in several turns', () => {
    const turns = [
      { id: '1', speaker: 'agent', text: 'What is the card number?' },
      { id: '2', speaker: 'caller', text: 'Sure, it is 4111 1111' },
      { id: '3', speaker: 'agent', text: 'Go on.' },
      { id: '4', speaker: 'caller', text: '1111 1111, got it?' },
      { id: '5', speaker: 'agent', text: 'And the security code?' },
      { id: '6', speaker: 'caller', text: 'one two three' },
    ] as const;
    expect(redactTurns(turns, all).map(({ id, text }) => [id, text])).toEqual([
      ['2', 'Sure, it is [card number]'],
      ['4', '[card number], got it?'],
      ['6', '[card detail]'],
    ]);
    expect(
      redactTurns(
        [
          { id: '1', speaker: 'caller', text: 'at ten thirty' },
          { id: '2', speaker: 'agent', text: 'And your number?' },
          { id: '3', speaker: 'caller', text: '415 555 0132' },
        ],
        all,
      ),
    ).toEqual([]);
  });

  it('finds what a person of the staff reads back in several turns', () => {
    const turns = [
      { id: '1', speaker: 'staff', text: 'So it is 4111 1111' },
      { id: '2', speaker: 'caller', text: 'Yes.' },
      { id: '3', speaker: 'staff', text: '1111 1111, right?' },
    ] as const;
    expect(redactTurns(turns, all).map(({ id, text }) => [id, text])).toEqual([
      ['1', 'So it is [card number]'],
      ['3', '[card number], right?'],
    ]);
  });

  it('checks check digits', () => {
    expect(luhnHolds('4111111111111111') && !luhnHolds('4111111111111112')).toBe(true);
    expect(verhoeffHolds('2363') && !verhoeffHolds('2364')).toBe(true);
    expect(ibanHolds('GB29NWBK60161331926819') && !ibanHolds('GB29NWBK60161331926818')).toBe(true);
  });
});

describe('generated renderings', () => {
  const counted = (name: string, share: number): void => {
    expect(share, `${name}: share found`).toBeGreaterThanOrEqual(0.99);
  };

  it('of cards are found, and nothing of them is left', () => {
    let [tried, left] = [0, 0];
    fc.assert(
      fc.property(cards, renderings, fillers, (card, render, [before, behind]) => {
        const text = said(`${before} ${render(card.digits, card.groups)}${behind}`);
        tried += 1;
        if (figuresLeft(text).replaceAll(' ', '').includes(card.digits.slice(-4))) left += 1;
        else expect(text).not.toMatch(/\d{5}/);
      }),
      runs,
    );
    counted('cards', 1 - left / tried);
  });

  it('of social security numbers are found', () => {
    let [tried, left] = [0, 0];
    fc.assert(
      fc.property(socialSecurityNumbers, renderings, fillers, ({ digits, groups }, render, [_, behind]) => {
        const text = said(`my social security number is ${render(digits, groups)}${behind}`);
        tried += 1;
        if (!text.includes('[social security number]') || figuresLeft(text).includes(digits.slice(-4)))
          left += 1;
      }),
      runs,
    );
    counted('social security numbers', 1 - left / tried);
  });

  it('of telephone numbers are left alone', () => {
    let [tried, taken] = [0, 0];
    fc.assert(
      fc.property(telephones, renderings, fillers, ({ digits, groups }, render, [_, behind]) => {
        tried += 1;
        if (redact(`call me on ${render(digits, groups)}${behind}`, all).found.length > 0) taken += 1;
      }),
      runs,
    );
    expect(taken / tried).toBeLessThanOrEqual(0.005);
  });

  it('redacted again stay as they are', () => {
    const details = fc.oneof(cards, socialSecurityNumbers, telephones, brokenDigit);
    const words = fc.constantFrom(
      ...'my card is and social the born on March expires 12 27 cvv 123 password four five diabetes, . ; A B [x]'.split(
        ' ',
      ),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            words,
            fc.tuple(details, renderings).map(([one, render]) => render(one.digits, one.groups)),
          ),
          {
            maxLength: 14,
          },
        ),
        fc.subarray([...all], { minLength: 1 }),
        (parts, kinds) => {
          const once = redact(parts.join(' '), kinds);
          const twice = redact(once.text, kinds);
          expect(twice).toEqual({ text: once.text, found: [] });
        },
      ),
      runs,
    );
  });

  it('of any text are the text where nothing is found', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const { text: written, found } = redact(text, all);
        if (found.length === 0) expect(written).toBe(text);
        for (const { from, to } of found) expect(from).toBeLessThan(to);
      }),
      runs,
    );
  });
});
