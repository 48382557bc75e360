import type { Database } from './database.ts';
import type { Appointment } from './model.ts';

/** An object of a calendar elsewhere, as it was last seen. */
export interface CalendarObject {
  readonly href: string;
  readonly uid: string;
  readonly etag: string;
  /** iCalendar, as it lies there. */
  readonly body: string;
}

/** What both sides last agreed on. */
export interface CalendarCopy {
  readonly appointmentId: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  /** Of the appointment. */
  readonly revision: number;
}

/** When somebody is busy by a calendar elsewhere. */
export interface BusyTime {
  readonly startMs: number;
  readonly endMs: number;
  readonly title: string;
  readonly allDay: boolean;
}

export type LinkedBusyTime = BusyTime & {
  readonly id: string;
  /** Null: everybody is. */
  readonly staffId: string | null;
};

export interface SeenObject extends CalendarObject {
  /** The appointment has heard of it, or there is none. */
  readonly settled: boolean;
}

export interface CalendarCopies {
  /** `href` → `etag` of everything that was seen. */
  etags(linkId: string): Map<string, string>;
  objects(linkId: string): CalendarObject[];
  objectOf(linkId: string, uid: string): CalendarObject | null;
  /** In the place of what was seen there before. */
  putObject(linkId: string, object: SeenObject): void;
  /** What it keeps busy, laid out anew. */
  putBusy(linkId: string, href: string, busy: readonly BusyTime[]): void;
  markSettled(linkId: string, uid: string): void;
  removeObject(linkId: string, href: string): void;
  /** Those that share time with [fromMs, toMs), earliest first. */
  busy(fromMs: number, toMs: number): LinkedBusyTime[];

  copy(linkId: string, appointmentId: string): CalendarCopy | null;
  putCopy(linkId: string, copy: CalendarCopy): void;
  removeCopy(linkId: string, appointmentId: string): void;
  /** Ids of appointments that are not over, or not there any more, and differ from what was agreed on. */
  unsettled(linkId: string, nowMs: number): Appointment['id'][];
  /** Of events that were agreed on and lie ahead: how many there are, and how many are gone there. */
  goneThere(linkId: string, nowMs: number): { readonly agreed: number; readonly gone: number };
}

/** What the UIDs of our events end in; an appointment's id stands before it. */
export const eventDomain = '@voxbox';

const noObject = `not exists (select 1 from calendar_objects
  where calendar_objects.link_id = copy.link_id and uid = copy.appointment_id || '${eventDomain}')`;

const unsettledQuery = `
  select id from appointments
  where status = 'booked' and ends_at_ms > :nowMs and starts_at_ms > :nowMs - 86400000
    and not exists (select 1 from calendar_copies where link_id = :linkId and appointment_id = appointments.id)
  union
  select appointment_id from calendar_copies as copy
  left join appointments on appointments.id = copy.appointment_id
  where copy.link_id = :linkId and (appointments.id is null or appointments.ends_at_ms > :nowMs)
    and (appointments.revision is not copy.revision or ${noObject})
  union
  select substr(uid, 1, length(uid) - ${eventDomain.length}) from calendar_objects
  where link_id = :linkId and settled = 0`;

export function calendarCopyRows(database: Database): CalendarCopies {
  const etags = database.prepare<{ href: string; etag: string }>(
    'select href, etag from calendar_objects where link_id = ?',
  );
  const objects = database.prepare<CalendarObject>(
    'select href, uid, etag, body from calendar_objects where link_id = ? order by href',
  );
  const objectOf = database.prepare<CalendarObject>(
    'select href, uid, etag, body from calendar_objects where link_id = ? and uid = ? order by href limit 1',
  );
  const removeObject = database.prepare('delete from calendar_objects where link_id = ? and href = ?');
  const insertObject = database.prepare(
    `insert into calendar_objects (link_id, href, uid, etag, body, settled)
     values (:linkId, :href, :uid, :etag, :body, :settled)`,
  );
  const markSettled = database.prepare(
    'update calendar_objects set settled = 1 where link_id = ? and uid = ? and settled = 0',
  );
  const removeBusy = database.prepare('delete from busy_times where link_id = ? and href = ?');
  const insertBusy = database.prepare(
    `insert into busy_times (link_id, href, position, start_ms, end_ms, title, all_day)
     values (:linkId, :href, :position, :startMs, :endMs, :title, :allDay)`,
  );
  const copy = database.prepare<CalendarCopy>(
    `select appointment_id as appointmentId, starts_at_ms as startsAtMs, ends_at_ms as endsAtMs, revision
     from calendar_copies where link_id = ? and appointment_id = ?`,
  );
  const putCopy = database.prepare(
    `insert or replace into calendar_copies (link_id, appointment_id, starts_at_ms, ends_at_ms, revision)
     values (:linkId, :appointmentId, :startsAtMs, :endsAtMs, :revision)`,
  );
  const removeCopy = database.prepare('delete from calendar_copies where link_id = ? and appointment_id = ?');
  const unsettled = database.prepare<{ id: string }>(unsettledQuery);
  const goneThere = database.prepare<{ agreed: number; gone: number }>(
    `select count(*) as agreed, count(*) filter (where ${noObject}) as gone
     from calendar_copies as copy join appointments on appointments.id = copy.appointment_id
     where copy.link_id = :linkId and appointments.status = 'booked' and appointments.starts_at_ms > :nowMs`,
  );
  const busy = busyReader(database);

  return {
    etags: (linkId) => new Map(etags.all(linkId).map(({ href, etag }) => [href, etag])),
    objects: (linkId) => objects.all(linkId),
    objectOf: (linkId, uid) => objectOf.get(linkId, uid) ?? null,
    putObject: (linkId, { settled, ...object }) =>
      database.transaction(() => {
        removeObject.run(linkId, object.href);
        insertObject.run({ linkId, ...object, settled: Number(settled) });
      }),
    putBusy: (linkId, href, times) =>
      database.transaction(() => {
        removeBusy.run(linkId, href);
        for (const [position, { allDay, ...time }] of times.entries()) {
          insertBusy.run({ linkId, href, position, ...time, allDay: Number(allDay) });
        }
      }),
    markSettled: (linkId, uid) => {
      markSettled.run(linkId, uid);
    },
    removeObject: (linkId, href) => {
      removeObject.run(linkId, href);
    },
    busy,
    copy: (linkId, appointmentId) => copy.get(linkId, appointmentId) ?? null,
    putCopy: (linkId, one) => {
      putCopy.run({ linkId, ...one });
    },
    removeCopy: (linkId, appointmentId) => {
      removeCopy.run(linkId, appointmentId);
    },
    unsettled: (linkId, nowMs) => unsettled.all({ linkId, nowMs }).map(({ id }) => id),
    goneThere: (linkId, nowMs) => goneThere.get({ linkId, nowMs }) ?? { agreed: 0, gone: 0 },
  };
}

/** What calendars elsewhere keep busy in a span. */
export function busyReader(database: Database): CalendarCopies['busy'] {
  const busy = database.prepare<Omit<LinkedBusyTime, 'allDay'> & { allDay: number }>(
    `select busy_times.link_id || ':' || href || ':' || busy_times.position as id, staff_id as staffId,
            start_ms as startMs, end_ms as endMs, title, all_day as allDay
     from busy_times join calendar_links on calendar_links.id = busy_times.link_id
     where end_ms > :fromMs and start_ms < :toMs order by start_ms, busy_times.link_id, href, busy_times.position`,
  );
  return (fromMs, toMs) =>
    busy.all({ fromMs, toMs }).map(({ allDay, ...time }) => ({ ...time, allDay: allDay === 1 }));
}
