import type { CallFilter, CallLine } from '../../../engine/api/contract/index.ts';
import type { Failure } from '../client.ts';
import { callsClient } from '../clients/calls.ts';
import type { Box } from './box.svelte.ts';

/** Rows that are fetched at once. */
export const pageRows = 100;
/** Pages that are kept: what was scrolled by long ago is fetched anew. */
const keptPages = 40;
/** Events come in small bursts. */
const gatherMs = 150;

const changing = /^call\.(?:ended|analysed|completed|redacted|erased)$/;

/** The list of calls, however long: it holds the pages that are looked at. */
export class CallList {
  filter = $state.raw<CallFilter>({});
  /** Null until it is known. */
  total = $state.raw<number | null>(null);
  failure = $state.raw<Failure | null>(null);
  #pages = $state.raw<ReadonlyMap<number, readonly CallLine[]>>(new Map());
  readonly #tenant: string;
  readonly #asked = new Set<number>();
  /** Rises with every filter and refresh: answers to earlier questions are dropped. */
  #round = 0;
  #shown: { readonly first: number; readonly last: number } = { first: 0, last: pageRows };
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Questions that wait for their answer. */
  #waiting = 0;
  /** The filter has changed while others were waited for. */
  #changed = false;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(tenant: string) {
    this.#tenant = tenant;
  }

  /** Follows what happens to calls. Returns the way out. */
  follow(box: Box): () => void {
    const leave = box.feed.onStored((event) => {
      if (event.tenantId !== this.#tenant || !changing.test(event.type)) return;
      clearTimeout(this.#gathering);
      this.#gathering = setTimeout(() => this.refresh(), gatherMs);
    });
    const rejoin = box.feed.onSnapshot(() => this.refresh());
    return () => {
      leave();
      rejoin();
      clearTimeout(this.#timer);
      clearTimeout(this.#gathering);
    };
  }

  row(index: number): CallLine | null {
    return this.#pages.get(Math.floor(index / pageRows))?.[index % pageRows] ?? null;
  }

  /** What is shown until the answer comes stays. Of what is typed meanwhile only the last is asked for. */
  narrow(filter: CallFilter): void {
    this.filter = filter;
    this.#shown = { first: 0, last: pageRows };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#changed = this.#waiting > 0;
      if (!this.#changed) this.refresh();
    });
  }

  /** Fetches what is shown anew. */
  refresh(): void {
    this.#round += 1;
    this.#changed = false;
    this.#asked.clear();
    this.#load(this.#shown);
  }

  /** Rows from the first to before the last are looked at. */
  look(first: number, last: number): void {
    this.#shown = { first, last };
    this.#load(this.#shown);
  }

  #load({ first, last }: { readonly first: number; readonly last: number }): void {
    const lastPage = Math.floor(Math.max(first, last - 1) / pageRows);
    for (let page = Math.floor(first / pageRows); page <= lastPage; page += 1) {
      if (!this.#asked.has(page)) void this.#fetch(page, this.#round);
    }
  }

  async #fetch(page: number, round: number): Promise<void> {
    this.#asked.add(page);
    this.#waiting += 1;
    const filter = { ...this.filter, tenant: this.#tenant };
    const answer = await callsClient.list(filter, { page: page + 1, limit: pageRows });
    this.#waiting -= 1;
    if (this.#changed && this.#waiting === 0) this.refresh();
    if (round !== this.#round) return;
    this.failure = answer.ok ? null : answer.failure;
    if (!answer.ok) {
      this.#asked.delete(page);
      return;
    }
    const { calls, pagination } = answer.value;
    // The first answer of a round takes the place of all that was there.
    const before = this.#answered === round ? [...this.#pages] : [];
    this.#answered = round;
    const pages = new Map([...before, [page, calls] as const]);
    for (const oldest of pages.keys()) {
      if (pages.size <= keptPages) break;
      pages.delete(oldest);
      this.#asked.delete(oldest);
    }
    this.#pages = pages;
    this.total = pagination.total;
  }

  #answered = 0;
}

/** How many filters are set besides the words. */
export const filtersSet = ({ q: _, practice = 'without', ...filter }: CallFilter): number =>
  Object.values(filter).filter((value) => value !== undefined && value !== '').length +
  (practice === 'without' ? 0 : 1);
