import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Keyring } from './keys.ts';

/** A calendar elsewhere that is kept in step with the appointments; its password lies sealed beside it. */
export interface CalendarLink {
  readonly id: string;
  readonly name: string;
  /** As it was typed; where the calendar lies was found from it. */
  readonly address: string;
  readonly user: string;
  /** URL of the calendar. */
  readonly calendar: string;
  /** Whose it is; null: it concerns the whole business, and its events keep everybody busy. */
  readonly staffId: string | null;
  readonly readOnly: boolean;
  /** Its server may stand in the own network: the person at the box has said so. */
  readonly allowPrivate: boolean;
  /** Says whether anything has changed there since everything was seen; null: look. */
  readonly ctag: string | null;
  /** When recurring events were last laid out in time. */
  readonly expandedAtMs: number | null;
  readonly state: 'new' | 'syncing' | 'ok' | 'failed';
  readonly lastSyncAtMs: number | null;
  /** Code of the catalogue. */
  readonly problem: string | null;
  /** That failed in a row. */
  readonly attempts: number;
  readonly nextSyncAtMs: number;
  readonly clashes: number;
  readonly busyCount: number;
}

export type NewCalendarLink = Pick<
  CalendarLink,
  'id' | 'name' | 'address' | 'user' | 'calendar' | 'staffId' | 'readOnly' | 'allowPrivate' | 'nextSyncAtMs'
> & { readonly password: string };

export type CalendarLinkProgress = Partial<
  Pick<
    CalendarLink,
    'ctag' | 'expandedAtMs' | 'state' | 'lastSyncAtMs' | 'problem' | 'attempts' | 'nextSyncAtMs'
  >
>;

export interface CalendarLinks {
  /** In the order in which they were made. */
  list(): CalendarLink[];
  find(id: string): CalendarLink | null;
  /** Ids of those whose next sync has come. */
  due(nowMs: number): CalendarLink['id'][];
  /** All are due now, but those that fail: they keep to their pauses. */
  hasten(nowMs: number): void;
  /** With the next sync, since they are read by another clock now. */
  layOutAnew(): void;
  /** @throws VoxboxError `calendar_linked` where that calendar is linked already */
  add(link: NewCalendarLink): CalendarLink;
  /** How its sync goes; one that is gone stays gone. */
  note(id: string, progress: CalendarLinkProgress): void;
  /** An appointment was moved there to where it cannot be. Only inside `transaction`. */
  countClash(id: string, appointmentId: string): void;
  /** With everything that came from it. @throws VoxboxError `not_found` */
  remove(id: string): void;
  /** @throws VoxboxError `not_found`, `database_broken` */
  password(id: string): string;
}

interface Row extends Omit<CalendarLink, 'readOnly' | 'allowPrivate'> {
  readonly readOnly: number;
  readonly allowPrivate: number;
}

const columns = `id, name, address, user, calendar, staff_id as staffId, read_only as readOnly,
  allow_private as allowPrivate, ctag, expanded_at_ms as expandedAtMs, state, last_sync_at_ms as lastSyncAtMs,
  problem, attempts, next_sync_at_ms as nextSyncAtMs, clashes,
  (select count(*) from busy_times where link_id = calendar_links.id) as busyCount`;

const sealLabel = (id: string): string => `calendar password ${id}`;

export function calendarLinkRows(
  database: Database,
  {
    tenantId,
    events,
    keyring,
  }: { tenantId: string; events: EventLog; keyring: Pick<Keyring, 'seal' | 'unseal'> },
): CalendarLinks {
  const list = database.prepare<Row>(`select ${columns} from calendar_links order by position`);
  const find = database.prepare<Row>(`select ${columns} from calendar_links where id = ?`);
  const due = database.prepare<{ id: string }>(
    'select id from calendar_links where next_sync_at_ms <= ? order by position',
  );
  const hasten = database.prepare("update calendar_links set next_sync_at_ms = ? where state <> 'failed'");
  const layOutAnew = database.prepare('update calendar_links set expanded_at_ms = null');
  const taken = database.prepare('select 1 from calendar_links where calendar = ?');
  const insert = database.prepare(
    `insert into calendar_links (id, position, name, address, user, sealed_password, calendar, staff_id, read_only,
                                 allow_private, state, next_sync_at_ms)
     values (:id, (select coalesce(max(position), 0) + 1 from calendar_links), :name, :address, :user, :sealed,
             :calendar, :staffId, :readOnly, :allowPrivate, 'new', :nextSyncAtMs)`,
  );
  const note = database.prepare(
    `update calendar_links
     set ctag = :ctag, expanded_at_ms = :expandedAtMs, state = :state, last_sync_at_ms = :lastSyncAtMs,
         problem = :problem, attempts = :attempts, next_sync_at_ms = :nextSyncAtMs
     where id = :id`,
  );
  const clash = database.prepare('update calendar_links set clashes = clashes + 1 where id = ?');
  const remove = database.prepare('delete from calendar_links where id = ?');
  const sealed = database.prepare<{ sealed: Buffer }>(
    'select sealed_password as sealed from calendar_links where id = ?',
  );
  const read = (id: string): CalendarLink | null => {
    const row = find.get(id);
    return row ? linkOf(row) : null;
  };
  const missing = (id: string): VoxboxError =>
    new VoxboxError('not_found', `there is no linked calendar ${id}`);

  return {
    list: () => list.all().map(linkOf),
    find: read,
    due: (nowMs) => due.all(nowMs).map(({ id }) => id),
    hasten: (nowMs) => {
      hasten.run(nowMs);
    },
    layOutAnew: () => {
      layOutAnew.run();
    },
    add: ({ password, ...link }) =>
      events.transaction(() => {
        if (taken.get(link.calendar)) {
          throw new VoxboxError('calendar_linked', 'that calendar is linked already');
        }
        insert.run({
          ...link,
          readOnly: Number(link.readOnly),
          allowPrivate: Number(link.allowPrivate),
          sealed: keyring.seal(sealLabel(link.id), Buffer.from(password, 'utf8')),
        });
        events.record({ type: 'calendar.linked', tenantId, linkId: link.id });
        const added = read(link.id);
        if (!added) throw missing(link.id);
        return added;
      }),
    note: (id, progress) => {
      const link = read(id);
      if (!link) return;
      const { ctag, expandedAtMs, state, lastSyncAtMs, problem, attempts, nextSyncAtMs } = link;
      const before = { ctag, expandedAtMs, state, lastSyncAtMs, problem, attempts, nextSyncAtMs };
      note.run({ ...before, ...progress, id });
    },
    countClash(id, appointmentId) {
      clash.run(id);
      events.record({ type: 'calendar.clashed', tenantId, linkId: id, appointmentId });
    },
    remove: (id) =>
      events.transaction(() => {
        if (remove.run(id) === 0) throw missing(id);
        events.record({ type: 'calendar.unlinked', tenantId, linkId: id });
      }),
    password(id) {
      const row = sealed.get(id);
      if (!row) throw missing(id);
      return keyring.unseal(sealLabel(id), row.sealed).toString('utf8');
    },
  };
}

const linkOf = ({ readOnly, allowPrivate, ...row }: Row): CalendarLink => ({
  ...row,
  readOnly: readOnly === 1,
  allowPrivate: allowPrivate === 1,
});
