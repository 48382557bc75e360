import { setImmediate } from 'node:timers/promises';
import { type Clock, VoxboxError } from '../../foundation/index.ts';
import type { BusyTime, CalendarLink, CalendarObject, TenantStore } from '../../store/index.ts';
import { busyTimesOf, recurs } from './busy.ts';
import { appointmentIdOf, readEvent } from './event.ts';
import type { RemoteCalendar } from './remote-calendar.ts';

export interface LinkSyncParts {
  readonly store: TenantStore;
  readonly linkId: string;
  readonly remote: RemoteCalendar;
  readonly clock: Clock;
}

const dayMs = 86_400_000;
/** Something recurring is known as far ahead as anything is booked. */
const horizonMs = 2 * 366 * dayMs;
const readAtOnce = 50;

/** @throws VoxboxError `not_found` where it was unlinked meanwhile */
export function linkOf({ store, linkId }: LinkSyncParts): CalendarLink {
  const link = store.calendarLinks.find(linkId);
  if (!link) throw new VoxboxError('not_found', 'the calendar was unlinked');
  return link;
}

/** Takes in what has changed there. Returns what tells the next time whether anything has. */
export async function pull(parts: LinkSyncParts): Promise<string | null> {
  const { store, linkId, remote, clock } = parts;
  const { calendarCopies: copies } = store;
  const link = linkOf(parts);
  const ctag = await remote.ctag();
  if (ctag === null || ctag !== link.ctag) {
    const [there, known] = [await remote.etags(), copies.etags(linkId)];
    const changed = [...there].flatMap(([href, etag]) => (known.get(href) === etag ? [] : [href]));
    for (let from = 0; from < changed.length; from += readAtOnce) {
      await look(changed.slice(from, from + readAtOnce), parts);
    }
    for (const href of known.keys()) if (!there.has(href)) copies.removeObject(linkId, href);
  }
  if (link.expandedAtMs === null || clock.nowMs() - link.expandedAtMs >= dayMs) {
    // Of those that do not recur, only a new zone moves the times.
    const anew = link.expandedAtMs === null && link.lastSyncAtMs !== null;
    for (const object of copies.objects(linkId).filter(({ body }) => anew || recurs(body))) {
      const busy = await busyIn(object.body, parts);
      store.transaction(() => layOut(object, busy, parts));
    }
    store.calendarLinks.note(linkId, { expandedAtMs: clock.nowMs() });
  }
  return ctag;
}

/** Reads objects anew; those that are gone are forgotten. */
export async function look(hrefs: readonly string[], parts: LinkSyncParts): Promise<void> {
  const { store, linkId, remote } = parts;
  const found = await remote.read(hrefs);
  for (const object of found) {
    await setImmediate();
    const busy = await busyIn(object.body, parts);
    store.transaction(() => takeIn(object, busy, parts));
  }
  const there = new Set(found.map(({ href }) => href));
  for (const href of hrefs) if (!there.has(href)) store.calendarCopies.removeObject(linkId, href);
}

/** Inside a transaction. */
function takeIn(object: Omit<CalendarObject, 'uid'>, busy: readonly BusyTime[], parts: LinkSyncParts): void {
  const { store, linkId } = parts;
  linkOf(parts);
  const uid = readEvent(object.body, store.timeZone)?.uid ?? '';
  store.calendarCopies.putObject(linkId, { ...object, uid, settled: !isOurs(uid, parts) });
  layOut({ ...object, uid }, busy, parts);
}

/** What another Voxbox wrote there is an event like any other. */
function isOurs(uid: string, { store, linkId }: LinkSyncParts): boolean {
  const id = appointmentIdOf(uid);
  if (id === null) return false;
  return store.appointments.find(id) !== null || store.calendarCopies.copy(linkId, id) !== null;
}

function layOut(
  { href, uid }: Pick<CalendarObject, 'href' | 'uid'>,
  busy: readonly BusyTime[],
  parts: LinkSyncParts,
): void {
  linkOf(parts);
  parts.store.calendarCopies.putBusy(parts.linkId, href, isOurs(uid, parts) ? [] : busy);
}

function busyIn(body: string, { store, clock }: LinkSyncParts): Promise<BusyTime[]> {
  const nowMs = clock.nowMs();
  return busyTimesOf(body, { timeZone: store.timeZone, fromMs: nowMs - dayMs, toMs: nowMs + horizonMs });
}
