import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expecting } from './expecting.ts';
import { defaultWaitLimits, judgeEndOfTurn, patienceMs, shortestEndOfTurnMs, vadLagMs } from './judge.ts';
import { countDigits } from './sentence-shape.ts';

const judge = (
  text: string,
  sound: number,
  expecting: Expecting = 'open',
  sentence: number | null = null,
): number => judgeEndOfTurn({ text, sound, sentence, expecting, stretchMs: 1500, stretches: 1 }).probability;

const expectings = fc.constantFrom<Expecting>(
  'open',
  'yes-no',
  'name',
  'digits',
  'date-time',
  'choice',
  'nothing',
);
const share = fc.double({ min: 0, max: 1, noNaN: true });

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

  it('waits longer where the recogniser heard a comma', () => {
    const said = 'Next Tuesday at ten in the morning';
    expect(judge(`${said},`, 0.97)).toBeLessThan(judge(`${said}.`, 0.97));
  });

  it('takes a short answer to a yes-no question as the whole turn', () => {
    for (const text of ['Yes, please.', 'No, thank you.', "That's right.", 'Sounds good.', 'Yes, I do.']) {
      expect(judge(text, 0.5, 'yes-no')).toBeGreaterThanOrEqual(0.9);
      // As in "yes, that works, but not before ten".
      expect(judge(text, 0.05, 'yes-no')).toBeLessThan(0.9);
    }
    expect(judge('I was thinking of', 0.9, 'yes-no')).toBeLessThan(0.2);
  });

  it('does not believe that a yes or no alone is the whole answer as it believes a longer one', () => {
    const alone = judge('Yes.', 0.97, 'yes-no');
    expect(alone).toBeLessThan(judge("Yes, that's right.", 0.97, 'yes-no'));
    expect(judge('Yes,', 0.97, 'yes-no')).toBeLessThan(alone);
  });

  it('waits no longer than it must for a phrase that closes', () => {
    for (const text of [
      "'Can I get a cleaning, please?'",
      "No thanks, that is all.'",
      'Thank you, goodbye.',
    ]) {
      const probability = judge(text, 0.93);
      expect(patienceMs({ probability, expecting: 'open', limits: defaultWaitLimits })).toBe(
        shortestEndOfTurnMs,
      );
    }
  });

  it('believes the language model, and does without it', () => {
    const said = 'I need to change the time of my visit.';
    const [no, unknown, yes] = [0.02, null, 0.8].map((sentence) => judge(said, 0.9, 'open', sentence));
    expect(no).toBeLessThan(Number(unknown));
    expect(unknown).toBeLessThan(Number(yes));
  });

  it('takes a short word after pauses for one of several', () => {
    const listing = (stretchMs: number) =>
      judgeEndOfTurn({
        text: 'M A R',
        sound: 0.9,
        sentence: 0.3,
        expecting: 'open',
        stretchMs,
        stretches: 3,
      });
    expect(listing(250).probability).toBeLessThan(listing(1500).probability);
  });

  it('waits for all ten digits of a number', () => {
    expect(judge('415', 0.95, 'digits')).toBeLessThanOrEqual(0.1);
    expect(judge('415-555.', 0.95, 'digits')).toBeLessThanOrEqual(0.1);
    expect(judge('415-555-0132.', 0.2, 'digits')).toBeGreaterThanOrEqual(0.9);
    expect(judge('four one five five five five oh one three two', 0.2, 'digits')).toBeGreaterThanOrEqual(0.9);
    expect(judge('My number', 0.95, 'digits')).toBeLessThanOrEqual(0.1);
    expect(judge("I don't have one with me.", 0.8, 'digits')).toBeGreaterThan(0.6);
  });

  it('waits while a name is being spelled or a number dictated unasked', () => {
    expect(judge('Sarah, S-A-R', 0.95, 'name')).toBeLessThanOrEqual(0.3);
    expect(judge('Sarah, S-A-R-A-H', 0.3, 'name')).toBeGreaterThanOrEqual(0.9);
    expect(judge('You can call me at 415', 0.95)).toBeLessThanOrEqual(0.2);
  });

  it('knows when all of a name, or a day with its time, has been said', () => {
    expect(judge('Sarah Miller.', 0.95, 'name')).toBeGreaterThan(judge('Sarah.', 0.95, 'name'));
    expect(judge('Tuesday at ten.', 0.95, 'date-time')).toBeGreaterThan(judge('Tuesday.', 0.95, 'date-time'));
  });

  it('does not take a greeting alone for the whole turn', () => {
    expect(judge('Hi.', 0.95)).toBeLessThan(judge('Hi, I need a cleaning.', 0.95));
    expect(judge('Hi, I need a cleaning.', 0.95)).toBeLessThan(judge('Can I get a cleaning, please?', 0.95));
  });

  it('follows the model: never less likely because the sound is likelier', () => {
    fc.assert(
      fc.property(fc.string(), share, share, expectings, (text, a, b, expecting) => {
        expect(judge(text, Math.min(a, b), expecting)).toBeLessThanOrEqual(
          judge(text, Math.max(a, b), expecting),
        );
      }),
    );
  });

  it('stays a probability and never makes a hanging sentence likelier', () => {
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
  const at = (probability: number, expecting: Expecting = 'open', limits = defaultWaitLimits) =>
    patienceMs({ probability, expecting, limits });

  it('is the shortest when the end is certain, and longer for numbers than for a yes', () => {
    expect(at(1)).toBe(shortestEndOfTurnMs);
    expect(at(0, 'digits')).toBeGreaterThan(at(0, 'open'));
    expect(at(0.35, 'yes-no')).toBeLessThan(at(0.35, 'open'));
  });

  it('never grows with the probability', () => {
    fc.assert(
      fc.property(share, share, expectings, (a, b, expecting) => {
        expect(at(Math.min(a, b), expecting)).toBeGreaterThanOrEqual(at(Math.max(a, b), expecting));
      }),
    );
  });

  it('stays between what the profile allows, and answers nobody within 150 ms', () => {
    const limits = fc.record({
      floorMs: fc.integer({ min: 0, max: 1500 }),
      ceilingMs: fc.integer({ min: 0, max: 4000 }),
    });
    fc.assert(
      fc.property(share, expectings, limits, (probability, expecting, { floorMs, ceilingMs }) => {
        const silenceMs = at(probability, expecting, { floorMs, ceilingMs }) + vadLagMs;
        expect(silenceMs).toBeGreaterThanOrEqual(Math.max(150, floorMs));
        expect(silenceMs).toBeLessThanOrEqual(Math.max(ceilingMs, floorMs, shortestEndOfTurnMs + vadLagMs));
      }),
    );
  });
});

it('counts digits in figures and in words', () => {
  expect(countDigits('4 1 5, 555')).toBe(6);
  expect(countDigits('double five one')).toBe(3);
  expect(countDigits('Tuesday at ten')).toBe(0);
});
