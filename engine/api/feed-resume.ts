import type { StoredEvent } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';

/** How far somebody has heard each log of events: the box's own (`box`), and each business's by its id. */
export type Positions = Readonly<Record<string, number>>;

/** Of one log; beyond that a fresh picture is quicker. */
const mostMissed = 500;
const mostLogs = 500;

/** As it stands in the address of a feed: `box:12,<id>:33`. What is no position is left out. */
export function parsePositions(text: string | undefined): Positions | null {
  if (text === undefined) return null;
  const pairs = text
    .split(',')
    .slice(0, mostLogs)
    .map((pair) => /^(box|[0-9a-f-]{36}):(\d{1,15})$/.exec(pair))
    .flatMap((found) => (found ? [[found[1] ?? '', Number(found[2])] as const] : []));
  return pairs.length > 0 ? Object.fromEntries(pairs) : null;
}

type Log = Pick<Box['events'], 'since' | 'position'>;

const logsOf = (box: Box, tenantIds: readonly string[]): readonly (readonly [string, Log])[] => [
  ['box', box.events],
  ...tenantIds.map((id) => [id, box.tenant(id).events] as const),
];

export const positionsOf = (box: Box, tenantIds: readonly string[]): Positions =>
  Object.fromEntries(logsOf(box, tenantIds).map(([log, events]) => [log, events.position()]));

/**
 * What somebody missed since then, oldest first; null where it cannot be told: they know of no position of a log that
 * they may hear now, it was cut off since, it is not the log that they heard, or it is too much.
 */
export function missedSince(
  box: Box,
  tenantIds: readonly string[],
  heard: Positions,
): readonly StoredEvent[] | null {
  const missed: StoredEvent[] = [];
  for (const [log, events] of logsOf(box, tenantIds)) {
    const after = heard[log];
    if (after === undefined || after > events.position()) return null;
    const found = events.since(after, mostMissed + 1);
    const isWhole = found.length === 0 || found[0]?.sequence === after + 1;
    if (!isWhole || found.length > mostMissed) return null;
    missed.push(...found);
  }
  return missed.toSorted((one, other) => one.atMs - other.atMs);
}
