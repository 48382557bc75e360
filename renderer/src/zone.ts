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

/** The Monday of the day's week (ISO 8601). */
export function mondayOf(day: Day): Day {
  const weekday = new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}
