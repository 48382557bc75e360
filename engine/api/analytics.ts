import { DateTime } from 'luxon';
import { pauses, VoxboxError } from '../foundation/index.ts';
import type { AnalyticsDay, CallAnalytics, CallTally } from '../store/index.ts';
import { analyticsOf, dayOf, noDay } from './analytics-sums.ts';
import type { Analytics, analyticsMethods } from './contract/index.ts';
import type { Desk, DeskParts } from './desk.ts';

const longestDays = 366;
/** As many kept days as are read in a millisecond or two. */
const daysTogether = 31;

export const analyticsDesk = ({ box, clock, ids }: DeskParts): Pick<Desk, keyof typeof analyticsMethods> => ({
  'analytics.read': async ({ id, query }) => ({
    analytics: await analyticsRead({ box, clock, ids }, id, query),
  }),
  'analytics.set': ({ id, body: { minutesPerCall } }) => {
    box.tenant(id).analytics.setMinutesPerCall(minutesPerCall);
    return { minutesPerCall };
  },
});

/** @throws VoxboxError `tenant_unknown`, `input_invalid` */
export async function analyticsRead(
  { box, clock, ids }: Pick<DeskParts, 'box' | 'clock' | 'ids'>,
  tenantId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<Analytics> {
  const tenant = box.tenant(tenantId);
  const days = daysBetween(from, to, tenant.timeZone);
  const counted = await countedDays(tenant.analytics, days, {
    ...{ nowMs: clock.nowMs(), ticket: ids.uuid(), pause: pauses() },
  });
  const span = { fromMs: days[0]?.fromMs ?? 0, toMs: days.at(-1)?.toMs ?? 0 };
  const sums = analyticsOf(days, counted, {
    refusals: box.refusals.reasons(tenantId, span),
    minutesPerCall: tenant.analytics.minutesPerCall(),
  });
  return { from, to, timeZone: tenant.timeZone, ...sums };
}

export interface LocalDay extends Pick<AnalyticsDay, 'fromMs' | 'toMs'> {
  /** yyyy-mm-dd */
  readonly day: string;
  /** 1 = Monday. */
  readonly weekday: number;
  /** Where its hours begin, with what the clock shows then: 23 to 25 of them. */
  readonly hours: readonly { readonly fromMs: number; readonly toMs: number; readonly hour: number }[];
}

/**
 * The days of a zone, both included, the earliest first.
 *
 * @throws VoxboxError `input_invalid`
 */
export function daysBetween(from: string, to: string, timeZone: string): LocalDay[] {
  const [first, last] = [
    DateTime.fromISO(from, { zone: timeZone }),
    DateTime.fromISO(to, { zone: timeZone }),
  ];
  const refuse = (words: string): never => {
    throw new VoxboxError('input_invalid', words);
  };
  if (!first.isValid || !last.isValid) return refuse('from, to: there is no such day');
  if (last < first) return refuse('to: must not be before from');
  const days: LocalDay[] = [];
  for (let day = first.startOf('day'); day <= last; day = day.plus({ days: 1 }).startOf('day')) {
    if (days.length === longestDays) return refuse(`to: at most ${longestDays} days together`);
    days.push(localDay(day));
  }
  return days;
}

const hourMs = 3_600_000;

function localDay(day: DateTime): LocalDay {
  const [fromMs, toMs] = [day.toMillis(), day.plus({ days: 1 }).startOf('day').toMillis()];
  const hours = Array.from({ length: Math.ceil((toMs - fromMs) / hourMs) }, (_, i) => {
    const hourFromMs = fromMs + i * hourMs;
    const { hour } = toMs - fromMs === 24 * hourMs ? { hour: i } : day.plus({ milliseconds: i * hourMs });
    return { fromMs: hourFromMs, toMs: Math.min(hourFromMs + hourMs, toMs), hour };
  });
  return { fromMs, toMs, day: day.toISODate() ?? '', weekday: day.weekday, hours };
}

/**
 * The days with what came of them, in order. Days that are over are kept once they are counted. Between hours, and
 * between months of kept days, there is a pause for others: calls go on while a year is counted.
 */
export async function countedDays(
  analytics: CallAnalytics,
  days: readonly LocalDay[],
  { nowMs, ticket, pause }: { nowMs: number; ticket: string; pause: () => Promise<void> },
): Promise<AnalyticsDay[]> {
  const known = new Map<number, AnalyticsDay>();
  for (let i = 0; i < days.length; i += daysTogether) {
    const some = days.slice(i, i + daysTogether);
    const [fromMs, toMs] = [some[0]?.fromMs ?? 0, some.at(-1)?.toMs ?? 0];
    for (const day of analytics.kept(fromMs, toMs)) known.set(day.fromMs, day);
    await pause();
  }
  const isKnown = ({ fromMs, toMs }: LocalDay): boolean => known.get(fromMs)?.toMs === toMs;
  const missing = days.filter((day) => day.fromMs <= nowMs && !isKnown(day));
  const toKeep = missing.filter(({ toMs }) => toMs <= nowMs);
  for (let i = 0; i < toKeep.length; i += daysTogether) {
    analytics.begin(toKeep.slice(i, i + daysTogether), ticket);
    await pause();
  }
  for (const { fromMs, toMs, hours } of missing) {
    const counted: (CallTally & { readonly hour: number })[] = [];
    for (const { hour, ...span } of hours) {
      counted.push({ hour, ...analytics.tally(span.fromMs, span.toMs) });
      await pause();
    }
    known.set(fromMs, { fromMs, toMs, ...dayOf(counted) });
  }
  for (let i = 0; i < toKeep.length; i += daysTogether) {
    const some = toKeep.slice(i, i + daysTogether).flatMap(({ fromMs }) => known.get(fromMs) ?? []);
    analytics.keep(some, ticket);
    await pause();
  }
  return days.map(({ fromMs, toMs }) => known.get(fromMs) ?? { fromMs, toMs, ...noDay });
}
