import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPronouncer } from './pronunciation.ts';

const say = createPronouncer([
  { word: 'Siobhan', spoken: 'shiv awn' },
  { word: 'Nguyen', spoken: 'win' },
  { word: 'Dr. Nguyen', spoken: 'Doctor Win' },
  { word: 'GIF', spoken: 'jif' },
  { word: "O'Shea", spoken: 'oh shay' },
  { word: 'Čapek', spoken: 'chah peck' },
]);

describe('the dictionary', () => {
  it.each([
    ['Ask Siobhan, please.', 'Ask shiv awn, please.'],
    ['SIOBHAN and siobhan', 'shiv awn and shiv awn'],
    ['Siobhan’s room, Siobhan-Marie', 'shiv awn’s room, shiv awn-Marie'],
    ['Siobhans and Siobhan1 stay', 'Siobhans and Siobhan1 stay'],
    ['Dr. Nguyen is here, Nguyen is not.', 'Doctor Win is here, win is not.'],
    ['dr.   nguyen', 'Doctor Win'],
    ['a gift, a gif', 'a gift, a jif'],
    ['O’Shea, o’shea and O’Sheas', 'oh shay, oh shay and O’Sheas'],
    ['Mr. C\u030Capek', 'Mr. chah peck'],
    ['', ''],
  ])('reads %j as %j', (text, spoken) => expect(say(text)).toBe(spoken));

  it('reads an entry once: what it puts in is nobody else’s word', () => {
    const swap = createPronouncer([
      { word: 'one', spoken: 'two' },
      { word: 'two', spoken: 'one' },
    ]);
    expect(swap('one two')).toBe('two one');
  });

  it('does not take a piece of a contraction for a word', () => {
    const pieces = createPronouncer([
      { word: 't', spoken: 'tee' },
      { word: 'don', spoken: 'Donald' },
    ]);
    expect(pieces("I don't. Don, T.")).toBe("I don't. Donald, tee.");
  });
});

const letters = fc.constantFrom(...'abcdefgxyzÄéł');
const word = fc.array(letters, { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
const gap = fc.constantFrom(' ', ', ', '. ', ' - ', '! ', '\n');
const fold = (text: string) => text.toLowerCase();

describe('any dictionary', () => {
  it('changes its own words and no other', () => {
    fc.assert(
      fc.property(fc.array(word), fc.array(word), gap, (dictionary, text, between) => {
        const entries = [...new Set(dictionary.map(fold))].map((each) => ({
          word: each,
          spoken: `<${each}>`,
        }));
        const listed = new Set(entries.map((entry) => entry.word));
        const expected = text.map((each) => (listed.has(fold(each)) ? `<${fold(each)}>` : each));
        expect(createPronouncer(entries)(text.join(between))).toBe(expected.join(between));
      }),
    );
  });

  it('changes nothing a second time, where no entry says what another one listens for', () => {
    fc.assert(
      fc.property(fc.array(word), fc.string(), (dictionary, text) => {
        // Figures are in no word of these dictionaries.
        const pronounce = createPronouncer(dictionary.map((each, i) => ({ word: each, spoken: `9${i}` })));
        const once = pronounce(text);
        expect(pronounce(once)).toBe(once);
      }),
    );
  });

  it('takes any marks in a word as they are written', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        const entry = `a${text.replace(/\s+/g, ' ').trim()}z`;
        expect(createPronouncer([{ word: entry, spoken: 'said' }])(`(${entry})`)).toBe('(said)');
      }),
    );
  });
});
