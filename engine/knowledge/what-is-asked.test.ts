import { describe, expect, it } from 'vitest';
import { tellsWhatIsAsked } from './what-is-asked.ts';

describe('what is asked for', () => {
  it('is told by a text that holds an amount or a time', () => {
    expect(tellsWhatIsAsked('What would a crown set me back?')('Porcelain crown. Price: $1,290.')).toBe(1);
    expect(tellsWhatIsAsked('How late are you there?')('The doors close at 7 p.m.')).toBe(1);
  });

  it('is not told by another text', () => {
    expect(tellsWhatIsAsked('How much is a crown?')('Made in a local lab.')).toBe(-1);
    expect(tellsWhatIsAsked('When do you open?')('We are on the corner with Pine.')).toBe(-1);
  });

  it('is nothing where neither is asked for', () => {
    expect(tellsWhatIsAsked('Is the ramp on the left?')('It costs $5 at 9 a.m.')).toBe(0);
  });
});
