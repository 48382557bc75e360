import { describe, expect, it } from 'vitest';
import {
  addDays,
  dayKey,
  dayOf,
  dayOfKey,
  minuteOf,
  momentOf,
  mondayOf,
  startOfDayMs,
  startOfKeyMs,
  weekdayOf,
} from './zone.ts';

const start = (year: number, month: number, day: number, zone: string) =>
  new Date(startOfDayMs({ year, month, day }, zone)).toISOString();

describe('zone', () => {
  it('knows the day of a moment where the tenant is', () => {
    const atMs = Date.UTC(2026, 2, 10, 2, 30);
    expect(dayKey(dayOf(atMs, 'America/New_York'))).toBe('2026-03-09');
    expect(dayKey(dayOf(atMs, 'Europe/Berlin'))).toBe('2026-03-10');
    expect(dayKey(dayOf(atMs, 'Pacific/Kiritimati'))).toBe('2026-03-10');
  });

  it('starts a day at the local midnight, also when the clocks change that day', () => {
    expect(start(2026, 3, 8, 'America/New_York')).toBe('2026-03-08T05:00:00.000Z');
    expect(start(2026, 3, 9, 'America/New_York')).toBe('2026-03-09T04:00:00.000Z');
    expect(start(2026, 10, 25, 'Europe/Berlin')).toBe('2026-10-24T22:00:00.000Z');
    expect(start(2026, 10, 26, 'Europe/Berlin')).toBe('2026-10-25T23:00:00.000Z');
    expect(start(2026, 1, 1, 'Asia/Kathmandu')).toBe('2025-12-31T18:15:00.000Z');
  });

  it('starts a day whose midnight does not exist with the first moment that does', () => {
    expect(start(2018, 11, 4, 'America/Sao_Paulo')).toBe('2018-11-04T03:00:00.000Z');
  });

  it('counts days over months and years, and finds the Monday', () => {
    expect(dayKey(addDays({ year: 2026, month: 12, day: 31 }, 1))).toBe('2027-01-01');
    expect(dayKey(addDays({ year: 2028, month: 3, day: 1 }, -1))).toBe('2028-02-29');
    expect(dayKey(mondayOf({ year: 2026, month: 3, day: 15 }))).toBe('2026-03-09');
    expect(dayKey(mondayOf({ year: 2026, month: 3, day: 9 }))).toBe('2026-03-09');
    expect(weekdayOf({ year: 2026, month: 3, day: 15 })).toBe(7);
  });

  it('finds the moment that a clock shows, also when it is set that day', () => {
    const at = (month: number, day: number, minute: number, zone = 'America/New_York') =>
      new Date(momentOf({ year: 2026, month, day }, minute, zone)).toISOString();
    expect(at(3, 10, 9 * 60)).toBe('2026-03-10T13:00:00.000Z');
    expect(at(3, 8, 90), 'before the gap').toBe('2026-03-08T06:30:00.000Z');
    expect(at(3, 8, 150), 'skipped').toBe('2026-03-08T07:30:00.000Z');
    expect(at(3, 8, 9 * 60)).toBe('2026-03-08T13:00:00.000Z');
    expect(at(11, 1, 90), 'shown twice').toBe('2026-11-01T05:30:00.000Z');
    expect(at(11, 1, 9 * 60)).toBe('2026-11-01T14:00:00.000Z');
    expect(at(11, 1, 1440)).toBe('2026-11-02T05:00:00.000Z');
    expect(minuteOf(Date.UTC(2026, 10, 1, 6, 30), 'America/New_York')).toBe(90);
  });

  it('reads a day only where there is one', () => {
    expect(dayOfKey('2026-03-09')).toEqual({ year: 2026, month: 3, day: 9 });
    for (const wrong of ['2026-02-30', '2026-3-9', '', 'tomorrow']) expect(dayOfKey(wrong)).toBeNull();
  });

  it('knows when the day of a key begins, and the one after it', () => {
    const zone = 'America/New_York';
    expect(startOfKeyMs('2026-03-08', zone)).toBe(Date.UTC(2026, 2, 8, 5));
    // The clocks go forward on that day.
    expect(startOfKeyMs('2026-03-08', zone, 1)).toBe(Date.UTC(2026, 2, 9, 4));
    expect(startOfKeyMs('', zone)).toBeNull();
  });
});
