import { type Clock, VoxboxError } from '../foundation/index.ts';
import { busyReader } from './calendar-copies.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Appointment } from './model.ts';
import { containing } from './text-search.ts';

/** What came to an appointment later has a value without being given. */
type Later = 'blockedFromMs' | 'blockedToMs' | 'customerEmail' | 'details' | 'changedAtMs' | 'revision';
export type NewAppointment = Omit<Appointment, Later> & Partial<Pick<Appointment, Later>>;

export interface AppointmentSearch {
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Of one customer's number. */
  readonly customerPhone?: string;
  /** Somewhere in the customer's name or number. */
  readonly text?: string;
  readonly limit: number;
}

/** Where and when an appointment goes. */
export type AppointmentPlace = Pick<
  Appointment,
  'staffId' | 'staffName' | 'startsAtMs' | 'endsAtMs' | 'blockedFromMs' | 'blockedToMs' | 'status'
>;

export interface Appointments {
  /** Earliest first; those that start in [fromMs, toMs), cancelled ones too. */
  list(options: AppointmentSearch): Appointment[];
  find(id: string): Appointment | null;
  /** Booked or drafted during a call and not cancelled since, earliest first. */
  ofCall(callId: string): Appointment[];
  /** Of one customer's number, not cancelled, that start from a time on. Earliest first. */
  ofPhone(customerPhone: string, fromMs: number): Appointment[];
  /** Not cancelled ones that share time with [fromMs, toMs): of one member of staff, or of all. Earliest first. */
  overlapping(staffId: string | null, fromMs: number, toMs: number): Appointment[];
  /** The same, counting what is kept free around them. */
  blocking(fromMs: number, toMs: number): Appointment[];
  /**
   * Only inside `transaction`, where the caller has looked for an opening.
   * @throws VoxboxError `opening_taken` when the member of staff is busy
   */
  insert(appointment: NewAppointment): void;
  /**
   * Only inside `transaction`. Its own old time is free for it.
   * @throws VoxboxError `opening_taken`, `not_found`
   */
  move(id: string, place: AppointmentPlace, callId: string | null): Appointment;
  /** A draft becomes booked. Only inside `transaction`. @throws VoxboxError `not_found` */
  approve(id: string): Appointment;
  /**
   * A cancelled one is booked, or a draft, again. Only inside `transaction`.
   * @throws VoxboxError `opening_taken`, `not_found`
   */
  restore(id: string, status: 'booked' | 'draft'): Appointment;
  /** Cancelling twice is the same as once. @throws VoxboxError `not_found` */
  cancel(id: string, how?: { readonly callId?: string | null; readonly declined?: boolean }): Appointment;
}

const columns = `id, service_id as serviceId, service_name as serviceName, staff_id as staffId,
  staff_name as staffName, starts_at_ms as startsAtMs, ends_at_ms as endsAtMs,
  blocked_from_ms as blockedFromMs, blocked_to_ms as blockedToMs, customer_name as customerName,
  customer_phone as customerPhone, customer_email as customerEmail, details, status, call_id as callId,
  (select practice from calls where calls.id = call_id) as practice, created_at_ms as createdAtMs, changed_at_ms as changedAtMs, revision`;

type Row = Omit<Appointment, 'details' | 'practice'> & {
  readonly details: string;
  readonly practice: number | null;
};

/** The longest appointment the schema allows with the longest buffers: how far back one that still lasts can have begun. */
const longestMs = 86_400_000 + 2 * 240 * 60_000;

export function appointmentRows(
  database: Database,
  { tenantId, clock, events }: { tenantId: string; clock: Clock; events: EventLog },
): Appointments {
  const reads = readsOf(database);
  const insert = database.prepare(
    `insert into appointments (id, service_id, service_name, staff_id, staff_name, starts_at_ms, ends_at_ms,
                               blocked_from_ms, blocked_to_ms, customer_name, customer_phone, customer_email,
                               details, status, call_id, created_at_ms, changed_at_ms, revision)
     values (:id, :serviceId, :serviceName, :staffId, :staffName, :startsAtMs, :endsAtMs, :blockedFromMs,
             :blockedToMs, :customerName, :customerPhone, :customerEmail, :details, :status, :callId,
             :createdAtMs, :changedAtMs, :revision)`,
  );
  const move = database.prepare(
    `update appointments
     set staff_id = :staffId, staff_name = :staffName, starts_at_ms = :startsAtMs, ends_at_ms = :endsAtMs,
         blocked_from_ms = :blockedFromMs, blocked_to_ms = :blockedToMs, status = :status,
         changed_at_ms = :changedAtMs, revision = revision + 1
     where id = :id`,
  );
  const setStatus = database.prepare(
    `update appointments set status = ?, changed_at_ms = ?, revision = revision + 1 where id = ?`,
  );
  const capacity = database.prepare<{ capacity: number }>('select capacity from services where id = ?');

  const busy = busyReader(database);

  const known = (id: string): Appointment => {
    const appointment = reads.find(id);
    if (!appointment) throw new VoxboxError('not_found', `there is no appointment ${id}`);
    return appointment;
  };
  /** The last word on what may lie beside what, whoever looked before. */
  const checkFree = (one: Appointment): void => {
    if (!database.inTransaction) throw new Error('an appointment is inserted where its opening was checked');
    const beside = reads
      .blocked(one.staffId, one.blockedFromMs, one.blockedToMs)
      .filter(({ id }) => id !== one.id);
    const together = beside.filter((other) => isTogether(one, other)).length;
    const room = capacity.get(one.serviceId)?.capacity ?? 1;
    const elsewhere = busy(one.blockedFromMs, one.blockedToMs).some(
      ({ staffId }) => staffId === null || staffId === one.staffId,
    );
    if (elsewhere || together < beside.length || together >= room) {
      throw new VoxboxError('opening_taken', `${one.staffName} is busy then`);
    }
  };

  return {
    list: reads.list,
    find: reads.find,
    ofCall: reads.ofCall,
    ofPhone: reads.ofPhone,
    overlapping: reads.overlapping,
    blocking: (fromMs, toMs) => reads.blocked(null, fromMs, toMs),
    insert(given) {
      const appointment = complete(given);
      checkFree(appointment);
      insert.run({ ...appointment, details: JSON.stringify(appointment.details) });
      const { id: appointmentId, callId, status } = appointment;
      const type = status === 'draft' ? 'appointment.drafted' : 'appointment.booked';
      events.record({ type, tenantId, callId, appointmentId });
    },
    move(id, place, callId) {
      const old = known(id);
      checkFree({ ...old, ...place });
      move.run({ ...place, id, changedAtMs: clock.nowMs() });
      const { startsAtMs: fromMs, staffId: fromStaffId } = old;
      const [toMs, toStaffId] = [place.startsAtMs, place.staffId];
      const moved = { fromMs, fromStaffId, toMs, toStaffId, status: place.status };
      events.record({ type: 'appointment.moved', tenantId, callId, appointmentId: id, ...moved });
      return known(id);
    },
    approve(id) {
      if (known(id).status !== 'draft') return known(id);
      setStatus.run('booked', clock.nowMs(), id);
      events.record({ type: 'appointment.approved', tenantId, appointmentId: id });
      return known(id);
    },
    restore(id, status) {
      const old = known(id);
      if (old.status !== 'cancelled') return old;
      checkFree(old);
      setStatus.run(status, clock.nowMs(), id);
      events.record({ type: 'appointment.restored', tenantId, appointmentId: id });
      return known(id);
    },
    cancel: (id, { callId = null, declined = false } = {}) =>
      events.transaction(() => {
        if (known(id).status === 'cancelled') return known(id);
        setStatus.run('cancelled', clock.nowMs(), id);
        if (declined) events.record({ type: 'appointment.declined', tenantId, appointmentId: id });
        else events.record({ type: 'appointment.cancelled', tenantId, callId, appointmentId: id });
        return known(id);
      }),
  };
}

/** Guests of one class, or of one table. */
const isTogether = (one: Appointment, other: Appointment): boolean =>
  one.serviceId === other.serviceId && one.startsAtMs === other.startsAtMs;

const complete = (given: NewAppointment): Appointment => ({
  customerEmail: null,
  details: {},
  revision: 0,
  changedAtMs: given.createdAtMs,
  blockedFromMs: given.startsAtMs,
  blockedToMs: given.endsAtMs,
  ...given,
});

function readsOf(database: Database) {
  const search = (where: string): string =>
    `select ${columns} from appointments where ${where} starts_at_ms >= :fromMs and starts_at_ms < :toMs
     order by starts_at_ms, id limit :limit`;
  const list = database.prepare<Row>(search(''));
  const listOfPhone = database.prepare<Row>(search('customer_phone = :customerPhone and'));
  const listOfText = database.prepare<Row>(
    search(`(customer_name like :text escape '\\' or customer_phone like :text escape '\\') and`),
  );
  const find = database.prepare<Row>(`select ${columns} from appointments where id = ?`);
  const ofCall = database.prepare<Row>(
    `select ${columns} from appointments where call_id = ? and status <> 'cancelled'
     order by starts_at_ms, id`,
  );
  const ofPhone = database.prepare<Row>(
    `select ${columns} from appointments
     where customer_phone = ? and starts_at_ms >= ? and status <> 'cancelled' order by starts_at_ms, id`,
  );
  const blocked = (staff: string): string =>
    `select ${columns} from appointments
     where ${staff} status <> 'cancelled' and blocked_from_ms >= :fromMs - ${longestMs}
       and blocked_from_ms < :toMs and blocked_to_ms > :fromMs
     order by starts_at_ms, id`;
  const blockedOfAll = database.prepare<Row>(blocked(''));
  const blockedOfOne = database.prepare<Row>(blocked('staff_id = :staffId and'));

  const ofStaff = (staffId: string | null, fromMs: number, toMs: number): Appointment[] =>
    (staffId === null ? blockedOfAll.all({ fromMs, toMs }) : blockedOfOne.all({ staffId, fromMs, toMs })).map(
      appointmentOf,
    );

  return {
    list: ({ fromMs, toMs, customerPhone, text, limit }: AppointmentSearch): Appointment[] => {
      const span = {
        fromMs: fromMs ?? Number.MIN_SAFE_INTEGER,
        toMs: toMs ?? Number.MAX_SAFE_INTEGER,
        limit,
      };
      const rows =
        customerPhone !== undefined
          ? listOfPhone.all({ ...span, customerPhone })
          : text
            ? listOfText.all({ ...span, text: containing(text) })
            : list.all(span);
      return rows.map(appointmentOf);
    },
    find(id: string): Appointment | null {
      const row = find.get(id);
      return row ? appointmentOf(row) : null;
    },
    ofCall: (callId: string) => ofCall.all(callId).map(appointmentOf),
    ofPhone: (phone: string, fromMs: number) => ofPhone.all(phone, fromMs).map(appointmentOf),
    blocked: ofStaff,
    overlapping: (staffId: string | null, fromMs: number, toMs: number) =>
      ofStaff(staffId, fromMs, toMs).filter((one) => one.startsAtMs < toMs && one.endsAtMs > fromMs),
  };
}

const appointmentOf = ({ practice, details, ...row }: Row): Appointment => ({
  ...row,
  ...(practice === 1 ? { practice: true } : {}),
  details: JSON.parse(details) as Appointment['details'],
});
