import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Appointment } from './model.ts';

export interface Appointments {
  /** Earliest first; those that start in [fromMs, toMs), cancelled ones too. */
  list(options: { readonly fromMs?: number; readonly toMs?: number; readonly limit: number }): Appointment[];
  find(id: string): Appointment | null;
  /** Booked during a call and not cancelled since, earliest first. */
  ofCall(callId: string): Appointment[];
  /** Booked ones that share time with [fromMs, toMs): of one member of staff, or of all. Earliest first. */
  overlapping(staffId: string | null, fromMs: number, toMs: number): Appointment[];
  /**
   * Only inside `transaction`, where the caller has looked for an opening.
   * @throws VoxboxError `opening_taken` when the member of staff is busy
   */
  insert(appointment: Appointment): void;
  /** Cancelling twice is the same as once. @throws VoxboxError `not_found` */
  cancel(id: string): void;
}

const columns = `id, service_id as serviceId, service_name as serviceName, staff_id as staffId,
  staff_name as staffName, starts_at_ms as startsAtMs, ends_at_ms as endsAtMs, customer_name as customerName,
  customer_phone as customerPhone, status, call_id as callId, created_at_ms as createdAtMs`;

/** The longest appointment the schema allows: how far back one that still lasts can have begun. */
const longestMs = 86_400_000;

export function appointmentRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): Appointments {
  const list = database.prepare<Appointment>(
    `select ${columns} from appointments where starts_at_ms >= ? and starts_at_ms < ?
     order by starts_at_ms, id limit ?`,
  );
  const find = database.prepare<Appointment>(`select ${columns} from appointments where id = ?`);
  const ofCall = database.prepare<Appointment>(
    `select ${columns} from appointments where call_id = ? and status = 'booked' order by starts_at_ms, id`,
  );
  const overlap = (staff: string): string =>
    `select ${columns} from appointments
     where ${staff} status = 'booked' and starts_at_ms >= :fromMs - ${longestMs} and starts_at_ms < :toMs
       and ends_at_ms > :fromMs
     order by starts_at_ms, id`;
  const overlapOfAll = database.prepare<Appointment>(overlap(''));
  const overlapOfOne = database.prepare<Appointment>(overlap('staff_id = :staffId and'));
  const insert = database.prepare(
    `insert into appointments (id, service_id, service_name, staff_id, staff_name, starts_at_ms, ends_at_ms,
                               customer_name, customer_phone, status, call_id, created_at_ms)
     values (:id, :serviceId, :serviceName, :staffId, :staffName, :startsAtMs, :endsAtMs, :customerName,
             :customerPhone, :status, :callId, :createdAtMs)`,
  );
  const cancel = database.prepare(`update appointments set status = 'cancelled' where id = ?`);

  const overlapping: Appointments['overlapping'] = (staffId, fromMs, toMs) =>
    staffId === null ? overlapOfAll.all({ fromMs, toMs }) : overlapOfOne.all({ staffId, fromMs, toMs });

  return {
    list: ({ fromMs, toMs, limit }) =>
      list.all(fromMs ?? Number.MIN_SAFE_INTEGER, toMs ?? Number.MAX_SAFE_INTEGER, limit),
    find: (id) => find.get(id) ?? null,
    ofCall: (callId) => ofCall.all(callId),
    overlapping,
    insert(appointment) {
      const { id, staffId, startsAtMs, endsAtMs, callId } = appointment;
      if (!database.inTransaction)
        throw new Error('an appointment is inserted where its opening was checked');
      if (overlapping(staffId, startsAtMs, endsAtMs).length > 0) {
        throw new VoxboxError('opening_taken', `${appointment.staffName} is busy then`);
      }
      insert.run(appointment);
      events.record({ type: 'appointment.booked', tenantId, callId, appointmentId: id });
    },
    cancel: (id) =>
      events.transaction(() => {
        const appointment = find.get(id);
        if (!appointment) throw new VoxboxError('not_found', `there is no appointment ${id}`);
        if (appointment.status === 'cancelled') return;
        cancel.run(id);
        events.record({ type: 'appointment.cancelled', tenantId, appointmentId: id });
      }),
  };
}
