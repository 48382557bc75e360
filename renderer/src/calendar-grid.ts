import type { Holiday, OpenSpan } from '../../engine/api/contract/index.ts';
import { type Day, dayKey, dayOf, minuteOf, weekdayOf } from './zone.ts';

/** Where things lie in a calendar's week. Heights follow the clock on the wall, so that an hour is one on every day. */

export const quarter = 15;

/** Minutes since local midnight. */
export interface MinuteSpan {
  readonly fromMinute: number;
  readonly toMinute: number;
}

export interface OpeningTimes {
  readonly hours: readonly OpenSpan[];
  readonly holidays: readonly Holiday[];
}

/** When a day is open, as far as somebody works then; earliest first. */
export function openOn(
  day: Day,
  { hours, holidays }: OpeningTimes,
  ownHours: readonly OpenSpan[] = [],
): readonly MinuteSpan[] {
  const weekday = weekdayOf(day);
  const ofDay = (spans: readonly OpenSpan[]): MinuteSpan[] =>
    spans
      .filter((span) => span.weekday === weekday)
      .map(({ fromMinute, toMinute }) => ({ fromMinute, toMinute }));
  const holiday = holidays.find((one) => one.day === dayKey(day));
  const open: readonly MinuteSpan[] = holiday?.spans ?? ofDay(hours);
  const own = ofDay(ownHours);
  const both =
    ownHours.length === 0 ? open : open.flatMap((span) => own.flatMap((other) => meeting(span, other)));
  return both.toSorted((one, other) => one.fromMinute - other.fromMinute);
}

function meeting(one: MinuteSpan, other: MinuteSpan): MinuteSpan[] {
  const fromMinute = Math.max(one.fromMinute, other.fromMinute);
  const toMinute = Math.min(one.toMinute, other.toMinute);
  return fromMinute < toMinute ? [{ fromMinute, toMinute }] : [];
}

/** What lies between the open spans of a stretch of the day. */
export function closedOn(open: readonly MinuteSpan[], { fromMinute, toMinute }: MinuteSpan): MinuteSpan[] {
  const closed: MinuteSpan[] = [];
  let seen = fromMinute;
  for (const span of open) {
    if (span.fromMinute > seen)
      closed.push({ fromMinute: seen, toMinute: Math.min(span.fromMinute, toMinute) });
    seen = Math.max(seen, span.toMinute);
  }
  if (seen < toMinute) closed.push({ fromMinute: seen, toMinute });
  return closed;
}

interface Timed {
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** Where one lies on the day on which it begins; at least a quarter high, and not past midnight. */
export function minutesOf({ startsAtMs, endsAtMs }: Timed, zone: string): MinuteSpan {
  const fromMinute = minuteOf(startsAtMs, zone);
  const sameDay = dayKey(dayOf(startsAtMs, zone)) === dayKey(dayOf(endsAtMs - 1, zone));
  const end = sameDay ? minuteOf(endsAtMs, zone) || 1440 : 1440;
  return { fromMinute, toMinute: Math.min(1440, Math.max(end, fromMinute + quarter)) };
}

const usual: MinuteSpan = { fromMinute: 8 * 60, toMinute: 18 * 60 };

/** The whole hours that are shown: all that is open or taken, never less than a usual day's work of eight hours. */
export function shownHours(spans: readonly MinuteSpan[]): MinuteSpan {
  if (spans.length === 0) return usual;
  const from = Math.floor(Math.min(...spans.map((span) => span.fromMinute)) / 60) * 60;
  const to = Math.ceil(Math.max(...spans.map((span) => span.toMinute)) / 60) * 60;
  return { fromMinute: Math.min(from, 1440 - 480), toMinute: Math.max(to, Math.min(from, 960) + 480) };
}

/** Side by side where several lie at the same time. */
export interface Placed<T> {
  readonly item: T;
  readonly span: MinuteSpan;
  /** From 0, of `lanes`. */
  readonly lane: number;
  readonly lanes: number;
}

export function placed<T extends Timed>(items: readonly T[], zone: string): Placed<T>[] {
  const spans = items
    .map((item) => ({ item, span: minutesOf(item, zone) }))
    .toSorted((one, other) => one.span.fromMinute - other.span.fromMinute);
  const done: Placed<T>[] = [];
  let cluster: Omit<Placed<T>, 'lanes'>[] = [];
  let ends: number[] = [];
  const close = (): void => {
    done.push(...cluster.map((one) => ({ ...one, lanes: ends.length })));
    cluster = [];
    ends = [];
  };
  for (const { item, span } of spans) {
    if (ends.every((end) => end <= span.fromMinute)) close();
    const free = ends.findIndex((end) => end <= span.fromMinute);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = span.toMinute;
    cluster.push({ item, span, lane });
  }
  close();
  return done;
}

/** The quarter at or before a minute; within the day. */
export const toQuarter = (minute: number): number =>
  Math.min(1440 - quarter, Math.max(0, Math.floor(minute / quarter) * quarter));
