import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clockOf, likeMonday, minuteOf, spansOf, withDay, withSpan, wrongDays } from './opening-hours.ts';

const span = (weekday: number, fromMinute: number, toMinute: number) => ({ weekday, fromMinute, toMinute });

describe('opening hours in a form', () => {
  it('show each minute of the day and take it back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1440 }), (minute) => {
        expect(minuteOf(clockOf(minute), 'closes')).toBe(minute);
        if (minute < 1440) expect(minuteOf(clockOf(minute), 'opens')).toBe(minute);
      }),
    );
    expect([minuteOf('00:00', 'opens'), minuteOf('00:00', 'closes')]).toEqual([0, 1440]);
    expect([minuteOf('', 'opens'), minuteOf('9:5', 'closes')]).toEqual([null, null]);
  });

  it('change on one day and stay on the others, in the order of the week', () => {
    const hours = [span(1, 540, 1020), span(3, 540, 720), span(3, 780, 1020)];
    expect(withDay(hours, 3, [])).toEqual([span(1, 540, 1020)]);
    expect(withDay(hours, 2, [{ fromMinute: 600, toMinute: 660 }])).toEqual([
      span(1, 540, 1020),
      span(2, 600, 660),
      ...hours.slice(1),
    ]);
  });

  it('open a day once more without meeting what is there', () => {
    const once = withSpan([], 4);
    expect(once).toEqual([span(4, 540, 1020)]);
    expect(withSpan(once, 4)).toEqual([span(4, 540, 1020), span(4, 1080, 1260)]);
    expect(wrongDays(withSpan(once, 4)).size).toBe(0);
  });

  it('are those of Monday on every weekday, and at the weekend what they were', () => {
    const monday = [span(1, 540, 720), span(1, 780, 1080)];
    const hours = likeMonday([...monday, span(4, 0, 60), span(6, 600, 700)]);
    for (const weekday of [1, 2, 3, 4, 5]) {
      expect(spansOf(hours, weekday)).toEqual(monday.map((one) => ({ ...one, weekday })));
    }
    expect([spansOf(hours, 6), spansOf(hours, 7)]).toEqual([[span(6, 600, 700)], []]);
  });

  it('say which day ends before it begins, and where two spans meet', () => {
    expect([...wrongDays([span(1, 1020, 540), span(2, 540, 1020)]).keys()]).toEqual([1]);
    expect([...wrongDays([span(1, 540, 720), span(1, 700, 800), span(2, 700, 800)]).keys()]).toEqual([1]);
    expect([...wrongDays([span(1, 540, 540)]).keys()]).toEqual([1]);
    expect(wrongDays([span(1, 540, 720), span(1, 720, 800), span(2, 0, 1440)]).size).toBe(0);
  });
});
