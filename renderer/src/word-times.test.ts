import { describe, expect, it } from 'vitest';
import { chosenTexts, wordTimes } from './word-times.ts';

describe('words of a turn', () => {
  const text = 'A longer word.';
  const words = wordTimes(text, { fromMs: 1000, toMs: 2500 });

  it('share its time by their length, without a gap', () => {
    expect(words.map(({ from, to }) => text.slice(from, to))).toEqual(['A', 'longer', 'word.']);
    expect(words.map(({ fromMs }) => Math.round(fromMs))).toEqual([1000, 1200, 1900]);
    expect(words.at(-1)?.toMs).toBeCloseTo(2500);
  });

  it('have no time where there is none', () => {
    expect(wordTimes('Yes', { fromMs: 5, toMs: 4 })).toEqual([{ from: 0, to: 3, fromMs: 5, toMs: 5 }]);
    expect(wordTimes('', { fromMs: 0, toMs: 9 })).toEqual([]);
  });

  it('that are chosen side by side are one piece', () => {
    expect(chosenTexts(text, words, new Set([0, 1]))).toEqual(['A longer']);
    expect(chosenTexts(text, words, new Set([0, 2]))).toEqual(['A', 'word.']);
  });
});
