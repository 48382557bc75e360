/** What the caller said, and what the agent answered. */
export interface Exchange {
  readonly caller: string;
  readonly agent: string;
}

/**
 * Between five and ten are remembered: when there are more, all but five go at once, so that the prompt that begins
 * with them stays the same from turn to turn and is read once.
 */
const fewest = 5;
const most = 10;
/** About 250 tokens, so that a small model on a CPU has read them before the caller goes on. */
const mostCharacters = 1000;
/** Of one side's words. */
const longestText = 120;

const sizeOf = (exchanges: readonly Exchange[]): number =>
  exchanges.reduce((sum, { caller, agent }) => sum + caller.length + agent.length, 0);

/** What was said with one more exchange, the oldest forgotten where it grows too long. */
export function remembered(before: readonly Exchange[], { caller, agent }: Exchange): readonly Exchange[] {
  if (caller === '' || agent === '') return before;
  const next = [...before, { caller: caller.slice(0, longestText), agent: agent.slice(0, longestText) }];
  if (next.length <= most && sizeOf(next) <= mostCharacters) return next;
  let kept = next.slice(-fewest);
  while (sizeOf(kept) > mostCharacters) kept = kept.slice(1);
  return kept;
}
