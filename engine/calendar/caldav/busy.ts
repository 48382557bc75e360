import { setImmediate } from 'node:timers/promises';
import ICAL from 'ical.js';
import type { BusyTime } from '../../store/index.ts';
import { isCancelled, mastersOf, spanOf, textOf } from './event.ts';

export interface Horizon {
  /** Is meant where an event names no zone. */
  readonly timeZone: string;
  /** Recurring events are laid out in [fromMs, toMs). */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Something that recurs every second must not keep the engine busy. */
const mostSteps = 100_000;
const stepsAtOnce = 50;
const mostTimes = 2_000;
const marginMs = 2 * 86_400_000;

/**
 * When an event keeps somebody busy: not where it is cancelled, or marked as free (RFC 5545 §3.8.2.7). Lets others go
 * on between: what began years ago takes a while to be laid out.
 */
export async function busyTimesOf(body: string, horizon: Horizon): Promise<BusyTime[]> {
  const times: BusyTime[] = [];
  for (const master of mastersOf(body)) times.push(...(await timesOf(master, horizon)));
  return times.filter(({ startMs, endMs }) => startMs < endMs && endMs > horizon.fromMs).slice(0, mostTimes);
}

export const recurs = (body: string): boolean => /^(?:RRULE|RDATE)[:;]/m.test(body);

async function timesOf(master: ICAL.Component, horizon: Horizon): Promise<BusyTime[]> {
  const event = new ICAL.Event(master);
  if (!event.isRecurring() || isTooOften(master)) return timeOf(event, event, horizon);
  const times: BusyTime[] = [];
  const occurrences = event.iterator();
  const lastsMs = event.duration.toSeconds() * 1000;
  // Single times that were changed may have been moved to where they count.
  const isPlain = Object.keys(event.exceptions).length === 0;
  for (let step = 0; step < mostSteps && times.length < mostTimes; step += 1) {
    if (step % stepsAtOnce === stepsAtOnce - 1) await setImmediate();
    const next = occurrences.next();
    if (!next) break;
    // To a day or so, which is quick: most of something old is long over.
    if (isPlain && next.toUnixTime() * 1000 + lastsMs < horizon.fromMs - marginMs) continue;
    const { item, startDate, endDate } = event.getOccurrenceDetails(next);
    const [time] = timeOf(item, { startDate, endDate }, horizon);
    if (time && time.endMs > horizon.fromMs && time.startMs < horizon.toMs) times.push(time);
    // One of its times may have been moved to earlier, but what comes after the horizon comes later.
    const planned = spanOf({ component: master, startDate: next, endDate: next }, horizon.timeZone);
    if (!planned || planned.startMs >= horizon.toMs) break;
  }
  return times;
}

/** No appointment of a person recurs every minute. */
function isTooOften(master: ICAL.Component): boolean {
  const rule = master.getFirstPropertyValue('rrule');
  return rule instanceof ICAL.Recur && ['SECONDLY', 'MINUTELY'].includes(rule.freq);
}

function timeOf(
  item: ICAL.Event,
  { startDate, endDate }: Pick<ICAL.Event, 'startDate' | 'endDate'>,
  { timeZone }: Horizon,
): BusyTime[] {
  const { component } = item;
  if (isCancelled(component) || textOf(component, 'transp').toUpperCase() === 'TRANSPARENT') return [];
  const span = spanOf({ component, startDate, endDate }, timeZone);
  return span ? [{ ...span, title: textOf(component, 'summary').slice(0, 200) }] : [];
}
