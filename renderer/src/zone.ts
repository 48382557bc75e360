/** Dates in a tenant's zone, with nothing but Intl. */

export interface Day {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
}

interface WallTime extends Day {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

function wallTime(atMs: number, zone: string): WallTime {
  const parts = new Map(
    format(zone)
      .formatToParts(atMs)
      .map((part) => [part.type, Number(part.value)]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return {
    year: read('year'),
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
  };
}

/** What the zone's clocks are ahead of UTC at that moment. */
function offsetMs(atMs: number, zone: string): number {
  const wall = wallTime(atMs, zone);
  const asUtc = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute, wall.second);
  return asUtc - Math.floor(atMs / 1000) * 1000;
}

export const dayOf = (atMs: number, zone: string): Day => {
  const { year, month, day } = wallTime(atMs, zone);
  return { year, month, day };
};

/** Key of a day, sorts by time: 2025-03-09. */
export const dayKey = ({ year, month, day }: Day): string =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** The day so many days later, earlier when negative. */
export function addDays(day: Day, days: number): Day {
  const moved = new Date(Date.UTC(day.year, day.month - 1, day.day + days));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/** First moment of the day in the zone; where clocks jump over midnight, the first one that exists. */
export function startOfDayMs(day: Day, zone: string): number {
  const utcMidnightMs = Date.UTC(day.year, day.month - 1, day.day);
  const guessMs = utcMidnightMs - offsetMs(utcMidnightMs, zone);
  const startMs = utcMidnightMs - offsetMs(guessMs, zone);
  return dayKey(dayOf(startMs, zone)) === dayKey(day) ? startMs : guessMs;
}

/** Minutes that the zone's clocks show at that moment, 0–1439. */
export const minuteOf = (atMs: number, zone: string): number => {
  const { hour, minute } = wallTime(atMs, zone);
  return hour * 60 + minute;
};

const dayMs = 86_400_000;

/**
 * The moment at which the zone's clocks show so many minutes after midnight: the first of two; of a time that they
 * skip the one as far behind the gap.
 */
export function momentOf(day: Day, minute: number, zone: string): number {
  const asUtcMs = Date.UTC(day.year, day.month - 1, day.day, 0, minute);
  const before = offsetMs(asUtcMs - dayMs, zone);
  const after = offsetMs(asUtcMs + dayMs, zone);
  const fits = (offset: number): boolean => offsetMs(asUtcMs - offset, zone) === offset;
  return asUtcMs - (fits(before) || !fits(after) ? before : after);
}

/** 1 = Monday … 7 = Sunday (ISO 8601). */
export const weekdayOf = ({ year, month, day }: Day): number =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() || 7;

/** The day of such a key; null for what is none. */
export function dayOfKey(key: string): Day | null {
  const [year = 0, month = 0, day = 0] = key.split('-').map(Number);
  const read = { year, month, day };
  return /^\d{4}-\d{2}-\d{2}$/.test(key) && dayKey(addDays(read, 0)) === key ? read : null;
}

/** When the day of a key begins, or the one so many days later; null for what is no key. */
export function startOfKeyMs(key: string, zone: string, days = 0): number | null {
  const day = dayOfKey(key);
  return day && startOfDayMs(addDays(day, days), zone);
}

/** The Monday of the day's week (ISO 8601). */
export function mondayOf(day: Day): Day {
  return addDays(day, 1 - weekdayOf(day));
}
