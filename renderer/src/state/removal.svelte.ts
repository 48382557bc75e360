import type { Answer, Failure } from '../asking.ts';

/** The last thing that was removed from a list, until it is put back. */
export class Removal<T> {
  removed = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #remove: (one: T) => Promise<Answer<unknown>>;
  readonly #restore: (one: T) => Promise<Answer<unknown>>;
  readonly #changed: () => void;

  constructor({
    remove,
    restore,
    changed,
  }: {
    remove: (one: T) => Promise<Answer<unknown>>;
    restore: (one: T) => Promise<Answer<unknown>>;
    /** The list is to be fetched anew. */
    changed: () => void;
  }) {
    this.#remove = remove;
    this.#restore = restore;
    this.#changed = changed;
  }

  async remove(one: T): Promise<void> {
    if (await this.#went(this.#remove(one))) this.removed = one;
  }

  async undo(): Promise<void> {
    if (this.removed === null) return;
    if (await this.#went(this.#restore(this.removed))) this.removed = null;
  }

  async #went(asked: Promise<Answer<unknown>>): Promise<boolean> {
    const answer = await asked;
    this.failure = answer.ok ? null : answer.failure;
    this.#changed();
    return answer.ok;
  }
}
