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
  /** Of the appointment; one that it never has: it is to be written anew. */
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

export interface CalendarCopies {
  /** `href` → `etag` of everything that was seen. */
  etags(linkId: string): Map<string, string>;
  objects(linkId: string): CalendarObject[];
  objectOf(linkId: string, uid: string): CalendarObject | null;
  /** With the times that it keeps busy, in the place of its earlier ones. */
  putObject(linkId: string, object: CalendarObject, busy: readonly BusyTime[]): void;
  removeObject(linkId: string, href: string): void;
  /** Those that share time with [fromMs, toMs), earliest first. */
  busy(fromMs: number, toMs: number): LinkedBusyTime[];

  copy(linkId: string, appointmentId: string): CalendarCopy | null;
  putCopy(linkId: string, copy: CalendarCopy): void;
  removeCopy(linkId: string, appointmentId: string): void;
  /**
   * Ids of appointments that may have to be told there or heard of: those that are not over, and those that were
   * changed since they were written.
   */
  concerned(linkId: string, nowMs: number): Appointment['id'][];
}

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
    `insert into calendar_objects (link_id, href, uid, etag, body) values (:linkId, :href, :uid, :etag, :body)`,
  );
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
  const concerned = database.prepare<{ id: string }>(
    `select id from appointments where starts_at_ms > :nowMs - 86400000 and ends_at_ms > :nowMs
     union
     select appointment_id from calendar_copies as copy
     left join appointments on appointments.id = copy.appointment_id
     where link_id = :linkId and appointments.revision is not copy.revision`,
  );
  const busy = busyReader(database);

  return {
    etags: (linkId) => new Map(etags.all(linkId).map(({ href, etag }) => [href, etag])),
    objects: (linkId) => objects.all(linkId),
    objectOf: (linkId, uid) => objectOf.get(linkId, uid) ?? null,
    putObject: (linkId, object, busyTimes) =>
      database.transaction(() => {
        removeObject.run(linkId, object.href);
        insertObject.run({ linkId, ...object });
        for (const [position, { allDay, ...time }] of busyTimes.entries()) {
          insertBusy.run({ linkId, href: object.href, position, ...time, allDay: Number(allDay) });
        }
      }),
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
    concerned: (linkId, nowMs) => concerned.all({ linkId, nowMs }).map(({ id }) => id),
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
