import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClauseSplitter, splitClauses } from './clauses.ts';

it.each([
  ['Sure, what day works for you?', ['Sure,', 'what day works for you?']],
  ['Hello. This is Ava.', ['Hello.', 'This is Ava.']],
  ['Dr. Lee is in at 10:30 a.m. on Monday.', ['Dr. Lee is in at 10:30 a.m. on Monday.']],
  [
    'We are open from nine to five, and on Sunday we rest.',
    ['We are open from nine to five,', 'and on Sunday we rest.'],
  ],
  ['No problem', ['No problem']],
  ['We will see you on November 24, 2026, at noon.', ['We will see you on November 24, 2026,', 'at noon.']],
  [
    'You can reach me on 4 1 5, 5 5 5, 0 1 3 2, any time.',
    ['You can reach me on 4 1 5, 5 5 5, 0 1 3 2,', 'any time.'],
  ],
  [
    'A first visit costs you Rs. 500, and that is all.',
    ['A first visit costs you Rs. 500,', 'and that is all.'],
  ],
  ['One\nTwo', ['One', 'Two']],
  ['', []],
])('cuts "%s"', (text, clauses) => {
  expect(splitClauses(text)).toEqual(clauses);
});

it('cuts a sentence without punctuation before it grows too long', () => {
  const long = Array.from({ length: 60 }, (_, index) => (index % 13 === 12 ? 'and' : `word${index}`)).join(
    ' ',
  );
  const clauses = splitClauses(long);
  expect(clauses.join(' ')).toBe(long);
  for (const clause of clauses) expect(clause.split(' ').length).toBeLessThanOrEqual(24);
  expect(clauses[1]?.startsWith('and ')).toBe(true);
});

it('cuts at the same places however the text arrives, and loses nothing', () => {
  const text = fc
    .array(
      fc.constantFrom(
        'Sure,',
        'we',
        'are',
        'open',
        'and',
        'closed.',
        'Why?',
        'Dr.',
        'at 10:30 AM,',
        'so',
        '24,',
        '2026',
        'Rs.',
        '\n',
      ),
      {
        maxLength: 60,
      },
    )
    .map((words) => words.join(' '));
  fc.assert(
    fc.property(
      text,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
      (whole, sizes) => {
        const splitter = new ClauseSplitter();
        const clauses: string[] = [];
        let at = 0;
        for (let i = 0; at < whole.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          clauses.push(...splitter.push(whole.slice(at, at + size)));
          at += size;
        }
        clauses.push(...splitter.flush());
        expect(clauses).toEqual(splitClauses(whole));
        expect(clauses.join(' ').split(/\s+/)).toEqual(whole.trim().split(/\s+/));
      },
    ),
  );
});
