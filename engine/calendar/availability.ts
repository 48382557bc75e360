import { DateTime } from 'luxon';
import type { Holiday, OpenSpan } from '../store/index.ts';

/** Half-open: [fromMs, toMs), UTC. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface OpeningHours {
  readonly hours: readonly OpenSpan[];
  /** IANA zone in which the hours are meant. */
  readonly timeZone: string;
  /** Days on which other hours hold, or none. */
  readonly holidays?: readonly Holiday[];
  /** When one member of staff works, within the hours; empty or absent: all through them. */
  readonly ownHours?: readonly OpenSpan[] | undefined;
}

/** With what is to be kept free around an appointment. */
export interface BusySpan extends TimeSpan {
  /** Another guest may join at exactly this start: the place is shared and not full. */
  readonly joinAtMs?: number;
}

export interface AvailabilityQuestion extends OpeningHours {
  /** One entry for each member of staff: when they are busy, in any order. */
  readonly busy: readonly (readonly BusySpan[])[];
  /** Own hours of the same members, in the same order; absent where nobody has any. */
  readonly staffHours?: readonly (readonly OpenSpan[])[];
  readonly durationMinutes: number;
  /** Kept free of other appointments before and behind; absent: nothing. They may reach out of the hours. */
  readonly bufferBeforeMinutes?: number;
  readonly bufferAfterMinutes?: number;
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
  const { durationMinutes, stepMinutes, nowMs, leadMs, toMs, limit } = question;
  const fromMs = Math.max(question.fromMs, nowMs + leadMs);
  const found: FreeSpan[] = [];
  if (fromMs >= toMs) return found;
  for (const open of openTimes(question, { fromMs, toMs })) {
    const members = membersOn(open, question);
    for (
      let startsAtMs = open.fromMs;
      startsAtMs < Math.min(open.toMs, toMs);
      startsAtMs += stepMinutes * minuteMs
    ) {
      const span = { fromMs: startsAtMs, toMs: startsAtMs + durationMinutes * minuteMs };
      if (startsAtMs < fromMs || !fits(open, question, span)) continue;
      const capacity = members.filter((isFree) => isFree(span)).length;
      if (capacity > 0) found.push({ startsAtMs, endsAtMs: span.toMs, capacity });
      if (found.length >= limit) return found;
    }
  }
  return found;
}

/** Whether somebody with these busy times can take a time with its buffers. */
export const isFree = (busy: readonly BusySpan[], startsAtMs: number, blocked: TimeSpan): boolean =>
  !busy.some(
    (span) => span.fromMs < blocked.toMs && blocked.fromMs < span.toMs && span.joinAtMs !== startsAtMs,
  );

/** For each member of staff: whether they work at a time of that day, and are free. */
function membersOn(open: OpenTime, question: AvailabilityQuestion): ((span: TimeSpan) => boolean)[] {
  const { busy, staffHours, bufferBeforeMinutes = 0, bufferAfterMinutes = 0 } = question;
  return busy.map((spans, i) => {
    const ownHours = staffHours?.[i] ?? [];
    const own = { ...question, ownHours };
    const works = ownHours.length === 0 ? null : openTimesOn(open.day, own);
    return (span) =>
      (works === null || works.some((time) => time.fromMs <= span.fromMs && fits(time, own, span))) &&
      isFree(spans, span.fromMs, {
        fromMs: span.fromMs - bufferBeforeMinutes * minuteMs,
        toMs: span.toMs + bufferAfterMinutes * minuteMs,
      });
  });
}

/**
 * True when every minute of the span shows a local time inside one and the same opening span of its day.
 * Where the clocks change inside the span both sides of the change are looked at: an hour may be missing or
 * come twice.
 */
export function isWithinHours(opening: OpeningHours, { fromMs, toMs }: TimeSpan): boolean {
  const localTime = (ms: number): DateTime => DateTime.fromMillis(ms, { zone: opening.timeZone });
  const first = localTime(fromMs);
  const last = localTime(toMs - minuteMs);
  if (!isSameDay(first, last)) return false;
  const shown = first.offset === last.offset ? [first, last] : [first, ...aroundChange(first, last), last];
  return spansOn(first, opening).some((open) =>
    shown.every((at) => isSameDay(at, first) && covers(open, at.hour * 60 + at.minute)),
  );
}

/** The last minute of the one offset, and the first of the other. */
function aroundChange(first: DateTime, last: DateTime): [DateTime, DateTime] {
  let [before, after] = [first, last];
  while (after.toMillis() - before.toMillis() > minuteMs) {
    const minutes = Math.floor((after.toMillis() - before.toMillis()) / 2 / minuteMs);
    const middle = before.plus({ minutes });
    if (middle.offset === first.offset) before = middle;
    else after = middle;
  }
  return [before, after];
}

const isSameDay = (one: DateTime, other: DateTime): boolean =>
  one.day === other.day && one.month === other.month && one.year === other.year;

/** What is open on a local day, earliest first: its weekday's hours or the holiday's, as far as somebody works. */
function spansOn(day: LocalDay, { hours, holidays, ownHours }: OpeningHours): readonly DaySpan[] {
  const ofWeekday = (spans: readonly OpenSpan[]): readonly OpenSpan[] =>
    spans.filter(({ weekday }) => weekday === day.weekday);
  const holiday = holidays && holidays.length > 0 ? holidays.find(isOn(day)) : undefined;
  const open: readonly DaySpan[] = holiday?.spans ?? ofWeekday(hours);
  const own = ownHours && ownHours.length > 0 ? ofWeekday(ownHours) : null;
  const both = own === null ? open : open.flatMap((span) => own.flatMap((other) => meeting(span, other)));
  return both.toSorted((one, other) => one.fromMinute - other.fromMinute);
}

type DaySpan = Holiday['spans'][number];
type LocalDay = Pick<DateTime, 'year' | 'month' | 'day' | 'weekday'>;

function isOn({ year, month, day }: LocalDay): (holiday: Holiday) => boolean {
  const two = (part: number): string => (part < 10 ? `0${part}` : `${part}`);
  const date = `${year}-${two(month)}-${two(day)}`;
  return (holiday) => holiday.day === date;
}

function meeting(one: DaySpan, other: DaySpan): DaySpan[] {
  const fromMinute = Math.max(one.fromMinute, other.fromMinute);
  const toMinute = Math.min(one.toMinute, other.toMinute);
  return fromMinute < toMinute ? [{ fromMinute, toMinute }] : [];
}

/** Whether a local time inside the opening hours is shown at that moment. */
export const isOpen = (opening: OpeningHours, atMs: number): boolean =>
  isWithinHours(opening, { fromMs: atMs, toMs: atMs + minuteMs });

/** A span may fall into the hour that the clocks skip, and then is missing in its week. */
const nextOpeningDays = 15;

/** The first open minute from `atMs` on; null where the business never opens. */
export function nextOpening(opening: OpeningHours, atMs: number): number | null {
  const { timeZone, holidays = [] } = opening;
  const earliestMs = Math.ceil(atMs / minuteMs) * minuteMs;
  let day = DateTime.fromMillis(earliestMs, { zone: timeZone }).startOf('day');
  for (let days = 0; days < nextOpeningDays + holidays.length; days += 1) {
    const tomorrow = day.plus({ days: 1 }).startOf('day');
    const starts = evenParts(day, tomorrow).flatMap(({ fromMs, toMs, midnightMs }) =>
      spansOn(day, opening).flatMap(({ fromMinute, toMinute }) => {
        const startMs = Math.max(earliestMs, fromMs, midnightMs + fromMinute * minuteMs);
        const endMs = Math.min(toMs, midnightMs + toMinute * minuteMs);
        return startMs < endMs ? [startMs] : [];
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

const covers = ({ fromMinute, toMinute }: DaySpan, minute: number): boolean =>
  fromMinute <= minute && minute < toMinute;

/** Looking at the wall clock is slow, and needed only on days when the clocks change. */
const fits = (open: OpenTime, hours: OpeningHours, span: TimeSpan): boolean =>
  open.clocksChange ? isWithinHours(hours, span) : span.toMs <= open.toMs;

interface OpenTime extends TimeSpan {
  readonly day: DateTime;
  /** True when the clocks change on its day. */
  readonly clocksChange: boolean;
}

const civilDayMs = 1440 * minuteMs;
/** No zone is further from UTC. */
const widestOffsetMs = 15 * 60 * minuteMs;

/**
 * The opening spans of the local days that touch a range, as instants, earliest first and apart from each other.
 * The zone is asked only about days that have any: that is the slow part.
 */
function* openTimes(opening: OpeningHours, range: TimeSpan): Generator<OpenTime> {
  const first = DateTime.fromMillis(range.fromMs, { zone: opening.timeZone });
  let civilMs = Date.UTC(first.year, first.month - 1, first.day);
  for (; civilMs - widestOffsetMs < range.toMs; civilMs += civilDayMs) {
    const date = new Date(civilMs);
    const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    const civil = { year, month, day: dayOfMonth, weekday: date.getUTCDay() || 7 };
    if (spansOn(civil, opening).length === 0) continue;
    const noon = { year, month, day: dayOfMonth, hour: 12 };
    const day = DateTime.fromObject(noon, { zone: opening.timeZone }).startOf('day');
    if (day.toMillis() >= range.toMs) return;
    yield* openTimesOn(day, opening);
  }
}

/** Those of one local day. A boundary that the clocks skip moves behind the gap. */
function openTimesOn(day: DateTime, opening: OpeningHours): OpenTime[] {
  const spans = spansOn(day, opening);
  if (spans.length === 0) return [];
  // Also where they skip midnight: the day then begins later.
  const clocksChange = day.plus({ days: 1 }).startOf('day').toMillis() - day.toMillis() !== civilDayMs;
  let endMs = Number.NEGATIVE_INFINITY;
  return spans.flatMap((span) => {
    const fromMs = Math.max(atMinute(day, span.fromMinute), endMs);
    const toMs = atMinute(day, span.toMinute);
    if (fromMs >= toMs) return [];
    endMs = toMs;
    return [{ fromMs, toMs, day, clocksChange }];
  });
}

function atMinute(day: DateTime, minute: number): number {
  if (minute === 1440) return day.plus({ days: 1 }).startOf('day').toMillis();
  return day.set({ hour: Math.floor(minute / 60), minute: minute % 60 }).toMillis();
}
