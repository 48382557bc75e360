import { type Clock, type ErrorCode, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** In this order. Redaction comes first: whatever follows reads what is left of the words. */
export const afterCallSteps = [
  'redact',
  'summarise',
  'sentiment',
  'revenue',
  'extract',
  'cost',
  'remember',
  'embed',
] as const;
export type AfterCallStep = (typeof afterCallSteps)[number];

/** What is still to be done for a call that is over. */
export interface AfterCallWork {
  readonly callId: string;
  /** The next one; of finished work the last. */
  readonly step: AfterCallStep;
  /** How often that step was tried in vain. */
  readonly attempts: number;
  readonly dueAtMs: number;
  readonly state: 'waiting' | 'done' | 'failed';
  /** Code of the last failure of that step. */
  readonly failure: ErrorCode | null;
  /** Its caller was forgotten: nothing but redaction is done for it any more. */
  readonly forgotten: boolean;
}

export interface AfterCallQueue {
  find(callId: string): AfterCallWork | null;
  /** The work that has waited longest and is due; null while there is none. */
  next(nowMs: number): AfterCallWork | null;
  /** When the next work falls due; null where none waits. */
  nextDueMs(): number | null;
  /**
   * Saves what a step has made, and that it is done, as one. Nothing happens when the step is not the next one
   * any more: a step that was done twice counts once.
   */
  finish(callId: string, step: AfterCallStep, save: () => void): void;
  /** The step is tried again later. */
  postpone(callId: string, again: { readonly dueAtMs: number; readonly failure: ErrorCode }): void;
  /** The step is given up, and with it those after it. */
  fail(callId: string, failure: ErrorCode): void;
  /** Takes up work that was given up, or does finished work anew. @throws VoxboxError `not_found` */
  again(callId: string): void;
}

export interface AfterCallQueueRows extends AfterCallQueue {
  /** In the transaction that ends the call. */
  add(callId: string): void;
}

const first: AfterCallStep = afterCallSteps[0];

type Row = Omit<AfterCallWork, 'forgotten'> & { readonly forgotten: number };
const workOf = (row: Row | undefined): AfterCallWork | undefined =>
  row && { ...row, forgotten: row.forgotten === 1 };

export function afterCallRows(
  database: Database,
  { tenantId, clock, events }: { tenantId: string; clock: Clock; events: EventLog },
): AfterCallQueueRows {
  const columns = 'call_id as callId, step, attempts, due_at_ms as dueAtMs, state, failure, forgotten';
  const add = database.prepare(
    `insert into after_call_work (call_id, step, attempts, due_at_ms, state) values (?, '${first}', 0, ?, 'waiting')
     on conflict do nothing`,
  );
  const byCall = database.prepare<Row>(`select ${columns} from after_call_work where call_id = ?`);
  const next = database.prepare<Row>(
    `select ${columns} from after_call_work where state = 'waiting' and due_at_ms <= ?
     order by due_at_ms, call_id limit 1`,
  );
  const due = database.prepare<{ dueAtMs: number | null }>(
    `select min(due_at_ms) as dueAtMs from after_call_work where state = 'waiting'`,
  );
  const update = database.prepare(
    `update after_call_work set step = :step, attempts = :attempts, due_at_ms = :dueAtMs, state = :state,
                                failure = :failure
     where call_id = :callId`,
  );
  const put = (work: AfterCallWork): void => {
    update.run({ ...work, forgotten: work.forgotten ? 1 : 0 });
  };

  const find = (callId: string) => workOf(byCall.get(callId));

  return {
    add: (callId) => {
      add.run(callId, clock.nowMs());
    },
    find: (callId) => find(callId) ?? null,
    next: (nowMs) => workOf(next.get(nowMs)) ?? null,
    nextDueMs: () => due.get()?.dueAtMs ?? null,
    finish: (callId, step, save) =>
      events.transaction(() => {
        const work = find(callId);
        if (work?.state !== 'waiting' || work.step !== step) return;
        save();
        const following = work.forgotten ? undefined : afterCallSteps[afterCallSteps.indexOf(step) + 1];
        const state = following ? 'waiting' : 'done';
        put({ ...work, step: following ?? step, attempts: 0, failure: null, state });
        if (!following) events.record({ type: 'call.analysed', tenantId, callId });
      }),
    postpone: (callId, { dueAtMs, failure }) =>
      events.transaction(() => {
        const work = find(callId);
        if (work?.state !== 'waiting') return;
        put({ ...work, attempts: work.attempts + 1, dueAtMs, failure });
      }),
    fail: (callId, failure) =>
      events.transaction(() => {
        const work = find(callId);
        if (work?.state !== 'waiting') return;
        put({ ...work, attempts: work.attempts + 1, state: 'failed', failure });
        events.record({
          type: 'call.analysis-failed',
          tenantId,
          callId,
          step: work.step,
          reason: failure,
        });
      }),
    again: (callId) =>
      events.transaction(() => {
        const work = find(callId);
        if (!work) throw new VoxboxError('not_found', `no work waits for a call ${callId}`);
        const step = work.state === 'done' ? first : work.step;
        put({ ...work, step, attempts: 0, dueAtMs: clock.nowMs(), state: 'waiting', failure: null });
      }),
  };
}
