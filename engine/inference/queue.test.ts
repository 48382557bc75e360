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
          queue.push(item, { priority: levels[at] ?? 'live' });
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
    queue.push('summary', { priority: 'summary' });
    queue.push('embedding', { priority: 'embedding' });
    expect(queue.take('greeting')).toBeUndefined();
    expect(queue.take('embedding')).toBe('embedding');
    expect(queue.take('embedding')).toBeUndefined();
    expect(queue.take()).toBe('summary');
  });

  test('owners take turns, each in its own order', () => {
    const queue = new PriorityQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) {
      queue.push(item, { priority: 'live', owner: item.charAt(0) });
    }
    const served = Array.from({ length: 6 }, () => queue.take());
    expect(served).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('however many requests an owner has, another waits for one of them at most', () => {
    const owner = fc.constantFrom('a', 'b', 'c');
    fc.assert(
      fc.property(fc.array(owner, { maxLength: 40 }), (owners) => {
        const queue = new PriorityQueue<string>();
        for (const name of owners) queue.push(name, { priority: 'live', owner: name });
        const served = owners.map(() => queue.take() ?? '');
        expect(served.toSorted()).toEqual(owners.toSorted());
        for (let at = 1; at < served.length; at += 1) {
          const waiting = new Set(served.slice(at));
          if (served[at] === served[at - 1]) expect(waiting).toEqual(new Set([served[at]]));
        }
      }),
    );
  });

  test('forgets what is withdrawn', () => {
    const queue = new PriorityQueue<string>();
    queue.push('a', { priority: 'live' });
    queue.push('b', { priority: 'live' });
    expect(queue.remove('a')).toBe(true);
    expect(queue.remove('a')).toBe(false);
    expect(queue.take()).toBe('b');
    expect(queue.size).toBe(0);
  });
});
