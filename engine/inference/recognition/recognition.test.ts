import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Expected, ExpectedOne } from '../contract.ts';
import { type BatchStep, searchBeam } from './beam.ts';
import { decide } from './decision.ts';
import { ExpectedGrammars } from './expected-grammars.ts';
import { GrammarState } from './grammar.ts';
import { readNameBook } from './name-book.ts';
import { WordPieces } from './word-pieces.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const letters = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?-'()"];
/** 259 tokens that are no pieces, then every letter, then joined ones: the earlier, the sooner joined. */
const vocabulary = [
  ...Array.from({ length: 259 }, (_, i) => bytes(String.fromCharCode(i % 128))),
  ...['▁', ...letters].map(bytes),
  ...['an', '▁D', 'Mo', 'ss', 'Moss', '▁Dan', '▁Moss', '▁Dana'].map(bytes),
];
const pieces = new WordPieces(vocabulary);
const end = 2;
const { signal } = new AbortController();

/** A decoder that hears one text, each of its tokens with this probability, and all others alike. */
const hearing = (text: readonly number[], probability = 0.9): BatchStep => {
  let said: readonly (readonly number[])[] = [];
  return async (from, tokens) => {
    said = from.map((row, i) => [...(said[row] ?? []), tokens[i] ?? 0]);
    return said.map((so) => {
      const next = text[so.length - 1] ?? end;
      const isOn = so.slice(1).every((one, at) => one === text[at]);
      const other = Math.log((1 - probability) / vocabulary.length);
      const of = (token: number): number => (isOn && token === next ? Math.log(probability) : other);
      return { of, best: isOn ? next : end };
    });
  };
};

const options = (grammar: GrammarState) => ({ grammar, start: 1, end, limit: 60, signal });
const of = (text: string): readonly number[] => pieces.words(text) ?? [];

describe('word pieces', () => {
  test('a text comes back from its tokens, joined as far as the vocabulary goes', () => {
    expect(of('Dana Moss')).toHaveLength(2);
    expect(pieces.text(of('Dana Moss'))).toBe('Dana Moss');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...letters), minLength: 1 }), (text) => {
        expect(pieces.text(pieces.pieces(text) ?? [])).toBe(text);
      }),
    );
  });

  test('what the vocabulary cannot write has no tokens', () => {
    expect(pieces.words('Đoàn')).toBeNull();
  });
});

describe('grammar', () => {
  test('accepts its texts and nothing else', () => {
    const grammar = new GrammarState();
    const over = new GrammarState({ isEnd: true });
    grammar.say([5, 6], over);
    grammar.say([5, 7, 8], over);
    expect(grammar.accepts([5, 6])).toBe(true);
    expect(grammar.accepts([5, 7, 8])).toBe(true);
    for (const other of [[], [5], [5, 7], [6], [5, 6, 8]]) expect(grammar.accepts(other)).toBe(false);
  });

  test('a way round in a circle ends, and the better bonus counts', () => {
    const [one, other] = [new GrammarState(), new GrammarState({ isEnd: true })];
    one.orFrom(other, -2);
    one.orFrom(other, -1);
    other.orFrom(one);
    expect(one.arcs().end).toBe(-1);
  });

  test('what follows is worked out when it is first asked for, once', () => {
    let filled = 0;
    const state = new GrammarState({
      fill: (own) => {
        filled += 1;
        own.say([4], new GrammarState({ isEnd: true }));
      },
    });
    expect(filled).toBe(0);
    expect([state.accepts([4]), state.accepts([5]), filled]).toEqual([true, false, 1]);
  });
});

describe('listening for something', async () => {
  const grammars = new ExpectedGrammars(pieces, await readNameBook());
  const heard = async (expected: Expected, said: string): Promise<readonly string[]> => {
    const found = await searchBeam(hearing(of(said)), options(grammars.of(expected)));
    return found.map(({ tokens }) => pieces.text(tokens));
  };

  test.each([
    ['Dana Moss', { kind: 'name', known: [] }],
    ['My name is Priya Patel.', { kind: 'name', known: [] }],
    ["It's Siobhan O'Brien,", { kind: 'name', known: [] }],
    ['Xyqo Wvut', { kind: 'name', known: ['Xyqo Wvut'] }],
    ['First name S-A-R-A-H. Last name M-I-L-L-E-R', { kind: 'name', known: [] }],
    ['Sarah Miller. M-I-L-L-E-R.', { kind: 'name', known: [] }],
    ["It's George.Olsen at gmail.com.", { kind: 'email' }],
    ['P-E-T-E-R dot M-I-L-L-E-R at iCloud.com.', { kind: 'email' }],
    ['N-A-O-M-I-G-R-A-N-T at brightsmile.com.', { kind: 'email' }],
    ['Dana underscore Moss at yahoo dot com', { kind: 'email' }],
    ['415-555-0132', { kind: 'digits', counts: [10] }],
    ['four one five, five five five, oh one three two.', { kind: 'digits', counts: [7, 10] }],
    ['Three hundred twelve. 555-0102.', { kind: 'digits', counts: [10] }],
    ['the house', { kind: 'phrases', phrases: ['the house', 'the car'] }],
  ] as const)('%s is found', async (said, expected) => {
    const [best] = await heard(expected, said);
    expect(best?.replace(/[.,]$/, '')).toBe(said.replace(/[.,]$/, ''));
  });

  test('a number never has another count of digits than is listened for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 14 }), async (said) => {
        for (const text of await heard({ kind: 'digits', counts: [7, 10] }, said)) {
          // The 1 before a number of the United States is none of its digits.
          const digits = text.replace(/\D/g, '').replace(/^1(?=(?:.{7}|.{10})$)/, '');
          if (/^[\d\s.,()!?-]+$/.test(text)) expect([7, 10]).toContain(digits.length);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('ends at once when nobody waits for it any more', async () => {
    const withdrawn = AbortSignal.abort(new Error('withdrawn'));
    const search = searchBeam(hearing(of('Dana Moss')), {
      ...options(grammars.of({ kind: 'name', known: [] })),
      signal: withdrawn,
    });
    await expect(search).rejects.toThrow('withdrawn');
  });
});

describe('the decision', () => {
  const found = (text: string, logProbability: number, kind: ExpectedOne['kind'] = 'name') => ({
    ...{ text, kind },
    hypothesis: { tokens: [], logProbability, score: logProbability },
  });
  const name: Expected = { kind: 'name', known: [] };

  test('a name that sounds like the words is taken, and the others are kept', () => {
    const free = { text: "They're a miller.", logProbability: -2, confidence: 0.6 };
    const decided = decide(free, [found('Sarah Miller.', -4), found('Sara Miller.', -5)], name);
    expect(decided.text).toBe('Sarah Miller.');
    expect(decided.confidence).toBeGreaterThan(0.9);
    expect(decided.alternatives).toEqual(['Sara Miller.', "They're a miller."]);
  });

  test('a rare name that was heard as one stays what it is', () => {
    const free = { text: 'Ivan Petrov,', logProbability: -0.5, confidence: 0.9 };
    expect(decide(free, [found('Ivan Petroff,', -8.8)], name).text).toBe('Ivan Petrov,');
  });

  test('what was no name stays what it is', () => {
    const free = { text: 'How much is that going to be?', logProbability: -1, confidence: 0.95 };
    expect(decide(free, [found('Howard Banks', -22)], name)).toMatchObject({
      text: free.text,
      confidence: 0.95,
      alternatives: [],
    });
  });

  test('texts that differ in their last mark are one', () => {
    const free = { text: 'Deanna Mass.', logProbability: -6, confidence: 0.5 };
    const texts = [found('Dana Mars.', -5), found('Dana Moss.', -5.4), found('Dana Moss,', -5.4)];
    expect(decide(free, texts, name).text).toBe('Dana Moss.');
  });

  test('a clear sentence is not taken for a yes', () => {
    const free = { text: 'No sorry wrong number.', logProbability: -2, confidence: 0.85 };
    const phrases: Expected = { kind: 'phrases', phrases: ['no'] };
    expect(decide(free, [found('No.', -6, 'phrases')], phrases).text).toBe(free.text);
    expect(
      decide({ ...free, text: 'The corn.', confidence: 0.55 }, [found('The car.', -6, 'phrases')], phrases)
        .text,
    ).toBe('The car.');
  });

  test('a name that the caller has said is wrong is not heard again', () => {
    const free = { text: 'No, the name is Hannah White.', logProbability: -1, confidence: 0.9 };
    const not: Expected = { kind: 'any', of: [{ ...name, not: ['Hannah White'] }] };
    const texts = [found('No, the name is Hannah White.', -1), found('No, the name is Hannah Weiss.', -7)];
    expect(decide(free, texts, not).text).toBe('No, the name is Hannah Weiss.');
  });

  test('nothing found, nothing changed', () => {
    const free = { text: 'Hello.', logProbability: -1, confidence: 0.8 };
    expect(decide(free, [], name)).toEqual({ text: 'Hello.', confidence: 0.8, alternatives: [] });
  });
});
