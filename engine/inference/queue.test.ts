import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InferencePriority } from './contract.ts';
import { PriorityQueue } from './queue.ts';

const priorities = [
  'live',
  'greeting',
  'embedding',
  'summary',
] as const satisfies readonly InferencePriority[];

describe('PriorityQueue', () => {
  test('serves by priority, then by age', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...priorities)), (levels) => {
        const queue = new PriorityQueue<{ level: number; age: number }>();
        const items = levels.map((priority, age) => ({ level: priorities.indexOf(priority), age }));
        items.forEach((item, at) => {
          queue.push(item, levels[at] ?? 'live');
        });
        expect(queue.size).toBe(items.length);
        const served = items.map(() => queue.take());
        expect(served).toEqual(items.toSorted((a, b) => a.level - b.level || a.age - b.age));
        expect(queue.take()).toBeUndefined();
      }),
    );
  });

  test('leaves what is below the lowest priority asked for', () => {
    const queue = new PriorityQueue<string>();
    queue.push('summary', 'summary');
    queue.push('embedding', 'embedding');
    expect(queue.take('greeting')).toBeUndefined();
    expect(queue.take('embedding')).toBe('embedding');
    expect(queue.take('embedding')).toBeUndefined();
    expect(queue.take()).toBe('summary');
  });

  test('forgets what is withdrawn', () => {
    const queue = new PriorityQueue<string>();
    queue.push('a', 'live');
    queue.push('b', 'live');
    expect(queue.remove('a')).toBe(true);
    expect(queue.remove('a')).toBe(false);
    expect(queue.take()).toBe('b');
    expect(queue.size).toBe(0);
  });
});
