import type { Log } from '../foundation/index.ts';
import { type Speaker, type Speech, splitClauses } from '../speech/index.ts';
import type { Heard, Receptionist } from './model.ts';

/** Clauses that are made ahead of the turn's end. */
const clausesAhead = 2;

export interface AnticipationOptions {
  readonly receptionist: Receptionist;
  readonly speaker: Speaker;
  readonly log: Log;
}

/** Makes ready what the agent would say if the caller were done: it only reads. */
export class Anticipation {
  readonly #options: AnticipationOptions;
  readonly #clauses = new Map<string, Promise<readonly Speech[]>>();
  /** The words that the agent has made itself ready for. */
  #words: string | null = null;
  #abort = new AbortController();

  constructor(options: AnticipationOptions) {
    this.#options = options;
  }

  /** The turn would be this, if nothing followed. Idempotent for the same words. */
  expect(heard: Heard): void {
    const { receptionist, log } = this.#options;
    if (!receptionist.anticipate || this.#words === heard.text) return;
    this.forget();
    this.#words = heard.text;
    const { signal } = this.#abort;
    receptionist.anticipate(heard, signal).then(
      (texts) => {
        if (!signal.aborted) this.#make(texts, signal);
      },
      (error: unknown) => {
        if (!signal.aborted) log.debug({ err: error }, 'nothing could be made ready ahead');
      },
    );
  }

  /** What was made of a clause, or is being made; null when nothing is. */
  take(clause: string): Promise<readonly Speech[]> | null {
    const made = this.#clauses.get(clause) ?? null;
    this.#clauses.delete(clause);
    return made;
  }

  /** The caller goes on: what was made is not needed. Idempotent. */
  forget(): void {
    this.#words = null;
    this.#clauses.clear();
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  #make(texts: readonly string[], signal: AbortSignal): void {
    const { speaker } = this.#options;
    for (const clause of texts.flatMap(splitClauses).slice(0, clausesAhead)) {
      if (this.#clauses.has(clause) || speaker.ready(clause)) continue;
      const made = collect(speaker.speak(clause, { priority: 'live', signal }));
      // Whoever takes it sees the error; nobody may.
      made.catch(() => {});
      this.#clauses.set(clause, made);
    }
  }
}

async function collect(pieces: AsyncIterable<Speech>): Promise<readonly Speech[]> {
  const all: Speech[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
