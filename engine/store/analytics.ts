import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { CallOutcome } from './model.ts';
import type { Playbook } from './playbook.ts';

/** What came of calls that began in one stretch of time and are over; practice calls do not count. */
export interface CallTally {
  readonly calls: readonly {
    readonly outcome: CallOutcome;
    readonly direction: 'inbound' | 'outbound';
    readonly answered: boolean;
    readonly calls: number;
    /** From the answer to the end, all together. */
    readonly talkMs: number;
  }[];
  /** Answered calls, by the language that they were answered in. */
  readonly languages: readonly { readonly language: string; readonly calls: number }[];
  /** Calls from outside that nobody answered: how they ended, `full` or `closed` where that kept them out. */
  readonly missed: readonly { readonly reason: string; readonly calls: number }[];
  readonly revenue: readonly { readonly currency: string; readonly amountMinor: number }[];
  /** How long answers took, each with its count; the durations are rounded by 5 % at most. */
  readonly latency: readonly { readonly ms: number; readonly turns: number }[];
  /** Fields that were read out of calls; values are counted only where the playbook names what they can be. */
  readonly fields: readonly FieldTally[];
}

export interface FieldTally {
  readonly id: string;
  readonly label: string;
  readonly calls: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A day that was worked out, and by the local hour how many calls began and were missed. */
export interface AnalyticsDay {
  readonly fromMs: number;
  readonly toMs: number;
  readonly tally: CallTally;
  readonly hours: readonly { readonly hour: number; readonly calls: number; readonly missed: number }[];
}

/** Days are those of whoever asks. Each method is quick: what takes long is asked for a piece at a time. */
export interface CallAnalytics {
  /** Days that are kept, of those that begin in [fromMs, toMs), the earliest first. */
  kept(fromMs: number, toMs: number): AnalyticsDay[];
  /** Counts [fromMs, toMs): an hour or so. */
  tally(fromMs: number, toMs: number): CallTally;
  /** Before days are counted: a change meanwhile keeps them from being kept. */
  begin(days: readonly Pick<AnalyticsDay, 'fromMs' | 'toMs'>[], ticket: string): void;
  keep(days: readonly AnalyticsDay[], ticket: string): void;
  minutesPerCall(): number;
  /** @throws VoxboxError `input_invalid` */
  setMinutesPerCall(minutes: number): void;
}

interface AnalyticsParts {
  readonly tenantId: string;
  readonly events: EventLog;
  readonly playbook: () => Playbook;
}

/** Each step of the latencies is this much longer than the one before. */
const latencyStep = 1.05;

const counted = `c.started_at_ms >= :fromMs and c.started_at_ms < :toMs and c.ended_at_ms is not null
  and c.practice = 0`;

export function analyticsRows(
  database: Database,
  { tenantId, events, playbook }: AnalyticsParts,
): CallAnalytics {
  const tally = tallies(database, playbook);
  const kept = database.prepare<{ fromMs: number; toMs: number; body: string }>(
    `select from_ms as fromMs, to_ms as toMs, body from call_days
     where from_ms >= :fromMs and from_ms < :toMs and body is not null order by from_ms`,
  );
  const begin = database.prepare(
    `insert into call_days (from_ms, to_ms, ticket) values (:fromMs, :toMs, :ticket)
     on conflict (from_ms) do update set to_ms = excluded.to_ms, ticket = excluded.ticket, body = null`,
  );
  const keep = database.prepare(
    'update call_days set body = :body where from_ms = :fromMs and ticket = :ticket',
  );
  const minutes = database.prepare<{ minutes: number }>(
    'select minutes_per_call as minutes from analytics_settings',
  );
  const setMinutes = database.prepare('update analytics_settings set minutes_per_call = ?');
  return {
    tally,
    kept: (fromMs, toMs) =>
      kept.all({ fromMs, toMs }).map(({ body, ...day }) => ({
        ...day,
        ...(JSON.parse(body) as Pick<AnalyticsDay, 'tally' | 'hours'>),
      })),
    begin: (days, ticket) =>
      database.transaction(() => {
        for (const { fromMs, toMs } of days) begin.run({ fromMs, toMs, ticket });
      }),
    keep: (days, ticket) =>
      database.transaction(() => {
        for (const { fromMs, tally: counts, hours } of days) {
          keep.run({ fromMs, ticket, body: JSON.stringify({ tally: counts, hours }) });
        }
      }),
    minutesPerCall: () => minutes.get()?.minutes ?? 0,
    setMinutesPerCall: (given) =>
      events.transaction(() => {
        if (!(given >= 0 && given <= 60)) {
          throw new VoxboxError('input_invalid', 'minutesPerCall: must be 0 to 60');
        }
        setMinutes.run(given);
        events.record({ type: 'analytics.changed', tenantId });
      }),
  };
}

type TallyRow = Omit<CallTally['calls'][number], 'answered'> & { readonly answered: number };

function tallies(database: Database, playbook: () => Playbook): CallAnalytics['tally'] {
  const calls = database.prepare<TallyRow>(
    `select c.outcome, c.direction, c.answered_at_ms is not null as answered, count(*) as calls,
            sum(coalesce(c.ended_at_ms - c.answered_at_ms, 0)) as talkMs
     from calls c where ${counted} group by 1, 2, 3`,
  );
  const languages = database.prepare<CallTally['languages'][number]>(
    `select c.language, count(*) as calls from calls c
     where ${counted} and c.answered_at_ms is not null and c.language is not null group by 1`,
  );
  const missed = database.prepare<CallTally['missed'][number]>(
    `select coalesce(
       (select case type when 'call.overflowed' then 'full' else 'closed' end from events
        where json_extract(body, '$.callId') = c.id and type in ('call.overflowed', 'call.outside-hours') limit 1),
       c.outcome) as reason, count(*) as calls
     from calls c where ${counted} and c.direction = 'inbound' and c.answered_at_ms is null group by 1`,
  );
  const latency = database.prepare<{ ms: number }>(
    `select json_extract(t.latency, '$.totalMs') as ms from calls c join turns t on t.call_id = c.id
     where ${counted} and t.latency is not null and json_extract(t.latency, '$.totalMs') > 0`,
  );
  const analyses = database.prepare<{ revenue: string | null; extractions: string | null }>(
    `select a.revenue, a.extractions from calls c join call_analyses a on a.call_id = c.id where ${counted}`,
  );
  return (fromMs, toMs) => {
    const span = { fromMs, toMs };
    const analysed = analyses.all(span);
    return {
      calls: calls.all(span).map((row) => ({ ...row, answered: row.answered === 1 })),
      languages: languages.all(span),
      missed: missed.all(span),
      latency: latencyTally(latency.all(span).map(({ ms }) => ms)),
      revenue: revenueTally(analysed.flatMap(({ revenue }) => read<Money>(revenue))),
      fields: fieldTally(
        analysed.map(({ extractions }) => read<Extracted>(extractions)),
        playbook(),
      ),
    };
  };
}

type Money = CallTally['revenue'][number];
interface Extracted {
  readonly id: string;
  readonly label: string;
  readonly value: string;
}

const read = <T>(stored: string | null): readonly T[] => (stored === null ? [] : (JSON.parse(stored) as T[]));

function latencyTally(latencies: readonly number[]): CallTally['latency'] {
  const bySteps = new Map<number, number>();
  for (const ms of latencies) {
    const step = Math.round(Math.log(Math.max(1, ms)) / Math.log(latencyStep));
    bySteps.set(step, (bySteps.get(step) ?? 0) + 1);
  }
  return [...bySteps]
    .toSorted(([one], [other]) => one - other)
    .map(([step, turns]) => ({ ms: Math.round(latencyStep ** step), turns }));
}

function revenueTally(amounts: readonly Money[]): CallTally['revenue'] {
  const byCurrency = new Map<string, number>();
  for (const { currency, amountMinor } of amounts) {
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + amountMinor);
  }
  return [...byCurrency].map(([currency, amountMinor]) => ({ currency, amountMinor }));
}

/** What callers say in words of their own is theirs: only the answers that the playbook knows are kept. */
function fieldTally(calls: readonly (readonly Extracted[])[], { extraction }: Playbook): FieldTally[] {
  return extraction.flatMap(({ id, label, kind }) => {
    const given = calls.flatMap(
      (fields) => fields.find((field) => field.id === id && field.value !== '') ?? [],
    );
    if (given.length === 0) return [];
    const values: Record<string, number> = {};
    if (kind === 'choice' || kind === 'yes-no') {
      for (const { value } of given) values[value] = (values[value] ?? 0) + 1;
    }
    return [{ id, label, calls: given.length, values }];
  });
}
