import type { Answer, Failure } from '../client.ts';

/** Something fetched: null until it is there. A later load keeps showing the earlier value meanwhile. */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  failure = $state.raw<Failure | null>(null);
  loading = $state(false);
  #latest = 0;

  /** Whether its answer counts: no later one was asked for meanwhile. */
  async load(fetching: Promise<Answer<T>>): Promise<boolean> {
    this.#latest += 1;
    const mine = this.#latest;
    this.loading = true;
    const answer = await fetching;
    if (mine !== this.#latest) return false;
    this.loading = false;
    if (answer.ok) this.value = answer.value;
    this.failure = answer.ok ? null : answer.failure;
    return true;
  }

  /** Forgets the value and whatever is on its way. */
  clear(): void {
    this.#latest += 1;
    this.value = null;
    this.failure = null;
    this.loading = false;
  }
}
