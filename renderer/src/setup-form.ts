import type { NewTenantRequest } from '../../engine/api/contract/index.ts';
import { setupStrings } from './strings-setup.ts';

/** Weekday to minutes since local midnight; 1 = Monday. */
type Span = NonNullable<NewTenantRequest['hours']>[number];
type Weekday = Span['weekday'];
export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const satisfies readonly Weekday[];

/** Opening hours of a day as they are typed: one span is what nearly every business has. */
export interface DayRow {
  readonly weekday: Weekday;
  readonly open: boolean;
  /** HH:MM, as a time field gives it. */
  readonly from: string;
  readonly to: string;
  /** What the day has beyond its first span. */
  readonly more: readonly Span[];
}

export const rowsOf = (
  hours: readonly { weekday: number; fromMinute: number; toMinute: number }[],
): DayRow[] =>
  weekdays.map((weekday) => {
    const [first, ...more] = hours.filter((span) => span.weekday === weekday);
    return {
      weekday,
      open: first !== undefined,
      from: clockOf(first?.fromMinute ?? 9 * 60),
      to: clockOf(first?.toMinute ?? 17 * 60),
      more: more.map(({ fromMinute, toMinute }) => ({ weekday, fromMinute, toMinute })),
    };
  });

/** @returns the spans, or what is wrong with a day, by weekday */
export function hoursOf(
  days: readonly DayRow[],
): { readonly hours: Span[] } | { readonly wrong: ReadonlyMap<Weekday, string> } {
  const wrong = new Map<Weekday, string>();
  const hours = days.flatMap((day): Span[] => {
    if (!day.open) return [];
    const [fromMinute, toMinute] = [minuteOf(day.from), minuteOf(day.to)];
    // Midnight closes the day, it does not open the next one.
    const end = toMinute === 0 ? 24 * 60 : toMinute;
    if (fromMinute === null || end === null) wrong.set(day.weekday, setupStrings.needTime);
    else if (fromMinute >= end) wrong.set(day.weekday, setupStrings.needLater);
    else if (day.more.some((span) => span.fromMinute < end)) wrong.set(day.weekday, setupStrings.needApart);
    else
      return [
        { weekday: day.weekday, fromMinute, toMinute: end },
        ...day.more.map((span) => ({ ...span, weekday: day.weekday })),
      ];
    return [];
  });
  return wrong.size > 0 ? { wrong } : { hours };
}

const clockOf = (minute: number): string =>
  `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function minuteOf(clock: string): number | null {
  const [, hour, minute] = /^(\d{2}):(\d{2})/.exec(clock) ?? [];
  return hour === undefined || minute === undefined ? null : Number(hour) * 60 + Number(minute);
}

/** E.164 of what is typed; null where it is none. */
export function numberOf(typed: string): string | null {
  const digits = typed.replace(/[\s().-]/g, '');
  return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : null;
}

export function isZone(zone: string): boolean {
  try {
    return zone !== '' && new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}
