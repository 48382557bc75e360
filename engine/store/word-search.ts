import { Worker } from 'node:worker_threads';
import { fromErrorShape, VoxboxError } from '../foundation/index.ts';
import type { FromSearch, ToSearch } from './word-search-thread.ts';

/** What is looked for, and in which calls. */
export interface WordQuestion {
  /** A tenant's file and its key. */
  readonly path: string;
  readonly key: Uint8Array;
  /** Questions to the index (FTS5 queries); the first that finds something counts. */
  readonly queries: readonly string[];
  /** Places from the first to before the second. */
  readonly from: number;
  readonly to: number;
  /** For each number that facets can be, `1` where such calls are asked for. */
  readonly kinds: string;
  readonly party: string | null;
}

/** Calls that words were found in, latest first, and of each the position of the first turn that has them. */
export interface FoundPlaces {
  readonly places: Float64Array;
  readonly positions: Uint16Array;
}

/** Looks for words in the calls of tenants, in a thread of its own: a common word takes longer than the loop may wait. */
export interface WordSearch {
  /** @throws VoxboxError `database_broken`, `database_version` */
  find(question: WordQuestion): Promise<FoundPlaces>;
  close(): void;
}

/** Without questions the thread ends: it holds ten megabytes and a file. */
const idleMs = 5 * 60_000;

export function createWordSearch(): WordSearch {
  const waiting = new Map<number, PromiseWithResolvers<FoundPlaces>>();
  let thread: Worker | null = null;
  let lastId = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  const end = (why: string): void => {
    clearTimeout(idle);
    void thread?.terminate();
    thread = null;
    for (const { reject } of waiting.values()) reject(new VoxboxError('aborted', why));
    waiting.clear();
  };
  const receive = (message: FromSearch): void => {
    const answer = waiting.get(message.id);
    waiting.delete(message.id);
    // It keeps the process only while it is asked.
    if (waiting.size === 0) thread?.unref();
    if ('found' in message) answer?.resolve(message.found);
    else answer?.reject(fromErrorShape(message.error));
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./word-search-thread.ts', import.meta.url), { name: 'word-search' });
    started.on('message', receive);
    // One that dies takes its questions with it; the next question starts another.
    started.on('error', (error) => {
      if (thread === started) end(`the search ended: ${error.message}`);
    });
    return started;
  };

  return {
    find(question) {
      clearTimeout(idle);
      idle = setTimeout(() => end('nobody asks'), idleMs).unref();
      thread ??= start();
      thread.ref();
      lastId += 1;
      const answer = Promise.withResolvers<FoundPlaces>();
      waiting.set(lastId, answer);
      thread.postMessage({ id: lastId, question } satisfies ToSearch);
      return answer.promise;
    },
    close: () => end('the box is closed'),
  };
}
