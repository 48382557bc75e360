import { describe, expect, it } from 'vitest';
import { csvOf, deltaOf, lengthOf, periodBefore, periodOf } from './periods.ts';

const today = { year: 2026, month: 3, day: 10 };

describe('periods', () => {
  it('end today, or with the month before', () => {
    expect(periodOf('7-days', today)).toEqual({ from: '2026-03-04', to: '2026-03-10' });
    expect(periodOf('this-month', today)).toEqual({ from: '2026-03-01', to: '2026-03-10' });
    expect(periodOf('last-month', today)).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(lengthOf(periodOf('year', today))).toBe(365);
    expect(lengthOf(periodOf('own', today))).toBe(30);
  });

  it('are compared with as many days just before', () => {
    expect(periodBefore({ from: '2026-03-04', to: '2026-03-10' })).toEqual({
      from: '2026-02-25',
      to: '2026-03-03',
    });
    expect(periodBefore({ from: '2026-03-08', to: '2026-03-08' })).toEqual({
      from: '2026-03-07',
      to: '2026-03-07',
    });
  });

  it('are none where days are missing, turned round or too many', () => {
    for (const [from, to] of [
      ['2026-03-10', '2026-03-09'],
      ['2026-02-30', '2026-03-09'],
      ['', '2026-03-09'],
      ['2025-01-01', '2026-03-09'],
    ] as const) {
      expect(lengthOf({ from, to })).toBeNull();
      expect(periodBefore({ from, to })).toBeNull();
    }
  });

  it('say how much has changed, where there was something', () => {
    expect(deltaOf(30, 20)).toBe(50);
    expect(deltaOf(10, 20)).toBe(-50);
    expect(deltaOf(10, 0)).toBeNull();
  });

  it('can be read by other programs', () => {
    const day = { calls: 3, answered: 2, booked: 1, missed: 1, p50Ms: 700, p95Ms: null };
    const csv = csvOf({ days: [{ day: '2026-03-10', ...day }] }, ['Day', 'Calls, all']);
    expect(csv).toBe('Day,"Calls, all"\r\n2026-03-10,3,2,1,1,700,\r\n');
  });
});
