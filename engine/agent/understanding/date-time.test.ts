import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { brightSmile } from '../fake-practice.ts';
import { instantOf, recogniseWhen, type WhenContext, type WhenReading } from './date-time.ts';
import { tokenise } from './tokens.ts';

const newYork = 'America/New_York';
const at = (local: string, zone = newYork): number => DateTime.fromISO(local, { zone }).toMillis();
const read = (text: string, context: Partial<WhenContext> = {}): WhenReading | null =>
  recogniseWhen(tokenise(text), {
    nowMs: at('2026-11-20T10:00'),
    timeZone: newYork,
    language: 'en-US',
    hours: brightSmile.hours,
    knownDay: null,
    expected: false,
    choices: 0,
    ...context,
  });

/** "2026-11-24 10:00", "2026-11-24 12:00-18:00", "2026-11-23..2026-11-29", "10:00". */
const written = (when: WhenReading | null): string | null => {
  if (!when) return null;
  const clock = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const days =
    when.days && (when.days.from === when.days.to ? when.days.from : `${when.days.from}..${when.days.to}`);
  const time = when.minute === null ? null : clock(when.minute);
  const window = when.window && `${clock(when.window.fromMinute)}-${clock(when.window.toMinute)}`;
  return [days, time, window, when.soonest ? 'soonest' : null, when.past ? 'past' : null]
    .filter((part) => part !== null)
    .join(' ');
};

// Now is Friday, 20 November 2026, 10:00 in New York; open Monday to Friday 9 to 5, Saturday 9 to 1.
describe('days and times', () => {
  it.each([
    ['next Tuesday at ten', '2026-11-24 10:00'],
    ['Tuesday at two thirty', '2026-11-24 14:30'],
    ['tuesday at two', '2026-11-24 14:00'],
    ['half past two on Monday', '2026-11-23 14:30'],
    ['half past two', '14:30'],
    ['Tuesday at to please', '2026-11-24 14:00'],
    ["to o'clock on Tuesday", '2026-11-24 14:00'],
    ['tomorrow whenever it suits', '2026-11-21 00:00-24:00 soonest'],
    ['it squeaks whenever I stop', null],
    ['right now please', 'soonest'],
    ['the Monday after Thanksgiving at ten', '2026-11-30 10:00'],
    ['the day after Thanksgiving', '2026-11-27'],
    ['the Tuesday before Christmas', '2026-12-22'],
    ["the Monday after New Year's", '2027-01-04'],
    ['the Tuesday after Labor Day', '2027-09-07'],
    ['the Friday before Memorial Day', '2027-05-28'],
    ['done by next Wednesday', '2026-11-20..2026-11-25'],
    ['by the end of the week', '2026-11-20..2026-11-22'],
    ['I need it by the 30th, how about Wednesday at two', '2026-11-25 14:00'],
    ['some time before Tuesday', '2026-11-20..2026-11-23'],
    ['not before Monday', '2026-11-23..2026-11-29'],
    ['some day after the 24th', '2026-11-25..2026-12-01'],
    ['can I stop by Tuesday at ten', '2026-11-24 10:00'],
    ['Tuesday not before ten', '2026-11-24 10:00-24:00'],
    ['Tuesday of the week after next', '2026-12-01'],
    ['the week after next, maybe on the Thursday', '2026-12-03'],
    ['Monday the week after next', '2026-11-30'],
    ["I'm away the week after next, so Tuesday", '2026-11-24'],
    ['Friday this week', '2026-11-20'],
    ['next month on a Monday', '2026-12-07'],
    ['Tuesday fortnight', '2026-12-08'],
    ['tomorrow week', '2026-11-28'],
    ['early next week', '2026-11-23..2026-11-25'],
    ['mid December', '2026-12-11..2026-12-20'],
    ['before Christmas', '2026-11-20..2026-12-24'],
    ['a gift for Christmas', null],
    ['before Christmas, and we thought maybe Saturday December 5th', '2026-12-05'],
    ['within the next three days', '2026-11-20..2026-11-23'],
    ['in about two weeks', '2026-12-04'],
    ['not this Monday but the next one', '2026-11-30'],
    ['not on a Monday', null],
    ['noonish on Tuesday', '2026-11-24 12:00'],
    ['no earlier than eleven on Monday', '2026-11-23 11:00-24:00'],
    ["mornings don't work for me", '12:00-24:00'],
    ['not in the afternoon', '00:00-12:00'],
    ['in the morning', '00:00-12:00'],
    ['next week but not Monday or Tuesday', '2026-11-25..2026-11-29'],
    ['next week, not Wednesday', '2026-11-23..2026-11-29'],
    ['10.30 on Wednesday', '2026-11-25 10:30'],
    ['Wednesday 10:30', '2026-11-25 10:30'],
    ['next Tuesday', '2026-11-24'],
    ['next Monday', '2026-11-23'],
    ['Friday', '2026-11-27'],
    ['this Friday at three', '2026-11-20 15:00'],
    ['next Friday', '2026-11-27'],
    ['this Friday morning', '2026-11-20 00:00-12:00'],
    ['tomorrow after five', '2026-11-21 17:00-24:00'],
    ['tomorrow', '2026-11-21'],
    ['tommorow at 9', '2026-11-21 09:00'],
    ['day after tomorrow at noon', '2026-11-22 12:00'],
    ['the day after tomorrow', '2026-11-22'],
    ['any time in the afternoon', '12:00-18:00'],
    ['in the afternoon on Monday', '2026-11-23 12:00-18:00'],
    ['2 p.m.', '14:00'],
    ['at 2 p m', '14:00'],
    ['ten a.m', '10:00'],
    ['ten a m on monday', '2026-11-23 10:00'],
    ['10am Monday', '2026-11-23 10:00'],
    ['fourteen thirty', '14:30'],
    ['fourteen hundred', '14:00'],
    ['at 1430', '14:30'],
    ["three o'clock", '15:00'],
    ['three o clock tomorrow', '2026-11-21 15:00'],
    ['quarter to three on Tuesday', '2026-11-24 14:45'],
    ['a quarter past nine', '09:15'],
    ['ten to three', '14:50'],
    ['twenty past nine', '09:20'],
    ['nine forty five', '09:45'],
    ['nine oh five', '09:05'],
    ['four in the afternoon', '16:00'],
    ['tomorrow morning at nine', '2026-11-21 09:00'],
    ['nine tomorrow morning', '2026-11-21 09:00'],
    ['November 24th', '2026-11-24'],
    ['Nov. 24 at 11', '2026-11-24 11:00'],
    ['the twenty fourth of November at ten', '2026-11-24 10:00'],
    ['24th of november', '2026-11-24'],
    ['24 November', '2026-11-24'],
    ['December first', '2026-12-01'],
    ['the first of december', '2026-12-01'],
    ['January 5th', '2027-01-05'],
    ['November 3rd', '2027-11-03'],
    ['on the fourth', '2026-12-04'],
    ['the 25th', '2026-11-25'],
    ['the thirty first', '2026-12-31'],
    ['Tuesday the twenty fourth at ten', '2026-11-24 10:00'],
    ['Tuesday November 24th at 10 am', '2026-11-24 10:00'],
    ['Thursday the 24th of December', '2026-12-24'],
    ['Wednesday the twenty fourth', '2026-11-25'],
    ['11/24', '2026-11-24'],
    ['2026-12-03 at 10:30', '2026-12-03 10:30'],
    ['next week', '2026-11-23..2026-11-29'],
    ['Tuesday next week at ten', '2026-11-24 10:00'],
    ['next week on Thursday', '2026-11-26'],
    ['a week from Tuesday', '2026-12-01'],
    ['in three days', '2026-11-23'],
    ['in two weeks', '2026-12-04'],
    ['the weekend', '2026-11-21..2026-11-22'],
    ['Monday or Tuesday', '2026-11-23..2026-11-24'],
    ['between two and four on Monday', '2026-11-23 14:00-16:00'],
    ['from nine to eleven on Monday', '2026-11-23 09:00-11:00'],
    ['before noon on Tuesday', '2026-11-24 00:00-12:00'],
    ['Monday after lunch', '2026-11-23 12:30-15:00'],
    ['ten or later on monday', '2026-11-23 10:00-24:00'],
    ['actually Thursday', '2026-11-26'],
    ['not Tuesday, Wednesday', '2026-11-25'],
    ['Tuesday, no sorry, Wednesday at ten', '2026-11-25 10:00'],
    ["I can't do Monday, how about Thursday", '2026-11-26'],
    ['no, I said three', '15:00'],
    ['make it four', '16:00'],
    ['as soon as possible', 'soonest'],
    ['the first available appointment', 'soonest'],
    ['today at nine', '2026-11-20 21:00'],
    ['today at nine a.m.', '2026-11-20 past'],
    ['tonight', '2026-11-20 17:00-24:00'],
    ['wensday at eleven', '2026-11-25 11:00'],
    ['toosday 10 30', '2026-11-24 10:30'],
    ['tues day at 10', '2026-11-24 10:00'],
    ['Saturday at eleven thirty please', '2026-11-21 11:30'],
    ['monday at 9ish', '2026-11-23 09:00'],
    ['at noon', '12:00'],
    ['first thing Monday morning', '2026-11-23 00:00-10:00'],
  ])('%s → %s', (text, expected) => {
    expect(written(read(text))).toBe(expected);
  });

  it.each([
    ['Good morning, I need help', null],
    ['good afternoon', null],
    ['I need a table for two people', null],
    ['my name is Sarah', null],
    ['one second please', null],
    ['may I ask something', null],
    ['it is my first visit', null],
    ['I have two kids', null],
  ])('finds no time in "%s"', (text, expected) => {
    expect(written(read(text))).toBe(expected);
  });

  it.each([
    ['ten', '10:00'],
    ['three', '15:00'],
    ['fourth', '2026-12-04'],
    ['tuesday ten', '2026-11-24 10:00'],
    ['maybe eleven', '11:00'],
  ])('when it was asked for, "%s" is %s', (text, expected) => {
    expect(written(read(text, { expected: true }))).toBe(expected);
  });

  it('takes the second offer for a choice, not for the second of the month', () => {
    expect(written(read('the second', { expected: true, choices: 2 }))).toBeNull();
    expect(written(read('the fourth', { expected: true, choices: 2 }))).toBe('2026-12-04');
  });

  it.each([
    ['Europe/London', 'en-GB', '2026-11-20T10:00', '12/11', '2027-11-12'],
    ['Europe/London', 'en-GB', '2026-03-28T10:00', 'tomorrow at ten', '2026-03-29 10:00'],
    ['Asia/Tokyo', 'en-US', '2026-11-20T01:00', 'today at ten', '2026-11-20 10:00'],
    ['Australia/Lord_Howe', 'en-AU', '2026-04-04T10:00', 'tomorrow at two', '2026-04-05 14:00'],
    ['America/Los_Angeles', 'en-US', '2026-12-31T23:30', 'tomorrow', '2027-01-01'],
  ])('in %s (%s) at %s, "%s" is %s', (zone, language, now, text, expected) => {
    expect(written(read(text, { nowMs: at(now, zone), timeZone: zone, language }))).toBe(expected);
  });

  it('moves a time that the change to summer time leaves out forward, and keeps the day', () => {
    const moved = DateTime.fromMillis(instantOf('2026-03-08', 150, newYork), { zone: newYork });
    expect(moved.toFormat("yyyy-MM-dd'T'HH:mm")).toBe('2026-03-08T03:30');
  });

  it('keeps the wall clock across the end of summer time', () => {
    const when = read('tomorrow at ten', { nowMs: at('2026-10-31T10:00') });
    const instant = instantOf(when?.days?.from ?? '', when?.minute ?? 0, newYork);
    expect(instant - at('2026-10-31T10:00')).toBe(25 * 3_600_000);
  });
});

describe('whatever is said, whenever', () => {
  const zones = [
    'America/New_York',
    'Europe/London',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'America/St_Johns',
  ];
  const vocabulary =
    'today tomorrow next this week Monday Tuesday Sunday at after before between and ten two thirty half past quarter to noon am pm the fourth 31st of February November in days morning afternoon 10.30 1430 11/24 or not actually evening weekend from twenty first oclock 29th'.split(
      ' ',
    );

  it('is never in the past and always inside the day that was asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...vocabulary), { minLength: 1, maxLength: 9 }),
        fc.constantFrom(...zones),
        fc.integer({ min: at('2026-01-01T00:00'), max: at('2028-12-31T00:00') }),
        fc.boolean(),
        (words, timeZone, nowMs, expected) => {
          const when = read(words.join(' '), { timeZone, nowMs, expected });
          if (!when?.days) return;
          const today = DateTime.fromMillis(nowMs, { zone: timeZone }).toFormat('yyyy-MM-dd');
          expect(when.days.to >= today).toBe(true);
          expect(when.days.from <= when.days.to).toBe(true);
          if (when.minute === null || when.days.from !== when.days.to) return;
          const instant = instantOf(when.days.from, when.minute, timeZone);
          expect(instant).toBeGreaterThan(nowMs);
          expect(DateTime.fromMillis(instant, { zone: timeZone }).toFormat('yyyy-MM-dd')).toBe(
            when.days.from,
          );
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('finds 10 AM on the day that is named, on every day around a change of the clocks', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 730 }),
        fc.integer({ min: 1, max: 12 }),
        (timeZone, offset, days) => {
          const now = DateTime.fromISO('2026-01-01T12:00', { zone: timeZone }).plus({ days: offset });
          const wanted = now.plus({ days });
          const when = read(`in ${days} days at 10 am`, { timeZone, nowMs: now.toMillis() });
          const found = DateTime.fromMillis(instantOf(when?.days?.from ?? '', when?.minute ?? 0, timeZone), {
            zone: timeZone,
          });
          expect(found.toFormat('yyyy-MM-dd HH:mm')).toBe(wanted.toFormat("yyyy-MM-dd '10:00'"));
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** The share of the phrases that may be misunderstood. */
const mostMissed = 0.03;

// Friday, 20 November 2026, 10:00 in each of the places.
it.each([
  ['en-US', newYork],
  ['en-GB', 'Europe/London'],
  ['en-IN', 'Asia/Kolkata'],
])('understands when callers want to come, as it is said in %s', (language, timeZone) => {
  const file = new URL(`../../../test/unit/phrases/when.${language}.txt`, import.meta.url);
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const context = { nowMs: at('2026-11-20T10:00', timeZone), timeZone, language, expected: true };
  const missed = lines.flatMap((line) => {
    const [text = '', wanted = ''] = line.split(' => ');
    const got = written(read(text, context)) ?? 'nothing';
    return got === wanted ? [] : [`${text}: ${got} instead of ${wanted}`];
  });
  expect(lines).toHaveLength(100);
  expect(missed.length / lines.length, missed.join('\n')).toBeLessThanOrEqual(mostMissed);
});
