import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, isVoxboxError } from '../foundation/index.ts';
import type { Audit, AuditEntry } from './audit.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** What somebody is about to do. */
export type Act = Omit<AuditEntry, 'sequence' | 'atMs' | 'outcome'>;

/**
 * Does what somebody asked for, with its line in the audit log. What `work` changes in `box.db` before it first waits
 * is one transaction, and is undone when it fails; where it waits for nothing, its line is in the same transaction. What
 * it changes elsewhere is named beforehand as begun: an engine that dies meanwhile says so when it starts again.
 *
 * @param thingOf id of what was made, where `act` names nothing
 */
export type Acts = <T>(
  act: Act,
  work: () => T | Promise<T>,
  thingOf?: (answer: T) => string | null,
) => Promise<T>;

export interface ActParts {
  readonly clock: Clock;
  readonly events: EventLog;
  readonly audit: Audit;
}

export function actRows(database: Database, { clock, events, audit }: ActParts): Acts {
  const insert = database.prepare<{ id: number }>(
    `insert into acts (at_ms, who_kind, who_id, who_name, what, tenant_id, thing, address)
     values (:atMs, :whoKind, :whoId, :whoName, :what, :tenantId, :thing, :address) returning id`,
  );
  const remove = database.prepare('delete from acts where id = ?');

  return async <T>(
    act: Act,
    work: () => T | Promise<T>,
    thingOf: (answer: T) => string | null = () => null,
  ) => {
    const id = insert.get({ ...act, atMs: clock.nowMs() })?.id;
    const end = (outcome: string, thing: string | null): void =>
      database.transaction(() => {
        remove.run(id);
        audit.record({ ...act, outcome, thing });
      });
    // A turn for the line that is begun, and one for the change: each waits for the disk.
    await nextTurn();
    let working = true;
    const done = (answer: T): void => {
      working = false;
      end('done', act.thing ?? thingOf(answer));
    };
    try {
      // In an object, since a transaction gives no promise back.
      const { answer } = events.transaction(() => {
        const answer = work();
        if (!(answer instanceof Promise)) done(answer);
        return { answer };
      });
      if (!(answer instanceof Promise)) return answer;
      const waitedFor = await answer;
      done(waitedFor);
      return waitedFor;
    } catch (error) {
      // What was done and could not be written down stays as begun.
      if (working) end(isVoxboxError(error) ? error.code : 'internal', act.thing);
      throw error;
    }
  };
}

/** Of an engine that died: how it ended nobody knows. */
export function writeInterruptedActs(database: Database, audit: Audit): void {
  const begun = database.prepare<Act & { readonly atMs: number }>(
    `select at_ms as atMs, who_kind as whoKind, who_id as whoId, who_name as whoName, what, tenant_id as tenantId,
       thing, address
     from acts order by id`,
  );
  database.transaction(() => {
    for (const act of begun.all()) audit.record({ ...act, outcome: 'interrupted' });
    database.prepare('delete from acts').run();
  });
}
