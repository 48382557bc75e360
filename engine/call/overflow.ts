import type { OverflowPolicy } from '../store/index.ts';

/** How full the box is for one call that comes. */
export interface Load {
  /** The models are loaded: an agent can answer. */
  readonly serving: boolean;
  /** Calls with an agent, or that are going to have one. */
  readonly callsNow: number;
  readonly maxCalls: number;
  /** The trunk that the call came through has as many calls as it may. */
  readonly trunkFull: boolean;
  /** Calls without an agent that overflowed: they have a limit of their own. */
  readonly overflowedNow: number;
}

/** What becomes of a call when the agents are full. */
export type OverflowDecision =
  | { readonly kind: 'admit' }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable'; readonly retryAfterS: number }
  | { readonly kind: 'message' }
  | { readonly kind: 'ring-group'; readonly ringGroupId: string };

/** Wait that is told where no agent can answer yet. */
export const loadingRetryS = 10;

/**
 * Decides by the tenant's policy; calls that were admitted are never touched. Where a call that overflows
 * would need what is not there, it is refused: no voice can be made without the models, so no announcement,
 * and calls without an agent are limited to as many again, since each holds a port.
 */
export function decideOverflow(load: Load, policy: OverflowPolicy): OverflowDecision {
  // A trunk's limit is an agreement with the carrier, or about money: nothing of the box's makes room for it.
  if (load.trunkFull) return { kind: 'busy' };
  const room = load.callsNow < load.maxCalls;
  if (load.serving && room) return { kind: 'admit' };
  const canCarry = load.overflowedNow < load.maxCalls;
  if (policy.kind === 'ring-group' && policy.ringGroupId !== null && canCarry) {
    return { kind: 'ring-group', ringGroupId: policy.ringGroupId };
  }
  if (!load.serving) return { kind: 'unavailable', retryAfterS: loadingRetryS };
  if (policy.kind === 'message' && canCarry) return { kind: 'message' };
  if (policy.kind === 'unavailable') return { kind: 'unavailable', retryAfterS: policy.retryAfterS };
  return { kind: 'busy' };
}
