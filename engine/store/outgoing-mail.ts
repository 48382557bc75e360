import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Appointment } from './model.ts';

export type MailKind = 'invitation' | 'update' | 'cancellation' | 'declined' | 'reminder';

/** A mail to a customer. It is worded when it is sent, of the appointment as it was then. */
export interface OutgoingMail {
  readonly id: number;
  readonly kind: MailKind;
  readonly recipient: string;
  readonly appointment: Appointment;
  readonly status: 'waiting' | 'sent' | 'failed';
  /** That were made so far. */
  readonly attempts: number;
  readonly nextTryAtMs: number;
  readonly createdAtMs: number;
  readonly sentAtMs: number | null;
  /** Why the last attempt failed: code of the catalogue and words. */
  readonly reason: string | null;
}

/** Written with the change it tells of, in its transaction; sent afterwards, one of an appointment behind the other. */
export interface OutgoingMails {
  /** The latest first. */
  list(options: { readonly status?: OutgoingMail['status']; readonly limit: number }): OutgoingMail[];
  /** Waiting ones whose time has come, oldest first, none before an earlier one of its appointment. */
  due(nowMs: number, limit: number): OutgoingMail[];
  put(mail: Pick<OutgoingMail, 'kind' | 'recipient' | 'appointment' | 'createdAtMs'>): void;
  /** Whether the customer has, or will get, an invitation that a cancellation must take back. */
  wasInvited(appointmentId: string): boolean;
  markSent(id: number, atMs: number): void;
  /** Tried again then. */
  putOff(id: number, next: { readonly nextTryAtMs: number; readonly reason: string }): void;
  /** Kept with its reason, and not tried again. */
  markFailed(id: number, reason: string): void;
}

type Row = Omit<OutgoingMail, 'appointment'> & { readonly appointment: string };

const columns = `id, kind, recipient, appointment, status, attempts, next_try_at_ms as nextTryAtMs,
  created_at_ms as createdAtMs, sent_at_ms as sentAtMs, reason`;

export function outgoingMailRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): OutgoingMails {
  const list = database.prepare<Row>(
    `select ${columns} from outgoing_mail where :status is null or status = :status order by id desc limit :limit`,
  );
  const due = database.prepare<Row>(
    `select ${columns} from outgoing_mail as mail
     where status = 'waiting' and next_try_at_ms <= ?
       and not exists (select 1 from outgoing_mail as earlier
                       where earlier.appointment_id = mail.appointment_id and earlier.id < mail.id
                         and earlier.status = 'waiting')
     order by id limit ?`,
  );
  const put = database.prepare(
    `insert into outgoing_mail (appointment_id, kind, recipient, appointment, status, attempts, next_try_at_ms,
                                created_at_ms)
     values (:appointmentId, :kind, :recipient, :appointment, 'waiting', 0, :createdAtMs, :createdAtMs)`,
  );
  const invited = database.prepare(
    `select 1 from outgoing_mail where appointment_id = ? and kind = 'invitation' and status <> 'failed'`,
  );
  const sent = database.prepare<{ appointmentId: string; kind: MailKind }>(
    `update outgoing_mail set status = 'sent', attempts = attempts + 1, sent_at_ms = ?, reason = null
     where id = ? and status = 'waiting' returning appointment_id as appointmentId, kind`,
  );
  const putOff = database.prepare(
    `update outgoing_mail set attempts = attempts + 1, next_try_at_ms = ?, reason = ?
     where id = ? and status = 'waiting'`,
  );
  const failed = database.prepare<{ appointmentId: string; kind: MailKind }>(
    `update outgoing_mail set status = 'failed', attempts = attempts + 1, reason = ?
     where id = ? and status = 'waiting' returning appointment_id as appointmentId, kind`,
  );
  return {
    list: ({ status, limit }) => list.all({ status: status ?? null, limit }).map(mailOf),
    due: (nowMs, limit) => due.all(nowMs, limit).map(mailOf),
    put({ kind, recipient, appointment, createdAtMs }) {
      const values = { kind, recipient, createdAtMs, appointmentId: appointment.id };
      put.run({ ...values, appointment: JSON.stringify(appointment) });
    },
    wasInvited: (appointmentId) => invited.get(appointmentId) !== undefined,
    markSent: (id, atMs) =>
      events.transaction(() => {
        const mail = sent.get(atMs, id);
        if (mail) events.record({ type: 'mail.sent', tenantId, ...mail });
      }),
    putOff: (id, { nextTryAtMs, reason }) => {
      putOff.run(nextTryAtMs, reason, id);
    },
    markFailed: (id, reason) =>
      events.transaction(() => {
        const mail = failed.get(reason, id);
        if (mail) events.record({ type: 'mail.failed', tenantId, ...mail });
      }),
  };
}

const mailOf = (row: Row): OutgoingMail => ({
  ...row,
  appointment: JSON.parse(row.appointment) as Appointment,
});
