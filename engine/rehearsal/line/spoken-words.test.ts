import { describe, expect, it } from 'vitest';
import { soundsAlike } from './sounds-alike.ts';
import { asSpoken, bareName, digitsWithPauses, isYes, plainer, spelledEmail } from './spoken-words.ts';

describe('what a caller says', () => {
  it.each([
    ['mine is 646-555-0199', 'Mine is six four six, five five five, zero one nine nine.'],
    ['can you do Monday at 2 30', 'Can you do Monday at two thirty?'],
    ['9 30 works', 'Nine thirty works.'],
    ['Linh Nguyen, N-G-U-Y-E-N', 'Linh Nguyen, N, G, U, Y, E, N.'],
    ['about 2200', 'About 2200.'],
    ['88 Grove Street second floor', '88 Grove Street second floor.'],
  ])('%s → %s', (written, spoken) => {
    expect(asSpoken(written)).toBe(spoken);
  });

  it('is shorter when it was not understood', () => {
    expect(plainer('yeah sure')).toBe('Yes.');
    expect(plainer('um the red one please')).toBe('The red one.');
    expect(bareName('um this is Priya Patel')).toBe('Priya Patel');
    expect(digitsWithPauses('+14155550132')).toBe(
      'four, one, five. five, five, five. zero, one, three, two.',
    );
    expect(spelledEmail('dana dot moss at gmail dot com')).toBe(
      'D, A, N, A, dot, M, O, S, S, at gmail dot com.',
    );
  });

  it('agrees only where nothing else is said', () => {
    expect(['yes', "yes that's right", 'yep', 'yeah fine'].every(isYes)).toBe(true);
    expect(['yeah no', 'yes but make it eleven', 'no', 'actually yes'].some(isYes)).toBe(false);
  });
});

describe('names that sound alike', () => {
  it.each([
    ['Sara Miller', 'Sarah Miller'],
    ['Jon Philips', 'John Phillips'],
    ['Grace Kim', 'grace kim'],
  ])('%s and %s', (one, other) => {
    expect(soundsAlike(one, other)).toBe(true);
  });

  it.each([
    ['Sareh Miller', 'Sarah Miller'],
    ['Dana Mars', 'Dana Moss'],
    ['Sarah', 'Sarah Miller'],
    ['Jason Reeves', 'Jason Reed'],
  ])('but not %s and %s', (one, other) => {
    expect(soundsAlike(one, other)).toBe(false);
  });
});
