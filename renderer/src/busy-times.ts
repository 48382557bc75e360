import type { BusyTime } from '../../engine/api/contract/index.ts';
import { clockTime, shortDay } from './format.ts';
import { calendarStrings } from './strings-calendar.ts';

/** Times that calendars elsewhere keep. */

const words = calendarStrings.busy;

/** The part of a busy time that lies in what is shown. */
export interface BusyPart {
  readonly busy: BusyTime;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** What of them lies between two moments, cut to these; earliest first. */
export const busyBetween = (all: readonly BusyTime[], fromMs: number, toMs: number): BusyPart[] =>
  all
    .filter(({ startMs, endMs }) => startMs < toMs && endMs > fromMs)
    .map((busy) => ({
      ...{ busy, startsAtMs: Math.max(busy.startMs, fromMs), endsAtMs: Math.min(busy.endMs, toMs) },
    }))
    .toSorted((one, other) => one.startsAtMs - other.startsAtMs);

/** Null keeps everybody busy. */
export const busyOf = (all: readonly BusyTime[], staffId: string): readonly BusyTime[] =>
  all.filter((busy) => busy.staffId === null || busy.staffId === staffId);

/** From when to when; with days where it does not end on the day on which it begins. */
export function busyWhen({ startMs, endMs, allDay }: BusyTime, zone: string): string {
  const [first, last] = [shortDay(startMs, zone), shortDay(endMs - 1, zone)];
  if (allDay) return first === last ? `${first}, ${words.allDay}` : `${first} – ${last}, ${words.allDay}`;
  const [from, to] = [clockTime(startMs, zone), clockTime(endMs, zone)];
  return first === last ? `${from} – ${to}, ${first}` : `${first}, ${from} – ${shortDay(endMs, zone)}, ${to}`;
}

/** One in a sentence. */
export const busyTold = (busy: BusyTime, zone: string): string =>
  words.told(busy.title || words.untitled, busyWhen(busy, zone));
