import type { LiveCall, LiveEvent } from './contract/index.ts';

export type { LiveCall, LiveEvent } from './contract/index.ts';

/** The calls in progress, as the call room knows them. */
export interface LiveCalls {
  /** Oldest first. */
  list(): LiveCall[];
  /** Tells every change from now on, in order. Returns the way out. */
  on(listener: (event: LiveEvent) => void): () => void;
}
