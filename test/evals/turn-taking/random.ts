/** Evenly between two bounds. */
export const between = (random: () => number, low: number, high: number): number =>
  low + random() * (high - low);

/** One of several. */
export function pick<T>(random: () => number, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
