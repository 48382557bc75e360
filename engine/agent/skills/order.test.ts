import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { professionOf } from '../../store/index.ts';
import { type OrderLine, recogniseOrder } from '../understanding/menu.ts';
import { tokenise } from '../understanding/tokens.ts';
import { asCorrection, changeOrder, totalOf } from './order.ts';

const { menu } = professionOf('restaurant').playbook;
const taken = (said: string, old: readonly OrderLine[] = []): readonly OrderLine[] => {
  const change = recogniseOrder(tokenise(said), menu);
  return change ? (changeOrder(old, change, menu)?.order ?? []) : old;
};
const counts = (lines: readonly OrderLine[]): Record<string, number> =>
  Object.fromEntries(lines.map(({ itemId, quantity }) => [itemId, quantity]));
const idOf = (name: string): string => menu.find((item) => item.name.toLowerCase() === name)?.id ?? '';

describe('orders', () => {
  it('are items of the menu with their number', () => {
    const lines = taken("I'd like two lasagnas and a tiramisu please");
    expect(counts(lines)).toEqual({ [idOf('lasagna')]: 2, [idOf('tiramisu')]: 1 });
  });

  it('take down nothing that the menu does not hold', () => {
    expect(taken('a unicorn stew and some moon dust')).toEqual([]);
  });

  it('change as the caller says', () => {
    const two = taken('two lasagnas and a tiramisu');
    for (const said of ['no tiramisu', 'scrap the tiramisu', 'leave out the tiramisu'])
      expect(counts(taken(said, two))).toEqual({ [idOf('lasagna')]: 2 });
    expect(counts(taken('and one more tiramisu', two))).toMatchObject({ [idOf('tiramisu')]: 2 });
    expect(counts(taken('make it three lasagnas', two))).toMatchObject({ [idOf('lasagna')]: 3 });
    const change = recogniseOrder(tokenise('just one lasagna'), menu);
    const corrected = change && changeOrder(two, asCorrection(change, two), menu);
    expect(counts(corrected?.order ?? [])).toMatchObject({ [idOf('lasagna')]: 1 });
  });

  it.each([
    ['one tomato soup no wait two tomato soups and a cheesecake', { 'tomato soup': 2, cheesecake: 1 }],
    ['two cheesecakes, no, make that three and a lasagna', { cheesecake: 3, lasagna: 1 }],
    ['two cheesecakes and a lasagna', { cheesecake: 2, lasagna: 1 }],
  ])('are what was said last of a thing: %s', (said, expected) => {
    const lines = taken(said);
    expect(counts(lines)).toEqual(
      Object.fromEntries(Object.entries(expected).map(([item, count]) => [idOf(item), count])),
    );
    expect(lines.map(({ note }) => note)).toEqual(lines.map(() => null));
  });

  it.each([
    [
      'two tomato soups and a large pepperoni pizza with mushrooms',
      '2 tomato soups and 1 large pepperoni pizza with mushrooms',
    ],
    ['three large pepperoni pizzas', '3 large pepperoni pizzas'],
    ['two cheeseburgers, one without onions', '1 cheeseburger and 1 cheeseburger without onions'],
    [
      'two large margheritas, one with mushrooms, and a garlic bread',
      '1 large margherita pizza, 1 large margherita pizza with mushrooms and 1 garlic bread',
    ],
  ])('are read back as one says them: %s', (said, words) => {
    const change = recogniseOrder(tokenise(said), menu);
    expect(change && changeOrder([], change, menu)?.words).toBe(words);
  });

  it('cost what the menu says, and nothing else', () => {
    const line = fc.record({
      itemId: fc.constantFrom(...menu.map(({ id }) => id), 'not on the menu'),
      quantity: fc.integer({ min: 1, max: 50 }),
      options: fc.constant<string[]>([]),
      note: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const priced = lines.flatMap(({ itemId, quantity }) => {
          const item = menu.find(({ id }) => id === itemId);
          return item ? [item.priceMinor * quantity] : [];
        });
        const sum = priced.reduce((total, price) => total + price, 0);
        expect(totalOf(lines, menu)?.minor ?? null).toBe(priced.length === 0 ? null : sum);
      }),
    );
  });
});
