import { setImmediate as immediate } from 'node:timers/promises';
import { redact } from '../agent/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { Box, CallFilter, FoundPlaces, ListedCall, TenantStore } from '../store/index.ts';
import type { CallLine, CallList, CallQuery } from './contract/index.ts';

type Filter = Omit<CallQuery, 'page' | 'limit'>;

export interface CallListing {
  /** @throws VoxboxError `tenant_unknown`, `input_invalid` for a page of all businesses that lies too far back */
  list(query: CallQuery, tenants: readonly string[]): Promise<CallList>;
  /** All of one business, some hundreds at a time, latest first. */
  all(filter: Filter, store: TenantStore): AsyncGenerator<readonly CallLine[]>;
}

/** A page of the calls of one filter in one business, and how many there are. */
interface Found {
  readonly total: number;
  readonly calls: CallLine[];
}
type Page = { readonly offset: number; readonly limit: number };

interface Searched {
  readonly version: number;
  readonly found: FoundPlaces;
}

/** So far back a list of several businesses can be read. */
const deepest = 10_000;
const batch = 250;
const linesAtOnce = 25;
/** Searches that are kept for the next page of the same. */
const keptSearches = 8;

export function createCallListing(box: Box): CallListing {
  const kept = new Map<string, Searched>();

  const search = async (store: TenantStore, text: string, filter: CallFilter): Promise<Searched['found']> => {
    const key = JSON.stringify([store.tenantId, text, filter]);
    const version = store.callSearch.version();
    const known = kept.get(key);
    kept.delete(key);
    const now =
      known?.version === version ? known : { version, found: await store.callSearch.matches(text, filter) };
    kept.set(key, now);
    for (const oldest of kept.keys()) {
      if (kept.size <= keptSearches) break;
      kept.delete(oldest);
    }
    return now.found;
  };

  const find = async (store: TenantStore, query: Filter, page: Page): Promise<Found> => {
    const filter = filterOf(query);
    if (!query.q) {
      const total = store.callSearch.count(filter);
      // The loop is held up for as long as one of the two takes.
      await immediate();
      return { total, calls: store.callSearch.page(filter, page).map((call) => lineOf(store, call)) };
    }
    const { places, positions } = await search(store, query.q, filter);
    const [first, last] = [page.offset, page.offset + page.limit];
    const shown = new Map([...places.subarray(first, last)].map((place, i) => [place, positions[first + i]]));
    const calls: CallLine[] = [];
    for (const call of store.callSearch.at([...shown.keys()])) {
      calls.push(lineOf(store, call, shown.get(call.place)));
      // What was said is read and masked: a few of them are as much as the loop may wait for.
      if (calls.length % linesAtOnce === 0) await immediate();
    }
    return { total: places.length, calls };
  };

  return {
    async list({ page, limit, ...query }, tenants) {
      const offset = (page - 1) * limit;
      const [tenant, ...others] = tenants;
      const isOne = tenant !== undefined && others.length === 0;
      if (!isOne && offset + limit > deepest) {
        throw new VoxboxError(
          'input_invalid',
          `page: name a tenant to read beyond the latest ${deepest} calls`,
        );
      }
      const found: Found[] = [];
      for (const id of tenants) {
        const part = isOne ? { offset, limit } : { offset: 0, limit: offset + limit };
        found.push(await find(box.tenant(id), query, part));
      }
      const total = found.reduce((sum, one) => sum + one.total, 0);
      const calls = found.flatMap((one) => one.calls);
      const pagination = { page, limit, total, pages: Math.ceil(total / limit) };
      return { calls: isOne ? calls : latestFirst(calls).slice(offset, offset + limit), pagination };
    },
    async *all(query, store) {
      if (query.q) {
        for (let offset = 0; ; offset += batch) {
          const { calls, total } = await find(store, query, { offset, limit: batch });
          yield calls;
          if (offset + batch >= total) return;
        }
      }
      const filter = filterOf(query);
      for (let below: number | null = null; ; ) {
        const calls: ListedCall[] = store.callSearch.after(filter, { below, limit: batch });
        const last = calls.at(-1);
        if (!last) return;
        yield calls.map((call) => lineOf(store, call));
        below = last.place;
        await immediate();
      }
    },
  };
}

const latestFirst = (calls: readonly CallLine[]): CallLine[] =>
  calls.toSorted((one, other) => other.startedAtMs - one.startedAtMs || (one.id < other.id ? 1 : -1));

const filterOf = ({
  from,
  to,
  caller,
  status,
  direction,
  booked,
  recorded,
  practice,
}: Filter): CallFilter => ({
  ...(from === undefined ? {} : { fromMs: from }),
  ...(to === undefined ? {} : { toMs: to }),
  ...(caller === undefined ? {} : { party: caller }),
  ...(status === undefined ? {} : { status }),
  ...(direction === undefined ? {} : { direction }),
  ...(booked === undefined ? {} : { booked }),
  ...(recorded === undefined ? {} : { recorded }),
  practice,
});

/** @param position of the turn that was found */
function lineOf(store: TenantStore, call: ListedCall, position?: number): CallLine {
  const { place, recording, ...line } = call;
  const said = position === undefined ? null : store.callSearch.said(place, position);
  return {
    ...line,
    tenantId: store.tenantId,
    // Its file is complete when the call is over.
    hasRecording: recording !== null && call.endedAtMs !== null,
    ...(said ? { said: { ...said, text: maskedText(store, said.text) } } : {}),
  };
}

/** What the business wants masked on screens is masked. */
function maskedText(store: TenantStore, text: string): string {
  const { mode, kinds } = store.privacy.policy().redaction;
  return mode === 'none' ? text : redact(text, kinds).text;
}
