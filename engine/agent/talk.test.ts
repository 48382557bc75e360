import { expect, it } from 'vitest';
import { type Exchange, remembered } from './talk.ts';

const exchange = (n: number, size = 20): Exchange => ({ caller: `${n}`.padEnd(size, 'x'), agent: 'Okay.' });
const after = (count: number, size?: number): readonly Exchange[] =>
  Array.from({ length: count }, (_, n) => exchange(n, size)).reduce<readonly Exchange[]>(remembered, []);

it('remembers up to ten exchanges, then the last five', () => {
  expect(after(10)).toHaveLength(10);
  expect(after(11)).toEqual([6, 7, 8, 9, 10].map((n) => exchange(n)));
});

it('keeps to its budget, whatever is said', () => {
  const long = after(9, 5000);
  const size = long.reduce((sum, { caller, agent }) => sum + caller.length + agent.length, 0);
  expect(size).toBeLessThanOrEqual(1000);
  expect(long.at(-1)?.caller).toMatch(/^8x/);
});

it('leaves out turns with no words', () => {
  expect(remembered([], { caller: '', agent: 'Hello.' })).toEqual([]);
});
