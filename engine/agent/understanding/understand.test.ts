import { describe, expect, it } from 'vitest';
import { brightSmile, nothingAsked } from '../fake-practice.ts';
import { recognise } from './understand.ts';

const read = (text: string) => recognise({ text, confidence: 0.95 }, brightSmile, nothingAsked);

describe('what a turn holds', () => {
  it.each([
    ["my tooth's been killing me since like Thursday", null],
    ['it has been hurting since last Monday night, can I come in on Tuesday', '2026-11-24'],
    ['I was there last Friday and need to come back on Monday', '2026-11-23'],
    ['next Friday', '2026-11-27'],
  ])('takes a day that is over for no wish: %s → %s', (text, day) => {
    expect(read(text).when?.days?.from ?? null).toBe(day);
  });

  it.each([
    ['a table for three the day after tomorrow', '2026-11-22', null],
    ['a table for three thirty tomorrow', '2026-11-21', 15 * 60 + 30],
    ['something for three tomorrow', '2026-11-21', 15 * 60],
  ])('takes so many people for no hour: %s', (text, day, minute) => {
    const { when } = read(text);
    expect([when?.days?.from, when?.minute]).toEqual([day, minute]);
  });

  it.each([
    ["I'm gonna be a bit late for my appointment", true],
    ['I want to complain about last week', true],
    ['can I come in on Tuesday, it should be late afternoon', false],
    ['it could be late in the day', false],
    ["what's your refund policy", false],
    ['do I get my money back if I cancel', false],
  ])('leaves to people what only they can look into: %s → %s', (text, forStaff) => {
    expect(read(text).forStaff).toBe(forStaff);
  });

  it('hears "uh huh" as a yes, not as a request to say it again', () => {
    expect(read('uh huh')).toMatchObject({ clearYes: true, intent: null });
    expect(read('uh what').intent?.name).toBe('repeat');
  });
});
