import type { ErrorShape } from '../foundation/index.ts';
import type { Original } from './practice.ts';
import type { Spoken } from './text-call.ts';

/** What the engine and the process of a rehearsal say to each other. */

/** What is to be played: who calls before a publication, or one caller who says these lines and hangs up. */
export type RehearsalOrder =
  | { readonly kind: 'gate'; readonly original: Original; readonly ownCases: string }
  | { readonly kind: 'try'; readonly original: Original; readonly say: readonly string[] };

/** How one caller fared. */
export interface Verdict {
  readonly id: string;
  readonly title: string;
  /** It must pass. */
  readonly must: boolean;
  readonly passed: boolean;
  /** What is wrong, in words. */
  readonly faults: readonly string[];
  readonly lines: readonly Spoken[];
  /** What had to be in the database and to be said, and what was in the database. */
  readonly expected: readonly string[];
  readonly there: readonly string[];
  readonly tookMs: number;
}

export type ToRehearsal =
  | { readonly type: 'order'; readonly order: RehearsalOrder; readonly folder: string }
  | { readonly type: 'embedded'; readonly id: number; readonly vectors: readonly Float32Array[] }
  | { readonly type: 'not-embedded'; readonly id: number; readonly error: ErrorShape };

export type FromRehearsal =
  /** The models stay with the engine, whose calls go first. */
  | { readonly type: 'embed'; readonly id: number; readonly texts: readonly string[] }
  | { readonly type: 'begun'; readonly total: number; readonly left: readonly string[] }
  | { readonly type: 'judged'; readonly verdict: Verdict }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly error: ErrorShape };
