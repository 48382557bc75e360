import { describe, expect, it } from 'vitest';
import { coverage, topicWords } from './words.ts';

describe('topic words', () => {
  it('are what a question is about, without small talk', () => {
    expect(topicWords('hey, is there anywhere to park near you guys?')).toEqual(['park']);
    expect(topicWords('can you um tell me how it works')).toEqual(['works']);
    expect(topicWords('Is it OK to bring my two-year-old?')).toEqual(['child']);
    expect(topicWords('my 80 year old roof')).toContain('80');
  });
});

describe('coverage', () => {
  it('takes words in whatever ending, with accents or a hyphen, and by another name', () => {
    expect(coverage(['park'], 'Free parking in the garage.')).toBe(1);
    expect(coverage(['parties'], 'We host a party.')).toBe(1);
    expect(coverage(['ragu', 'checkup'], 'Rag\u00f9. A check-up.')).toBe(1);
    expect(coverage(['child'], 'Kids eat free.')).toBe(1);
    expect(coverage(['children'], 'A toddler needs a seat.')).toBe(1);
  });

  it('is the share of the words that are there, not of parts of words', () => {
    expect(coverage(['park', 'music'], 'Parking.')).toBe(0.5);
    expect(coverage(['art'], 'We start at nine, and the artichokes are good.')).toBe(0);
    expect(coverage([], 'Anything.')).toBe(0);
  });
});
