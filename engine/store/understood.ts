import type { Clock } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** What was understood of a call for one skill, in words for the screen. */
export interface Understood {
  readonly skill: string;
  readonly slots: Readonly<Record<string, string>>;
}

export interface UnderstoodRows {
  /** Replaces what was understood for the skill before. @throws VoxboxError `not_found` */
  put(callId: string, understood: Understood): void;
  /** The latest skill last. */
  of(callId: string): Understood[];
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
  return {
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
