import type { TenantStore } from '../../engine/store/index.ts';
import { hourMs, minuteMs, nowMs } from './practice.ts';

const address = 'https://cloud.example.com/';

/** A calendar that is in step, one whose server is away, and what both keep busy. */
export function fillElsewhere(store: TenantStore): void {
  const [member] = store.profile().staff;
  const link = (id: string, name: string, staffId: string | null) => {
    store.calendarLinks.add({
      ...{ id, name, staffId, address, user: 'emily', password: 'an app password', nextSyncAtMs: nowMs },
      ...{ calendar: `${address}dav/${id}/`, readOnly: false, allowPrivate: false },
    });
  };
  const keep = (id: string, startMs: number, endMs: number, title: string, allDay = false) => {
    store.calendarCopies.putObject(id, { href: id, uid: id, etag: id, body: '', settled: true });
    store.calendarCopies.putBusy(id, id, [{ startMs, endMs, title, allDay }]);
  };
  link('private', 'Private', member?.id ?? null);
  store.calendarLinks.note('private', { state: 'ok', lastSyncAtMs: nowMs - 2 * minuteMs });
  keep('private', nowMs + 2.5 * hourMs, nowMs + 3.5 * hourMs, 'Talk at the school');
  link('practice', 'Practice', null);
  const problem = 'calendar_unreachable';
  store.calendarLinks.note('practice', { state: 'failed', problem, lastSyncAtMs: nowMs - 26 * hourMs });
  keep('practice', Date.UTC(2026, 2, 12, 4), Date.UTC(2026, 2, 13, 4), 'Painters in the house', true);
}
