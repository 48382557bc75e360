import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

export interface Reminder {
  readonly appointmentId: string;
  /** By mail to the customer, or a task for the owner. */
  readonly kind: 'email' | 'task';
  readonly dueAtMs: number;
  readonly status: 'waiting' | 'sent' | 'done' | 'cancelled';
  readonly sentAtMs: number | null;
}

/** One for each appointment at most. Written with the change of the appointment, in its transaction. */
export interface Reminders {
  find(appointmentId: string): Reminder | null;
  /** Waiting ones whose time has come, the longest due first. */
  due(nowMs: number): Reminder[];
  /** Tasks that were handed to the owner and are not done yet, the longest due first. */
  tasks(): Reminder[];
  /** In the place of an earlier one, which may have been sent: the appointment has another time now. */
  put(reminder: Pick<Reminder, 'appointmentId' | 'kind' | 'dueAtMs'>): void;
  cancel(appointmentId: string): void;
  /** True for exactly one of those who ask; only the one who is told so sends it. */
  markSent(appointmentId: string, sent: { readonly kind: Reminder['kind']; readonly atMs: number }): boolean;
  /** The owner has seen to it. @throws VoxboxError `not_found` */
  done(appointmentId: string): void;
}

const columns = `appointment_id as appointmentId, kind, due_at_ms as dueAtMs, status, sent_at_ms as sentAtMs`;

export function reminderRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): Reminders {
  const find = database.prepare<Reminder>(`select ${columns} from reminders where appointment_id = ?`);
  const due = database.prepare<Reminder>(
    `select ${columns} from reminders where status = 'waiting' and due_at_ms <= ?
     order by due_at_ms, appointment_id`,
  );
  const tasks = database.prepare<Reminder>(
    `select ${columns} from reminders where status = 'sent' and kind = 'task' order by due_at_ms, appointment_id`,
  );
  const put = database.prepare(
    `insert into reminders (appointment_id, kind, due_at_ms, status, sent_at_ms)
     values (:appointmentId, :kind, :dueAtMs, 'waiting', null)
     on conflict (appointment_id) do update
     set kind = excluded.kind, due_at_ms = excluded.due_at_ms, status = 'waiting', sent_at_ms = null`,
  );
  const cancel = database.prepare(
    `update reminders set status = 'cancelled'
     where appointment_id = ? and (status = 'waiting' or (status = 'sent' and kind = 'task'))`,
  );
  const markSent = database.prepare(
    `update reminders set status = 'sent', kind = :kind, sent_at_ms = :atMs
     where appointment_id = :appointmentId and status = 'waiting'`,
  );
  const done = database.prepare(
    `update reminders set status = 'done' where appointment_id = ? and status = 'sent' and kind = 'task'`,
  );
  return {
    find: (appointmentId) => find.get(appointmentId) ?? null,
    due: (nowMs) => due.all(nowMs),
    tasks: () => tasks.all(),
    put: (reminder) => {
      put.run(reminder);
    },
    cancel: (appointmentId) => {
      cancel.run(appointmentId);
    },
    markSent: (appointmentId, { kind, atMs }) =>
      events.transaction(() => {
        if (markSent.run({ appointmentId, kind, atMs }) === 0) return false;
        events.record({ type: 'reminder.sent', tenantId, appointmentId, kind });
        return true;
      }),
    done: (appointmentId) =>
      events.transaction(() => {
        if (done.run(appointmentId) > 0) events.record({ type: 'reminder.done', tenantId, appointmentId });
        else if (find.get(appointmentId)?.status !== 'done') {
          throw new VoxboxError('not_found', `there is no reminder of ${appointmentId} to see to`);
        }
      }),
  };
}
