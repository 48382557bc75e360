import type { DateTime } from 'luxon';
import { wordsIn } from './tokens.ts';

/** The first of a month's weekdays, the fourth and so on; from the end where negative. */
const nth =
  (count: number, weekday: number, month: number) =>
  (year: DateTime): DateTime => {
    const first = year.set({ month, day: 1 });
    const day = 1 + ((weekday - first.weekday + 7) % 7) + (Math.abs(count) - 1) * 7;
    if (count > 0) return first.set({ day });
    const last = first.endOf('month').startOf('day');
    return last.minus({ days: (last.weekday - weekday + 7) % 7 });
  };
const on =
  (month: number, day: number) =>
  (year: DateTime): DateTime =>
    year.set({ month, day });

const holidays: readonly (readonly [RegExp, (year: DateTime) => DateTime])[] = [
  [/^ thanksgiving /, nth(4, 4, 11)],
  [/^ (?:christmas|xmas)(?: day)? (?!eve )/, on(12, 25)],
  [/^ (?:christmas|xmas) eve /, on(12, 24)],
  [/^ (?:new year|new years|new year's)(?: day)? (?!eve )/, on(1, 1)],
  [/^ (?:new years|new year's) eve /, on(12, 31)],
  [/^ memorial day /, nth(-1, 1, 5)],
  [/^ labou?r day /, nth(1, 1, 9)],
  [/^ halloween /, on(10, 31)],
  [/^ (?:valentines|valentine's)(?: day)? /, on(2, 14)],
];

/** The next such day of those that words begin with, and how many words name it; null where they name none. */
export function holidayAt(
  text: string,
  today: DateTime,
): { readonly day: DateTime; readonly words: number } | null {
  for (const [name, dayIn] of holidays) {
    const found = name.exec(text);
    if (!found) continue;
    const day = dayIn(today);
    return {
      day: day < today ? dayIn(today.plus({ years: 1 })) : day,
      words: wordsIn(found[0]),
    };
  }
  return null;
}
