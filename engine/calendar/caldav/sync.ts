import { type Clock, type Ids, isVoxboxError, type Log, VoxboxError } from '../../foundation/index.ts';
import type { CalendarLink, TenantStore } from '../../store/index.ts';
import { findCalendars } from './discovery.ts';
import { syncLink } from './link-sync.ts';
import { type RemoteCalendar, remoteCalendar } from './remote-calendar.ts';
import { asker } from './requests.ts';

/** Who asks for calendars, and where. */
export interface CalendarAccount {
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Its server may stand in the own network. */
  readonly allowPrivate: boolean;
}

export interface FoundCalendar {
  readonly href: string;
  readonly name: string;
  readonly readOnly: boolean;
}

export type CalendarToLink = CalendarAccount & Pick<CalendarLink, 'calendar' | 'name' | 'staffId'>;

/** Calendars elsewhere, kept in step with the appointments of each business. */
export interface CalendarSync {
  /**
   * @throws VoxboxError `calendar_login_refused`, `calendar_not_found`, `calendar_unreachable`,
   *   `calendar_certificate_untrusted`, `calendar_address_refused`
   */
  find(account: CalendarAccount): Promise<FoundCalendar[]>;
  /** Its first sync begins at once. @throws VoxboxError as `find`; `calendar_linked` */
  link(store: TenantStore, wanted: CalendarToLink): Promise<CalendarLink>;
  /** What came from it goes; what was written there stays. @throws VoxboxError `not_found` */
  unlink(store: TenantStore, linkId: string): void;
  /** Resolves when it is in step, or could not be brought there: the link says which. */
  syncNow(store: TenantStore, linkId: string): Promise<void>;
  /** Something was booked or changed: calendars hear of it soon. */
  nudge(tenantId: string): void;
  /** Hears of every link that has changed, or is gone. Returns what ends it. */
  onChange(listener: (tenantId: string, linkId: string) => void): () => void;
  /** Idempotent; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

export interface CalendarSyncParts {
  /** Asked in every round: tenants come and go. */
  readonly stores: () => readonly TenantStore[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** From one sync of a calendar to its next; absent: a minute. */
  readonly everyMs?: number;
  /** [0, 1), so that not all calendars are asked in the same second. */
  readonly random?: () => number;
}

const usualPauseMs = 60_000;
const longestPauseMs = 30 * 60_000;
/** How often is looked which calendars are due. */
const roundMs = 2_000;
const mostAtOnce = 4;

/** Keeps every linked calendar in step until it is stopped. One sync of a calendar at a time. */
export function startCalendarSync(parts: CalendarSyncParts): CalendarSync {
  const ends = new AbortController();
  const syncs = new LinkSyncs(parts, ends.signal);
  const timer = setInterval(() => syncs.startDue(), roundMs).unref();
  return {
    find: (account) => findCalendars(asker({ ...account, signal: ends.signal }), account.address),
    link: (store, wanted) => syncs.link(store, wanted),
    unlink(store, linkId) {
      store.calendarLinks.remove(linkId);
      syncs.tell(store.tenantId, linkId);
    },
    syncNow: (store, linkId) => syncs.run(store, linkId, { asked: true }),
    nudge: (tenantId) => syncs.nudge(tenantId),
    onChange: (listener) => syncs.onChange(listener),
    async stop() {
      clearInterval(timer);
      ends.abort();
      await syncs.settled();
    },
  };
}

class LinkSyncs {
  readonly #parts: CalendarSyncParts;
  readonly #signal: AbortSignal;
  /** By the id of the link. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(tenantId: string, linkId: string) => void>();

  constructor(parts: CalendarSyncParts, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
  }

  async link(store: TenantStore, { password, calendar, ...wanted }: CalendarToLink): Promise<CalendarLink> {
    const { ids, clock } = this.#parts;
    const account = { ...wanted, password, signal: this.#signal };
    const found = (await findCalendars(asker(account), wanted.address)).find(({ href }) => href === calendar);
    if (!found) throw new VoxboxError('calendar_not_found', 'that calendar is not one of the account');
    const { readOnly } = found;
    const nextSyncAtMs = clock.nowMs();
    const link = store.calendarLinks.add({
      ...{ ...wanted, password, calendar, readOnly, nextSyncAtMs, id: ids.uuid() },
    });
    void this.run(store, link.id, { asked: true });
    return link;
  }

  onChange(listener: (tenantId: string, linkId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tell(tenantId: string, linkId: string): void {
    for (const listener of [...this.#listeners]) listener(tenantId, linkId);
  }

  nudge(tenantId: string): void {
    const store = this.#parts.stores().find((one) => one.tenantId === tenantId);
    store?.calendarLinks.hasten(this.#parts.clock.nowMs());
  }

  startDue(): void {
    try {
      this.#startDue();
    } catch (err) {
      this.#parts.log.error({ err }, 'a round of calendars failed');
    }
  }

  #startDue(): void {
    const nowMs = this.#parts.clock.nowMs();
    for (const store of this.#parts.stores()) {
      for (const id of store.calendarLinks.due(nowMs)) {
        if (this.#running.size >= mostAtOnce) return;
        if (!this.#running.has(id)) void this.run(store, id, { asked: false });
      }
    }
  }

  /** Behind the one of the same calendar that is under way. Never throws: the link says what came of it. */
  run(store: TenantStore, linkId: string, how: { readonly asked: boolean }): Promise<void> {
    const before = this.#running.get(linkId) ?? Promise.resolve();
    const sync = before
      .then(() => this.#sync(store, linkId, how))
      .catch((err: unknown) => this.#parts.log.error({ err, linkId }, 'a sync could not be written down'));
    this.#running.set(linkId, sync);
    return sync.finally(() => {
      if (this.#running.get(linkId) === sync) this.#running.delete(linkId);
    });
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #sync(store: TenantStore, linkId: string, { asked }: { readonly asked: boolean }): Promise<void> {
    const link = store.calendarLinks.find(linkId);
    if (!link || this.#signal.aborted) return;
    const { clock, log, everyMs = usualPauseMs, random = Math.random } = this.#parts;
    const pauseMs = (attempts: number): number =>
      Math.round(Math.min(everyMs * 2 ** attempts, longestPauseMs) * (0.9 + 0.2 * random()));
    if (asked) {
      store.calendarLinks.note(linkId, { state: 'syncing' });
      this.tell(store.tenantId, linkId);
    }
    // What is booked while it runs makes it due again.
    store.calendarLinks.note(linkId, { nextSyncAtMs: clock.nowMs() + pauseMs(0) });
    try {
      await syncLink({ store, linkId, clock, remote: this.#remoteOf(store, link) });
      const done = { state: 'ok', problem: null, attempts: 0, lastSyncAtMs: clock.nowMs() } as const;
      store.calendarLinks.note(linkId, done);
    } catch (error) {
      // Unlinked, or the box goes down: nobody waits for it any more.
      if (this.#signal.aborted || !store.calendarLinks.find(linkId)) return;
      const problem = isVoxboxError(error) ? error.code : 'calendar_unreachable';
      const attempts = link.attempts + 1;
      const nextSyncAtMs = clock.nowMs() + pauseMs(Math.min(attempts, 10));
      store.calendarLinks.note(linkId, { state: 'failed', problem, attempts, nextSyncAtMs });
      log.warn({ err: error, tenantId: store.tenantId, linkId }, 'a calendar could not be brought into step');
    }
    this.tell(store.tenantId, linkId);
  }

  #remoteOf(store: TenantStore, { id, user, calendar, allowPrivate }: CalendarLink): RemoteCalendar {
    const password = store.calendarLinks.password(id);
    return remoteCalendar(asker({ user, password, allowPrivate, signal: this.#signal }), calendar);
  }
}
