import type { OpenSpan } from '../../engine/api/contract/index.ts';
import { hoursStrings } from './strings-hours.ts';

const endOfDay = 24 * 60;
/** What a day that was closed begins with. */
const usual = { fromMinute: 9 * 60, toMinute: 17 * 60 };

export const spansOf = (hours: readonly OpenSpan[], weekday: number): readonly OpenSpan[] =>
  hours.filter((span) => span.weekday === weekday);

export const withDay = (
  hours: readonly OpenSpan[],
  weekday: number,
  spans: readonly Omit<OpenSpan, 'weekday'>[],
): OpenSpan[] =>
  [
    ...hours.filter((span) => span.weekday !== weekday),
    ...spans.map(({ fromMinute, toMinute }) => ({ weekday, fromMinute, toMinute })),
  ].toSorted((one, other) => one.weekday - other.weekday);

/** The day opens once more, after a pause. */
export function withSpan(hours: readonly OpenSpan[], weekday: number): OpenSpan[] {
  const spans = spansOf(hours, weekday);
  const last = spans.at(-1);
  const next = last
    ? { fromMinute: Math.min(last.toMinute + 60, 23 * 60), toMinute: Math.min(last.toMinute + 240, endOfDay) }
    : usual;
  return withDay(hours, weekday, [...spans, next]);
}

/** Tuesday to Friday become as Monday is. */
export const likeMonday = (hours: readonly OpenSpan[]): OpenSpan[] =>
  [2, 3, 4, 5].reduce((all, weekday) => withDay(all, weekday, spansOf(hours, 1)), [...hours]);

/** What is wrong, by weekday. */
export function wrongDays(hours: readonly OpenSpan[]): ReadonlyMap<number, string> {
  const wrong = new Map<number, string>();
  for (const { weekday, fromMinute, toMinute } of hours) {
    const met = spansOf(hours, weekday).filter(
      (one) => one.fromMinute < toMinute && fromMinute < one.toMinute,
    );
    if (fromMinute >= toMinute) wrong.set(weekday, hoursStrings.needLater);
    else if (met.length > 1 && !wrong.has(weekday)) wrong.set(weekday, hoursStrings.needApart);
  }
  return wrong;
}

/** HH:MM, as a time field has it. */
export const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** Null where it is none yet. Midnight closes the day, it does not open the next one. */
export function minuteOf(clock: string, end: 'opens' | 'closes'): number | null {
  const [, hour, minute] = /^(\d{2}):(\d{2})/.exec(clock) ?? [];
  if (hour === undefined || minute === undefined) return null;
  return Number(hour) * 60 + Number(minute) || (end === 'closes' ? endOfDay : 0);
}
