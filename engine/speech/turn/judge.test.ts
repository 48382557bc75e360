import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expecting } from './expecting.ts';
import { countDigits, judgeEndOfTurn, longestPatienceMs, patienceMs } from './judge.ts';

const judge = (text: string, probability: number, expecting: Expecting = 'open') =>
  judgeEndOfTurn({ text, probability, expecting }).probability;

describe('judgeEndOfTurn', () => {
  it.each([
    'My number is',
    'I would like a cleaning and',
    'Uh,',
    'It would be for the...',
    'Um',
    'Can you',
    'let me see.',
  ])('waits after "%s", however sure the model is', (text) =>
    expect(judge(text, 0.98)).toBeLessThanOrEqual(0.15),
  );

  it('waits where the recogniser heard a comma', () => {
    expect(judge('Next Tuesday at ten in the morning,', 0.97)).toBeLessThan(0.3);
  });

  it('takes a short answer to a yes-no question as the whole turn', () => {
    for (const text of ['Yes.', 'Yeah', 'No, thank you.', "That's right.", 'Sounds good.']) {
      expect(judge(text, 0.1, 'yes-no')).toBeGreaterThanOrEqual(0.9);
    }
    expect(judge('I was thinking of', 0.9, 'yes-no')).toBeLessThan(0.2);
  });

  it('waits for all ten digits of a number', () => {
    expect(judge('415', 0.95, 'digits')).toBeLessThanOrEqual(0.1);
    expect(judge('415-555.', 0.95, 'digits')).toBeLessThanOrEqual(0.1);
    expect(judge('415-555-0132.', 0.2, 'digits')).toBeGreaterThanOrEqual(0.9);
    expect(judge('four one five five five five oh one three two', 0.2, 'digits')).toBeGreaterThanOrEqual(0.9);
    expect(judge("I don't have one with me.", 0.8, 'digits')).toBe(0.8);
  });

  it('waits while a name is being spelled or a number dictated unasked', () => {
    expect(judge('Sarah, S-A-R', 0.95, 'name')).toBeLessThanOrEqual(0.3);
    expect(judge('You can call me at 415', 0.95)).toBeLessThanOrEqual(0.2);
  });

  it('does not take a greeting alone for the whole turn', () => {
    expect(judge('Hi.', 0.95)).toBeLessThan(0.5);
    expect(judge('Hi, I need a cleaning.', 0.95)).toBe(0.95);
  });

  it('stays a probability and never makes a hanging sentence likelier', () => {
    const expectings = fc.constantFrom<Expecting>(
      'open',
      'yes-no',
      'name',
      'digits',
      'date-time',
      'choice',
      'nothing',
    );
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        expectings,
        (text, p, expecting) => {
          const probability = judge(text, p, expecting);
          expect(probability).toBeGreaterThanOrEqual(0);
          expect(probability).toBeLessThanOrEqual(1);
          expect(judge(`${text} and`, p, expecting)).toBeLessThanOrEqual(0.15);
        },
      ),
    );
  });
});

describe('patienceMs', () => {
  it('falls with the probability, from the longest to the shortest', () => {
    const at = (probability: number, expecting: Expecting = 'open') =>
      patienceMs({ probability, expecting, shortestMs: 200 });
    expect(at(1)).toBe(200);
    expect(at(0.7)).toBe(200);
    expect(at(0)).toBe(1500);
    expect(at(0, 'digits')).toBe(2000);
    expect(at(0.35, 'yes-no')).toBeLessThan(at(0.35, 'open'));
    expect(at(0.2)).toBeGreaterThan(at(0.4));
    expect(longestPatienceMs).toBe(2000);
  });
});

it('counts digits in figures and in words', () => {
  expect(countDigits('4 1 5, 555')).toBe(6);
  expect(countDigits('double five one')).toBe(3);
  expect(countDigits('Tuesday at ten')).toBe(0);
});
