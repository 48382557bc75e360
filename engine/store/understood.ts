import type { Clock } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** What was understood of a call for one skill, in words for the screen. */
export interface Understood {
  readonly skill: string;
  readonly slots: Readonly<Record<string, string>>;
}

/** A question that was answered from what the business knows, and what it was answered from. */
export interface Grounding {
  readonly question: string;
  readonly answer: string;
  /** Name of the document; null where none is known. */
  readonly source: string | null;
  /** Null where none is known; it may have gone since. */
  readonly passageId: number | null;
  readonly atMs: number;
}

export interface UnderstoodRows {
  /** Replaces what was understood for the skill before. @throws VoxboxError `not_found` */
  put(callId: string, understood: Understood): void;
  /** The latest skill last. */
  of(callId: string): Understood[];
  /** Earliest first. */
  groundings(callId: string): Grounding[];
}

export function understoodRows(
  database: Database,
  { tenantId, clock, events }: { tenantId: string; clock: Clock; events: EventLog },
): UnderstoodRows {
  const put = database.prepare(
    `insert into understood (call_id, skill, slots, at_ms) values (:callId, :skill, :slots, :atMs)
     on conflict (call_id, skill) do update set slots = excluded.slots, at_ms = excluded.at_ms`,
  );
  const of = database.prepare<{ skill: string; slots: string }>(
    'select skill, slots from understood where call_id = ? order by at_ms, skill',
  );
  // Of each skill the latest is kept; the events tell of all.
  const answered = database.prepare<{ atMs: number; slots: string }>(
    `select at_ms as atMs, json_extract(body, '$.slots') as slots from events
     where json_extract(body, '$.callId') = ? and type = 'slots.understood'
       and json_extract(body, '$.skill') = 'knowledge'
     order by sequence`,
  );
  return {
    groundings: (callId) =>
      answered.all(callId).map(({ atMs, slots }) => {
        const {
          question = '',
          answer = '',
          source,
          passage,
        } = JSON.parse(slots) as Partial<Record<'question' | 'answer' | 'source' | 'passage', string>>;
        const id = Number(passage ?? Number.NaN);
        const passageId = Number.isSafeInteger(id) ? id : null;
        return { question, answer, source: source ?? null, passageId, atMs };
      }),
    put: (callId, { skill, slots }) =>
      events.transaction(() => {
        put.run({ callId, skill, slots: JSON.stringify(slots), atMs: clock.nowMs() });
        events.record({ type: 'slots.understood', tenantId, callId, skill, slots });
      }),
    of: (callId) =>
      of.all(callId).map(({ skill, slots }) => ({
        skill,
        slots: JSON.parse(slots) as Record<string, string>,
      })),
  };
}
