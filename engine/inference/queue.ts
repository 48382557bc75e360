import type { InferencePriority } from './contract.ts';

const order = ['live', 'greeting', 'embedding', 'summary'] as const satisfies readonly InferencePriority[];

/** Highest priority first, within one priority first come, first served. */
export class PriorityQueue<T> {
  readonly #levels: Readonly<Record<InferencePriority, T[]>> = {
    live: [],
    greeting: [],
    embedding: [],
    summary: [],
  };

  get size(): number {
    return order.reduce((sum, level) => sum + this.#levels[level].length, 0);
  }

  push(item: T, priority: InferencePriority): void {
    this.#levels[priority].push(item);
  }

  /**
   * Takes the next item.
   *
   * @param lowest items of lower priority than this stay where they are
   */
  take(lowest: InferencePriority = 'summary'): T | undefined {
    for (const level of order) {
      const item = this.#levels[level].shift();
      if (item !== undefined) return item;
      if (level === lowest) return undefined;
    }
    return undefined;
  }

  /** Takes an item out of its place; false when it is not waiting (any more). */
  remove(item: T): boolean {
    for (const level of order) {
      const at = this.#levels[level].indexOf(item);
      if (at >= 0) {
        this.#levels[level].splice(at, 1);
        return true;
      }
    }
    return false;
  }
}
