import type { DialogueState, OpeningsRequest } from './dialogue.ts';
import type { Heard, Opening } from './model.ts';
import type { Reading } from './understanding/reading.ts';

/** Openings looked up longer ago than this are looked up again. */
const freshMs = 4000;

/** What was understood and looked up before the caller's turn was over; used when the turn is what it was taken for. */
export interface Foreseen {
  /** Null when the words or the dialogue are others by now. */
  readingOf(heard: Heard, state: DialogueState): Promise<Reading> | null;
  looksUp(request: OpeningsRequest, openings: Promise<readonly Opening[]>, nowMs: number): void;
  /** Null when something else, or nothing, was looked up, or too long ago. */
  openingsOf(request: OpeningsRequest, nowMs: number): Promise<readonly Opening[]> | null;
}

export function createForeseen(text: string, state: DialogueState, reading: Promise<Reading>): Foreseen {
  // Whoever needs it sees the error; nobody may.
  reading.catch(() => {});
  let lookup: Lookup | null = null;
  return {
    readingOf: (heard, now) =>
      heard.text === text && now === state
        ? reading.then((read) => ({ ...read, confidence: heard.confidence }))
        : null,
    looksUp(request, openings, nowMs) {
      openings.catch(() => {});
      lookup = { request, openings, atMs: nowMs };
    },
    openingsOf(request, nowMs) {
      const found = lookup;
      lookup = null;
      return found && nowMs - found.atMs <= freshMs && isSame(found.request, request) ? found.openings : null;
    },
  };
}

interface Lookup {
  readonly request: OpeningsRequest;
  readonly openings: Promise<readonly Opening[]>;
  readonly atMs: number;
}

/** A search from "now" on is the same one a moment later. */
const isSame = (a: OpeningsRequest, b: OpeningsRequest): boolean =>
  a.serviceId === b.serviceId &&
  a.toMs === b.toMs &&
  a.limit === b.limit &&
  Math.abs(a.fromMs - b.fromMs) <= freshMs;
