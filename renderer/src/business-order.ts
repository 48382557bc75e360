import type { Business } from '../../engine/api/contract/index.ts';

/** What a list of businesses can be put in order by. */
const values = {
  name: ({ tenant }: Business) => tenant.name,
  calls: ({ callsToday }: Business) => callsToday,
  booked: ({ bookedToday }: Business) => bookedToday,
  alerts: ({ openAlerts }: Business) => openAlerts,
  failure: ({ lastFailureAtMs }: Business) => lastFailureAtMs ?? 0,
} as const;
type Column = keyof typeof values;

export interface Order {
  readonly by: Column;
  readonly down: boolean;
}

export const isSortable = (column: string): column is Column => column in values;

/** By another column most comes first, names by the alphabet; by the same one it turns round. */
export const turned = (order: Order, by: Column): Order =>
  order.by === by ? { by, down: !order.down } : { by, down: by !== 'name' };

const names = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const byName = (one: Business, other: Business): number => names.compare(one.tenant.name, other.tenant.name);

/** Those that are alike stand by their names, whichever way round. */
export function inOrder(businesses: readonly Business[], { by, down }: Order): Business[] {
  const sign = down ? -1 : 1;
  const compare = (one: Business, other: Business): number =>
    by === 'name' ? byName(one, other) : values[by](one) - values[by](other);
  return businesses.toSorted((one, other) => sign * compare(one, other) || byName(one, other));
}
