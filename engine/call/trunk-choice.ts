import type { Trunk } from '../store/index.ts';

/** What is known of a trunk beside its settings. */
export interface TrunkState {
  /** Registered, or answering; `unknown` before the first answer. */
  readonly health: 'up' | 'down' | 'unknown';
  readonly callsNow: number;
}

/**
 * The trunks that may carry an outgoing call, in the order in which they are tried: healthy ones by
 * priority, then those of which nothing is known. One that is down is tried last, because health is a
 * memory: a call is the better question. Full ones and those that only ring in are left out.
 */
export function trunkOrder(trunks: readonly Trunk[], stateOf: (id: string) => TrunkState): readonly Trunk[] {
  const rank = { up: 0, unknown: 1, down: 2 } as const;
  return trunks
    .map((trunk) => ({ trunk, state: stateOf(trunk.id) }))
    .filter(({ trunk, state }) => trunk.enabled && trunk.host !== null && !isFull(trunk, state.callsNow))
    .sort(
      (a, b) =>
        rank[a.state.health] - rank[b.state.health] ||
        a.trunk.priority - b.trunk.priority ||
        a.trunk.name.localeCompare(b.trunk.name),
    )
    .map(({ trunk }) => trunk);
}

export const isFull = (trunk: Pick<Trunk, 'maxCalls'>, callsNow: number): boolean =>
  trunk.maxCalls !== null && callsNow >= trunk.maxCalls;

/**
 * Whether another trunk may succeed where one has failed: it was the trunk that failed, not the person. A
 * 4xx other than those of the account or of the trunk's own limits is the callee's answer (RFC 3261 §21).
 *
 * @param status final SIP status; null where none came
 */
export const failsOver = (status: number | null): boolean =>
  status === null || [401, 403, 407, 408, 429].includes(status) || (status >= 500 && status < 600);
