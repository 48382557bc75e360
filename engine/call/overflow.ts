import type { ClosedPolicy, OverflowPolicy } from '../store/index.ts';

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
  /** What a caller leaves is recorded. */
  readonly keepsMessages: boolean;
}

/** Why no agent answers. */
type Because = 'full' | 'closed';

/** What becomes of a call that comes. */
export type AnswerDecision =
  | { readonly kind: 'admit' }
  | { readonly kind: 'busy'; readonly because: Because }
  | { readonly kind: 'unavailable'; readonly retryAfterS: number }
  | { readonly kind: 'message'; readonly because: Because }
  | { readonly kind: 'ring-group'; readonly ringGroupId: string; readonly because: Because };

/** Wait that is told where no agent can answer yet. */
export const loadingRetryS = 10;

/**
 * Decides by the tenant's policies; calls that were admitted are never touched. While the business is closed
 * its policy for that comes first; what cannot be carried falls to the one for a full box. Where a call that
 * overflows would need what is not there, it is refused: without the models no voice can ask for a message,
 * without a recording nothing would keep it, and calls without an agent are limited to as many again, since
 * each holds a port.
 *
 * @param closed null while the business is open, and for calls that its hours are not meant for
 */
export function decideAnswer(
  load: Load,
  { full, closed }: { readonly full: OverflowPolicy; readonly closed: ClosedPolicy | null },
): AnswerDecision {
  // A trunk's limit is an agreement with the carrier, or about money: nothing of the box's makes room for it.
  if (load.trunkFull) return { kind: 'busy', because: 'full' };
  if (closed?.kind === 'busy') return { kind: 'busy', because: 'closed' };
  const isAgents = closed === null || closed.kind === 'agent';
  if (isAgents && load.serving && load.callsNow < load.maxCalls) return { kind: 'admit' };
  const carried = (closed && carry(closed, 'closed', load)) ?? carry(full, 'full', load);
  if (carried) return carried;
  if (!load.serving) return { kind: 'unavailable', retryAfterS: loadingRetryS };
  if (full.kind === 'unavailable') return { kind: 'unavailable', retryAfterS: full.retryAfterS };
  return { kind: 'busy', because: 'full' };
}

/** People or a message in place of an agent, where the policy says so and there is room; else null. */
function carry(
  { kind, ringGroupId }: OverflowPolicy | ClosedPolicy,
  because: Because,
  { serving, overflowedNow, maxCalls, keepsMessages }: Load,
): AnswerDecision | null {
  if (overflowedNow >= maxCalls) return null;
  if (kind === 'ring-group' && ringGroupId !== null) return { kind, ringGroupId, because };
  return kind === 'message' && serving && keepsMessages ? { kind, because } : null;
}
