import { DateTime } from 'luxon';
import type { OpenSpan } from '../store/index.ts';

/** Half-open: [fromMs, toMs), UTC. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OpeningHours {
  readonly hours: readonly OpenSpan[];
  /** IANA zone in which the hours are meant. */
  readonly timeZone: string;
}

export interface AvailabilityQuestion extends OpeningHours {
  /** One entry for each member of staff: when they are busy, in any order. */
  readonly busy: readonly (readonly TimeSpan[])[];
  readonly durationMinutes: number;
  /** Distance from one possible start to the next. */
  readonly stepMinutes: number;
  readonly nowMs: number;
  /** Nothing is offered that starts sooner than this after now. */
  readonly leadMs: number;
  /** Openings start in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** A bookable span with the number of staff who are free all through it. */
export interface FreeSpan {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly capacity: number;
}

const minuteMs = 60_000;

/** Openings, earliest first, each start once. Pure: the same question has the same answer. */
export function findFreeSpans(question: AvailabilityQuestion): FreeSpan[] {
  const { busy, durationMinutes, stepMinutes, nowMs, leadMs, toMs, limit } = question;
  const fromMs = Math.max(question.fromMs, nowMs + leadMs);
  const found: FreeSpan[] = [];
  if (fromMs >= toMs) return found;
  for (const open of openTimes(question, { fromMs, toMs })) {
    for (
      let startsAtMs = open.fromMs;
      startsAtMs < Math.min(open.toMs, toMs);
      startsAtMs += stepMinutes * minuteMs
    ) {
      const endsAtMs = startsAtMs + durationMinutes * minuteMs;
      if (startsAtMs < fromMs || !fits(open, question, { fromMs: startsAtMs, toMs: endsAtMs })) continue;
      const capacity = busy.filter((spans) => isFree(spans, startsAtMs, endsAtMs)).length;
      if (capacity > 0) found.push({ startsAtMs, endsAtMs, capacity });
      if (found.length >= limit) return found;
    }
  }
  return found;
}

/**
 * True when every minute of the span shows a local time inside one and the same opening span of its day.
 * Where the clocks change inside the span every minute is looked at: an hour may be missing or come twice.
 */
export function isWithinHours({ hours, timeZone }: OpeningHours, { fromMs, toMs }: TimeSpan): boolean {
  const first = DateTime.fromMillis(fromMs, { zone: timeZone });
  const last = DateTime.fromMillis(toMs - minuteMs, { zone: timeZone });
  return hours.some((open) => {
    const inside = (at: DateTime): boolean =>
      at.weekday === open.weekday && at.hasSame(first, 'day') && covers(open, at.hour * 60 + at.minute);
    if (!inside(first) || !inside(last)) return false;
    if (first.offset === last.offset) return true;
    for (let at = first; at < last; at = at.plus({ minutes: 1 })) if (!inside(at)) return false;
    return true;
  });
}

/** Whether a local time inside the opening hours is shown at that moment. */
export const isOpen = (opening: OpeningHours, atMs: number): boolean =>
  isWithinHours(opening, { fromMs: atMs, toMs: atMs + minuteMs });

/** A span may fall into the hour that the clocks skip, and then is missing in its week. */
const nextOpeningDays = 15;

/** The first open minute from `atMs` on; null where the business never opens. */
export function nextOpening({ hours, timeZone }: OpeningHours, atMs: number): number | null {
  const earliestMs = Math.ceil(atMs / minuteMs) * minuteMs;
  let day = DateTime.fromMillis(earliestMs, { zone: timeZone }).startOf('day');
  for (let days = 0; days < nextOpeningDays; days += 1) {
    const tomorrow = day.plus({ days: 1 }).startOf('day');
    const starts = evenParts(day, tomorrow).flatMap(({ fromMs, toMs, midnightMs }) =>
      hours.flatMap(({ weekday, fromMinute, toMinute }) => {
        const startMs = Math.max(earliestMs, fromMs, midnightMs + fromMinute * minuteMs);
        const endMs = Math.min(toMs, midnightMs + toMinute * minuteMs);
        return weekday === day.weekday && startMs < endMs ? [startMs] : [];
      }),
    );
    if (starts.length > 0) return Math.min(...starts);
    day = tomorrow;
  }
  return null;
}

/** A part of a day in which the clocks run evenly, as if from a midnight that need not lie within it. */
interface EvenPart extends TimeSpan {
  readonly midnightMs: number;
}

/** The day as one part, or as two where the clocks change within it. */
function evenParts(day: DateTime, tomorrow: DateTime): EvenPart[] {
  const [fromMs, toMs] = [day.toMillis(), tomorrow.toMillis()];
  const midnightAt = (ms: number): number => {
    const { hour, minute } = DateTime.fromMillis(ms, { zone: day.zone });
    return ms - (hour * 60 + minute) * minuteMs;
  };
  const [first, last] = [midnightAt(fromMs), midnightAt(toMs - minuteMs)];
  if (first === last) return [{ fromMs, toMs, midnightMs: first }];
  // The last minute of the first part, and the first of the second.
  let [before, after] = [fromMs, toMs - minuteMs];
  while (after - before > minuteMs) {
    const middle = before + Math.floor((after - before) / 2 / minuteMs) * minuteMs;
    if (midnightAt(middle) === first) before = middle;
    else after = middle;
  }
  return [
    { fromMs, toMs: after, midnightMs: first },
    { fromMs: after, toMs, midnightMs: last },
  ];
}

const covers = ({ fromMinute, toMinute }: OpenSpan, minute: number): boolean =>
  fromMinute <= minute && minute < toMinute;

const isFree = (spans: readonly TimeSpan[], fromMs: number, toMs: number): boolean =>
  !spans.some((span) => span.fromMs < toMs && fromMs < span.toMs);

/** Looking at the wall clock is slow, and needed only on days when the clocks change. */
const fits = (open: OpenTime, hours: OpeningHours, span: TimeSpan): boolean =>
  open.clocksChange ? isWithinHours(hours, span) : span.toMs <= open.toMs;

interface OpenTime extends TimeSpan {
  /** True when the clocks change on its day. */
  readonly clocksChange: boolean;
}

/**
 * The opening spans of the local days that touch a range, as instants, earliest first and apart from each
 * other. A boundary that the clocks skip moves behind the gap.
 */
function* openTimes({ hours, timeZone }: OpeningHours, range: TimeSpan): Generator<OpenTime> {
  const inOrder = hours.toSorted((one, other) => one.fromMinute - other.fromMinute);
  let endMs = Number.NEGATIVE_INFINITY;
  let day = DateTime.fromMillis(range.fromMs, { zone: timeZone }).startOf('day');
  while (day.toMillis() < range.toMs) {
    const tomorrow = day.plus({ days: 1 }).startOf('day');
    // Also where they skip midnight: the day then begins later.
    const clocksChange = tomorrow.toMillis() - day.toMillis() !== 1440 * minuteMs;
    for (const span of inOrder) {
      if (span.weekday !== day.weekday) continue;
      const fromMs = Math.max(atMinute(day, span.fromMinute), endMs);
      const toMs = atMinute(day, span.toMinute);
      if (fromMs >= toMs) continue;
      endMs = toMs;
      yield { fromMs, toMs, clocksChange };
    }
    day = tomorrow;
  }
}

function atMinute(day: DateTime, minute: number): number {
  if (minute === 1440) return day.plus({ days: 1 }).startOf('day').toMillis();
  return day.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();
}
