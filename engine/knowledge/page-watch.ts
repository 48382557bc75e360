import type { Log } from '../foundation/index.ts';
import type { TenantStore } from '../store/index.ts';
import { ingest, type KnowledgeParts } from './ingest.ts';

export interface PageWatchParts extends Omit<KnowledgeParts, 'store' | 'signal'> {
  /** Asked in every round: tenants come and go. */
  readonly stores: () => readonly TenantStore[];
  readonly log: Log;
  /** From one round to the next; absent: an hour. */
  readonly everyMs?: number;
}

export interface PageWatch {
  /** Idempotent; resolves when no page is being read any more. */
  stop(): Promise<void>;
}

const hourMs = 3_600_000;
/** How old what is known of a page may be. */
const freshMs = 24 * hourMs;

/**
 * Reads pages of the web again, a day after they were read: what a business says there of its prices and hours changes.
 * A page that cannot be read stays known as it was. Those of the house's own network are read by hand alone.
 */
export function startPageWatch({ stores, log, everyMs = hourMs, ...parts }: PageWatchParts): PageWatch {
  const { clock } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const readAtMs = new Map<string, number>();

  const round = async (): Promise<void> => {
    for (const store of stores()) {
      for (const { id, kind, origin, indexedAtMs } of store.sources.list()) {
        const nowMs = clock.nowMs();
        const isFresh = nowMs - (readAtMs.get(id) ?? indexedAtMs) < freshMs;
        if (signal.aborted || kind !== 'address' || isFresh) continue;
        readAtMs.set(id, nowMs);
        await ingest({ kind, url: origin }, { ...parts, store, signal }).catch((err: unknown) => {
          if (!signal.aborted)
            log.info({ err, tenantId: store.tenantId, source: id }, 'a page was not read again');
        });
      }
    }
  };
  let running: Promise<void> = Promise.resolve();
  const begin = (): void => {
    running = running.then(round).catch((err: unknown) => log.error({ err }, 'a round of pages failed'));
  };
  const timer = setInterval(begin, everyMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      stopping.abort();
      return running;
    },
  };
}
