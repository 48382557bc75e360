import type { Call, CallerLine } from '../../engine/api/contract/index.ts';

/** A caller as the list shows them. */
export interface ListedCaller extends Pick<CallerLine, 'number' | 'name' | 'calls' | 'optedOut'> {
  readonly lastAtMs: number;
}

export type CallerSort = 'last' | 'name';

/**
 * Those who are remembered, and those who have called without being so: a box that keeps no memory still shows who
 * rang. Whoever called last comes first, or they stand by name; numbers withheld or forgotten belong to nobody.
 */
export function listedCallers(
  lines: readonly CallerLine[],
  calls: readonly Call[],
  sort: CallerSort = 'last',
): ListedCaller[] {
  const byNumber = new Map<string, ListedCaller>();
  for (const { callerNumber: number, callerName: name, direction, startedAtMs } of calls) {
    if (number === null || direction === 'outbound') continue;
    const known = byNumber.get(number);
    byNumber.set(number, {
      ...{ number, optedOut: false, name: known?.name ?? name, calls: (known?.calls ?? 0) + 1 },
      lastAtMs: Math.max(known?.lastAtMs ?? 0, startedAtMs),
    });
  }
  for (const { number, name, calls: counted, optedOut, lastCallAtMs, changedAtMs } of lines) {
    const seen = byNumber.get(number);
    byNumber.set(number, {
      ...{ number, optedOut, name: name ?? seen?.name ?? null },
      ...{
        calls: Math.max(counted, seen?.calls ?? 0),
        lastAtMs: Math.max(seen?.lastAtMs ?? 0, lastCallAtMs ?? 0) || changedAtMs,
      },
    });
  }
  const byName = (one: ListedCaller, other: ListedCaller): number =>
    Number(one.name === null) - Number(other.name === null) ||
    (one.name ?? '').localeCompare(other.name ?? '');
  return [...byNumber.values()].toSorted(
    (one, other) =>
      (sort === 'name' ? byName(one, other) : 0) ||
      other.lastAtMs - one.lastAtMs ||
      one.number.localeCompare(other.number),
  );
}
