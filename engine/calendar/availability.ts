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
    const clocksChange = tomorrow.offset !== day.offset;
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
