import type { InferencePriority } from './contract.ts';

const order = ['live', 'greeting', 'embedding', 'summary'] as const satisfies readonly InferencePriority[];

interface Entry<T> {
  readonly item: T;
  readonly owner: string;
}

/**
 * Highest priority first. Within one priority the owner goes next that was served longest ago; of one owner,
 * and of those that have none, first come, first served.
 */
export class PriorityQueue<T> {
  readonly #levels: Readonly<Record<InferencePriority, Entry<T>[]>> = {
    live: [],
    greeting: [],
    embedding: [],
    summary: [],
  };
  /** When each owner was served last, counted in items taken; those that wait for nothing are forgotten. */
  readonly #servedAt = new Map<string, number>();
  #taken = 0;

  get size(): number {
    return order.reduce((sum, level) => sum + this.#levels[level].length, 0);
  }

  push(
    item: T,
    { priority, owner = '' }: { readonly priority: InferencePriority; readonly owner?: string },
  ): void {
    this.#levels[priority].push({ item, owner });
  }

  /**
   * Takes the next item.
   *
   * @param lowest items of lower priority than this stay where they are
   */
  take(lowest: InferencePriority = 'summary'): T | undefined {
    for (const level of order) {
      const next = this.#next(this.#levels[level]);
      if (next) {
        this.#served(next.owner);
        return next.item;
      }
      if (level === lowest) return undefined;
    }
    return undefined;
  }

  /** Takes an item out of its place; false when it is not waiting (any more). */
  remove(item: T): boolean {
    for (const level of order) {
      const at = this.#levels[level].findIndex((entry) => entry.item === item);
      if (at >= 0) {
        this.#levels[level].splice(at, 1);
        return true;
      }
    }
    return false;
  }

  #next(entries: Entry<T>[]): Entry<T> | undefined {
    const servedAt = ({ owner }: Entry<T>): number => this.#servedAt.get(owner) ?? 0;
    let best = 0;
    for (const [at, entry] of entries.entries()) {
      if (servedAt(entry) < servedAt(entries[best] ?? entry)) best = at;
    }
    return entries.splice(best, 1)[0];
  }

  #served(owner: string): void {
    this.#taken += 1;
    this.#servedAt.set(owner, this.#taken);
    if (this.size === 0) this.#servedAt.clear();
  }
}
