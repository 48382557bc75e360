import type { TransferFailure } from '../agent/index.ts';

/**
 * The order of an attended transfer, as a pure table: what is done after what. It guards three promises:
 * nothing is done to the caller's ear before the agent's sentence is over, whoever is rung is either
 * bridged or let go, and a caller who is not connected gets the agent back.
 */
export type TransferState =
  /** The agent's sentence is played to its end. */
  | 'finishing'
  /** The caller is told that they are being connected. */
  | 'announcing'
  /** The caller hears music, the person is rung. */
  | 'ringing'
  /** The person hears who is there. */
  | 'briefing'
  /** The person may take the call or not. */
  | 'deciding'
  | 'connected'
  | 'returned'
  | 'cancelled';

export type TransferEvent =
  | { readonly kind: 'agent-quiet' }
  | { readonly kind: 'announced' }
  | { readonly kind: 'answered' }
  | { readonly kind: 'not-answered'; readonly why: TransferFailure }
  | { readonly kind: 'briefed' }
  /** By key at any time, by voice once the briefing is over. */
  | { readonly kind: 'accepted' }
  /** By key, by hanging up, or by saying nothing for too long. */
  | { readonly kind: 'declined' }
  | { readonly kind: 'caller-left' };

export type TransferEffect =
  | 'pause-agent'
  | 'announce'
  | 'hold-caller'
  | 'ring'
  | 'brief'
  | 'await-decision'
  | 'release-caller'
  | 'bridge'
  | 'drop-person'
  | 'resume-agent';

export interface TransferStep {
  readonly state: TransferState;
  readonly effects: readonly TransferEffect[];
  /** Why the caller got the agent back; only of `returned`. */
  readonly why?: TransferFailure;
}

export const transferBegins: TransferStep = { state: 'finishing', effects: ['pause-agent'] };

export const isTransferOver = (state: TransferState): boolean =>
  state === 'connected' || state === 'returned' || state === 'cancelled';

const stay = (state: TransferState): TransferStep => ({ state, effects: [] });
const goBack = (why: TransferFailure, dropsPerson: boolean): TransferStep => ({
  state: 'returned',
  effects: [...(dropsPerson ? (['drop-person'] as const) : []), 'release-caller', 'resume-agent'],
  why,
});
const connect: TransferStep = { state: 'connected', effects: ['release-caller', 'bridge'] };
const rings: readonly TransferEffect[] = ['hold-caller', 'ring'];

/**
 * @param announces whether the caller has still to be told (an agent that transfers has said it itself)
 */
export function transferStep(
  state: TransferState,
  event: TransferEvent,
  { announces }: { readonly announces: boolean },
): TransferStep {
  if (isTransferOver(state)) return stay(state);
  // Dropping covers a person who is still being rung.
  if (event.kind === 'caller-left') return { state: 'cancelled', effects: ['drop-person'] };
  switch (state) {
    case 'finishing':
      if (event.kind !== 'agent-quiet') return stay(state);
      return announces
        ? { state: 'announcing', effects: ['announce'] }
        : { state: 'ringing', effects: rings };
    case 'announcing':
      return event.kind === 'announced' ? { state: 'ringing', effects: rings } : stay(state);
    case 'ringing':
      if (event.kind === 'answered') return { state: 'briefing', effects: ['brief'] };
      return event.kind === 'not-answered' ? goBack(event.why, false) : stay(state);
    case 'briefing':
      if (event.kind === 'accepted') return connect;
      if (event.kind === 'declined') return goBack('declined', true);
      return event.kind === 'briefed' ? { state: 'deciding', effects: ['await-decision'] } : stay(state);
    default:
      if (event.kind === 'accepted') return connect;
      return event.kind === 'declined' ? goBack('declined', true) : stay(state);
  }
}
