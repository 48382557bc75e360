import type { AnalyticsDay, CallOutcome, CallTally } from '../store/index.ts';
import type { Analytics } from './contract/index.ts';

/** What the calls of hours and days come to. Pure. */

type Sums = Omit<Analytics, 'from' | 'to' | 'timeZone'>;
type Counted = Pick<AnalyticsDay, 'tally' | 'hours'>;

/** These needed no person: what was asked for was settled, or written down. */
const spared: readonly CallOutcome[] = ['booked', 'message', 'answered'];
const minuteMs = 60_000;

const nothing: CallTally = { calls: [], languages: [], missed: [], revenue: [], latency: [], fields: [] };
/** A day that has not come yet. */
export const noDay: Counted = { tally: nothing, hours: [] };

/** A day of its hours. */
export const dayOf = (hours: readonly (CallTally & { readonly hour: number })[]): Counted => ({
  tally: sumOf(hours),
  hours: hours
    .map(({ hour, calls, missed }) => ({ hour, calls: countOf(calls), missed: countOf(missed) }))
    .filter(({ calls }) => calls > 0),
});

export function analyticsOf(
  days: readonly { readonly day: string; readonly weekday: number }[],
  counted: readonly Counted[],
  { refusals, minutesPerCall }: { readonly refusals: CallTally['missed']; readonly minutesPerCall: number },
): Sums {
  const { calls, languages, missed, revenue, latency, fields } = sumOf([
    ...counted.map(({ tally }) => tally),
    { ...nothing, missed: refusals },
  ]);
  const answered = calls.filter((one) => one.answered);
  const talkMs = sum(calls, (one) => one.talkMs);
  const settled = answered.filter(({ outcome }) => spared.includes(outcome));
  const answeredCalls = countOf(answered);
  return {
    totals: {
      calls: countOf(calls),
      inbound: countOf(calls.filter(({ direction }) => direction === 'inbound')),
      outbound: countOf(calls.filter(({ direction }) => direction === 'outbound')),
      answered: answeredCalls,
      missed: countOf(missed),
      outcomes: outcomesOf(calls),
      talkMs,
      averageMs: answeredCalls === 0 ? null : Math.round(talkMs / answeredCalls),
      revenue: [...revenue],
    },
    minutesPerCall,
    savedMs: sum(settled, (one) => one.talkMs + Math.round(one.calls * minutesPerCall * minuteMs)),
    latency: latencyOf(latency),
    days: days.map(({ day }, i) => lineOf(day, counted[i]?.tally ?? nothing)),
    hours: heat(days, counted),
    languages: languages.toSorted(
      (one, other) => other.calls - one.calls || (one.language < other.language ? -1 : 1),
    ),
    missed: missed.toSorted((one, other) => other.calls - one.calls || (one.reason < other.reason ? -1 : 1)),
    extractions: fields.map(({ id, label, calls: times, values }) => ({
      ...{ id, label, calls: times },
      values: Object.entries(values)
        .map(([value, of]) => ({ value, calls: of }))
        .toSorted((one, other) => other.calls - one.calls),
    })),
  };
}

const sum = <T>(list: readonly T[], of: (one: T) => number): number =>
  list.reduce((total, one) => total + of(one), 0);
const countOf = (list: readonly { readonly calls: number }[]): number => sum(list, ({ calls }) => calls);

/** Adds up what has the same key, in the order in which they come first. */
function added<T>(list: readonly T[], keyOf: (one: T) => string | number, add: (one: T, other: T) => T): T[] {
  const byKey = new Map<string | number, T>();
  for (const one of list) {
    const before = byKey.get(keyOf(one));
    byKey.set(keyOf(one), before === undefined ? one : add(before, one));
  }
  return [...byKey.values()];
}

const sumOf = (tallies: readonly CallTally[]): CallTally => ({
  calls: added(
    tallies.flatMap(({ calls }) => calls),
    ({ outcome, direction, answered }) => `${outcome} ${direction} ${answered}`,
    (one, other) => ({ ...one, calls: one.calls + other.calls, talkMs: one.talkMs + other.talkMs }),
  ),
  languages: added(
    tallies.flatMap(({ languages }) => languages),
    ({ language }) => language,
    (one, other) => ({ ...one, calls: one.calls + other.calls }),
  ),
  missed: added(
    tallies.flatMap(({ missed }) => missed),
    ({ reason }) => reason,
    (one, other) => ({ ...one, calls: one.calls + other.calls }),
  ),
  revenue: added(
    tallies.flatMap(({ revenue }) => revenue),
    ({ currency }) => currency,
    (one, other) => ({ ...one, amountMinor: one.amountMinor + other.amountMinor }),
  ),
  latency: added(
    tallies.flatMap(({ latency }) => latency),
    ({ ms }) => ms,
    (one, other) => ({ ...one, turns: one.turns + other.turns }),
  ),
  fields: added(
    tallies.flatMap(({ fields }) => fields),
    ({ id }) => id,
    (one, other) => ({
      ...{ id: one.id, label: other.label, calls: one.calls + other.calls },
      values: addedValues(one.values, other.values),
    }),
  ),
});

function addedValues(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const values = { ...one };
  for (const [value, times] of Object.entries(other)) values[value] = (values[value] ?? 0) + times;
  return values;
}

function outcomesOf(calls: CallTally['calls']): Sums['totals']['outcomes'] {
  const of = (outcome: CallOutcome): number => countOf(calls.filter((one) => one.outcome === outcome));
  return {
    ...{
      booked: of('booked'),
      message: of('message'),
      transferred: of('transferred'),
      answered: of('answered'),
    },
    ...{
      abandoned: of('abandoned'),
      interrupted: of('interrupted'),
      refused: of('refused'),
      failed: of('failed'),
    },
  };
}

function latencyOf(latency: CallTally['latency']): Sums['latency'] {
  const steps = latency.toSorted((one, other) => one.ms - other.ms);
  const turns = sum(steps, (step) => step.turns);
  /** The nearest rank: so much of the turns took no longer. */
  const rank = (share: number): number | null => {
    let left = Math.ceil(turns * share);
    for (const step of steps) {
      left -= step.turns;
      if (left <= 0) return step.ms;
    }
    return null;
  };
  return { turns, p50Ms: rank(0.5), p95Ms: rank(0.95) };
}

function lineOf(day: string, { calls, missed, latency }: CallTally): Sums['days'][number] {
  const { p50Ms, p95Ms } = latencyOf(latency);
  return {
    day,
    calls: countOf(calls),
    answered: countOf(calls.filter(({ answered }) => answered)),
    booked: countOf(calls.filter(({ outcome }) => outcome === 'booked')),
    missed: countOf(missed),
    ...{ p50Ms, p95Ms },
  };
}

const heat = (days: readonly { readonly weekday: number }[], counted: readonly Counted[]): Sums['hours'] =>
  added(
    days.flatMap(({ weekday }, i) => (counted[i]?.hours ?? []).map((hour) => ({ weekday, ...hour }))),
    ({ weekday, hour }) => weekday * 24 + hour,
    (one, other) => ({ ...one, calls: one.calls + other.calls, missed: one.missed + other.missed }),
  ).toSorted((one, other) => one.weekday - other.weekday || one.hour - other.hour);
