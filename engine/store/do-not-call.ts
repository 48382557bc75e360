import type { Clock } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** Numbers whose people asked not to be called. */
export interface DoNotCall {
  has(number: string): boolean;
  /** Adding twice is the same as once. */
  add(number: string, callId: string | null): void;
  list(): { readonly number: string; readonly callId: string | null; readonly createdAtMs: number }[];
  remove(number: string): void;
}

export function doNotCallRows(
  database: Database,
  { tenantId, clock, events }: { tenantId: string; clock: Clock; events: EventLog },
): DoNotCall {
  const has = database.prepare('select 1 from do_not_call where number = ?');
  const add = database.prepare(
    `insert into do_not_call (number, call_id, created_at_ms) values (?, ?, ?) on conflict do nothing`,
  );
  const list = database.prepare<ReturnType<DoNotCall['list']>[number]>(
    'select number, call_id as callId, created_at_ms as createdAtMs from do_not_call order by created_at_ms, number',
  );
  const remove = database.prepare('delete from do_not_call where number = ?');
  return {
    has: (number) => has.get(number) !== undefined,
    add: (number, callId) =>
      events.transaction(() => {
        if (has.get(number)) return;
        add.run(number, callId, clock.nowMs());
        events.record({ type: 'do-not-call.added', tenantId, number });
      }),
    list: () => list.all(),
    remove: (number) =>
      events.transaction(() => {
        if (!has.get(number)) return;
        remove.run(number);
        events.record({ type: 'do-not-call.removed', tenantId, number });
      }),
  };
}
