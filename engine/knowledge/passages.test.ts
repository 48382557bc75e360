import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Block, countWords } from './document.ts';
import { passagesOf } from './passages.ts';
import { sentencesOf } from './sentences.ts';

const sentence = fc
  .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 160 })
  .map((words) => `${words.join(' ')}.`);
const block: fc.Arbitrary<Block> = fc.record({
  kind: fc.constantFrom('prose', 'row', 'answer'),
  headings: fc.constantFrom([], ['A'], ['A', 'B']),
  text: fc.array(sentence, { minLength: 1, maxLength: 6 }).map((sentences) => sentences.join(' ')),
});

const wordsOf = (texts: readonly { readonly text: string }[]): string =>
  texts
    .map(({ text }) => text)
    .join(' ')
    .split(/\s+/)
    .join(' ');

describe('passages', () => {
  it('are the whole text in its order, whatever it is', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 12 }), (blocks) => {
        const passages = passagesOf(blocks);
        expect(wordsOf(passages)).toBe(wordsOf(blocks));
        expect(Math.max(0, ...passages.map(({ text }) => countWords(text)))).toBeLessThanOrEqual(120);
      }),
    );
  });

  it('end with a sentence, and keep what stands under different headings apart', () => {
    const text = Array.from({ length: 30 }, (_, i) => `This is sentence number ${i} of the text.`).join(' ');
    const passages = passagesOf([
      { kind: 'prose', headings: ['One'], text },
      { kind: 'prose', headings: ['One', 'Two'], text: 'Short.' },
    ]);
    expect(passages.map(({ heading }) => heading)).toEqual(['One', 'One', 'One', 'One \u203a Two']);
    for (const passage of passages) expect(passage.text).toMatch(/\.$/);
  });
});

describe('sentences', () => {
  it('are not ended by abbreviations', () => {
    expect(sentencesOf('Dr. Lee sees you at 9 a.m. on Monday. Bring $2.50. Is that fine? Yes!')).toEqual([
      'Dr. Lee sees you at 9 a.m. on Monday.',
      'Bring $2.50.',
      'Is that fine?',
      'Yes!',
    ]);
  });
});
