import type { Answer, Failure } from '../asking.ts';

/** The last thing that was removed from a list, until it is put back. */
export class Removal<T> {
  removed = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  readonly #remove: (one: T) => Promise<Answer<unknown>>;
  readonly #restore: (one: T) => Promise<Answer<unknown>>;
  readonly #changed: () => void;
  #busy = false;

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
    if (await this.#went(() => this.#remove(one))) this.removed = one;
  }

  async undo(): Promise<void> {
    const one = this.removed;
    if (one !== null && (await this.#went(() => this.#restore(one)))) this.removed = null;
  }

  /** A second click while the first one is on its way does nothing. */
  async #went(ask: () => Promise<Answer<unknown>>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    const answer = await ask();
    this.#busy = false;
    this.failure = answer.ok ? null : answer.failure;
    this.#changed();
    return answer.ok;
  }
}
