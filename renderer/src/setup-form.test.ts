import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hoursOf, isZone, numberOf, rowsOf, weekdays } from './setup-form.ts';

const span = fc
  .record({
    weekday: fc.constantFrom(...weekdays),
    fromMinute: fc.integer({ min: 0, max: 1438 }),
    length: fc.integer({ min: 1, max: 1440 }),
  })
  .map(({ weekday, fromMinute, length }) => ({
    weekday,
    fromMinute,
    toMinute: Math.min(1440, fromMinute + length),
  }));

describe('opening hours in a form', () => {
  it('are those that went in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(span, { selector: ({ weekday }) => weekday }), (hours) => {
        const given = hoursOf(rowsOf(hours));
        expect(given).toEqual({ hours: hours.toSorted((one, other) => one.weekday - other.weekday) });
      }),
    );
  });

  it('keep a second span of a day', () => {
    const hours = [
      { weekday: 1, fromMinute: 540, toMinute: 720 },
      { weekday: 1, fromMinute: 780, toMinute: 1080 },
    ];
    expect(hoursOf(rowsOf(hours))).toEqual({ hours });
  });

  it('say which day ends before it begins', () => {
    const [monday, ...others] = rowsOf([]);
    if (!monday) throw new Error('a week has a Monday');
    const wrong = hoursOf([{ ...monday, open: true, from: '17:00', to: '09:00' }, ...others]);
    expect('wrong' in wrong && [...wrong.wrong.keys()]).toEqual([1]);
    expect(hoursOf([{ ...monday, open: true, from: '', to: '09:00' }])).toHaveProperty('wrong');
    expect(hoursOf([{ ...monday, open: true, from: '18:00', to: '00:00' }])).toEqual({
      hours: [{ weekday: 1, fromMinute: 1080, toMinute: 1440 }],
    });
  });
});

it('takes numbers as people write them, and no others', () => {
  expect(numberOf('+1 (202) 555-0123')).toBe('+12025550123');
  for (const none of ['', '2025550123', '+0123456789', '+12', 'call me']) expect(numberOf(none)).toBeNull();
});

it('knows time zones', () => {
  expect([isZone('Europe/London'), isZone(''), isZone('Nowhere/Land')]).toEqual([true, false, false]);
});
