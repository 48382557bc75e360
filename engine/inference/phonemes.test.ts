import { describe, expect, test } from 'vitest';
import { phonemesOf, sentencesOf } from './phonemes.ts';

describe('sentencesOf', () => {
  test.each([
    ['One. Two! Three?', ['One.', 'Two!', 'Three?']],
    ['Dr. Smith opens at 9.30. See you.', ['Dr. Smith opens at 9.30.', 'See you.']],
    ['It costs $4.50 (plus tax)', ['It costs $4.50 plus tax']],
    ['Well… yes', ['Well.', 'yes']],
    ['We close — sorry — at six.', ['We close, sorry, at six.']],
    ['... !', []],
    ['', []],
  ])('%j', (text, sentences) => {
    expect(sentencesOf(text)).toEqual(sentences);
  });
});

test('marks come back where espeak drops them, and not inside numbers', async () => {
  expect(await phonemesOf('Yes, I am here.', 'en-us')).toMatch(/^jˈɛs, .+ hˈɪɹ\.$/);
  expect(await phonemesOf('At 10:30.', 'en-us')).not.toContain(':');
});
