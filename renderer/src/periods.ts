import type { Analytics } from '../../engine/api/contract/index.ts';
import { addDays, type Day, dayKey, dayOfKey } from './zone.ts';

/** Days of a business, both included: `2026-03-01`. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

export const periodNames = [
  '7-days',
  '30-days',
  'this-month',
  'last-month',
  '90-days',
  'year',
  'own',
] as const;
export type PeriodName = (typeof periodNames)[number];

const longestDays = 366;

/** What a name stands for on a day; `own` is what somebody has chosen, and so the last month until they have. */
export function periodOf(name: PeriodName, today: Day): Period {
  const first: Day = { ...today, day: 1 };
  const lastDays = (days: number): Period => ({ from: dayKey(addDays(today, 1 - days)), to: dayKey(today) });
  switch (name) {
    case '7-days':
      return lastDays(7);
    case '90-days':
      return lastDays(90);
    case 'year':
      return lastDays(365);
    case 'this-month':
      return { from: dayKey(first), to: dayKey(today) };
    case 'last-month': {
      const last = addDays(first, -1);
      return { from: dayKey({ ...last, day: 1 }), to: dayKey(last) };
    }
    case '30-days':
    case 'own':
      return lastDays(30);
  }
}

/** How many days; null where there is no such period. */
export function lengthOf({ from, to }: Period): number | null {
  const [first, last] = [dayOfKey(from), dayOfKey(to)];
  if (!first || !last) return null;
  const days =
    (Date.UTC(last.year, last.month - 1, last.day) - Date.UTC(first.year, first.month - 1, first.day)) /
      86_400_000 +
    1;
  return days >= 1 && days <= longestDays ? days : null;
}

/** As long, and just before. */
export function periodBefore(period: Period): Period | null {
  const days = lengthOf(period);
  const first = dayOfKey(period.from);
  if (days === null || !first) return null;
  return { from: dayKey(addDays(first, -days)), to: dayKey(addDays(first, -1)) };
}

/** Change in percent, rounded; null where there was nothing to compare with. */
export const deltaOf = (now: number, before: number): number | null =>
  before === 0 ? null : Math.round(((now - before) / before) * 100);

/** Days as a table for other programs (RFC 4180). */
export function csvOf({ days }: Pick<Analytics, 'days'>, columns: readonly string[]): string {
  const rows = days.map((one) => [
    ...[one.day, one.calls, one.answered, one.booked, one.missed],
    ...[one.p50Ms ?? '', one.p95Ms ?? ''],
  ]);
  const cell = (value: string | number): string =>
    /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
