import { expect, it } from 'vitest';
import type { Business } from '../../engine/api/contract/index.ts';
import { inOrder, isSortable, type Order, turned } from './business-order.ts';

const business = (name: string, openAlerts: number, lastFailureAtMs: number | null = null) =>
  ({ tenant: { name }, openAlerts, lastFailureAtMs, callsToday: 0, bookedToday: 0 }) as Business;
const all = [
  business('salon 10', 0, 5),
  business('Salon 2', 3),
  business('Bakery', 0),
  business('Café', 3, 9),
];
const told = (order: Order) => inOrder(all, order).map(({ tenant }) => tenant.name);

it('puts first what needs somebody, and what is alike by its name', () => {
  expect(told({ by: 'alerts', down: true })).toEqual(['Café', 'Salon 2', 'Bakery', 'salon 10']);
  expect(told({ by: 'alerts', down: false })).toEqual(['Bakery', 'salon 10', 'Café', 'Salon 2']);
  expect(told({ by: 'name', down: false })).toEqual(['Bakery', 'Café', 'Salon 2', 'salon 10']);
  // Who never failed comes last where the latest failure comes first.
  expect(told({ by: 'failure', down: true })).toEqual(['Café', 'salon 10', 'Bakery', 'Salon 2']);
});

it('turns round by the same column, and begins with the most by another', () => {
  expect(turned({ by: 'alerts', down: true }, 'alerts')).toEqual({ by: 'alerts', down: false });
  expect(turned({ by: 'alerts', down: false }, 'calls')).toEqual({ by: 'calls', down: true });
  expect(turned({ by: 'calls', down: true }, 'name')).toEqual({ by: 'name', down: false });
  expect([isSortable('booked'), isSortable('act')]).toEqual([true, false]);
});
