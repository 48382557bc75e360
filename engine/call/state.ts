import type { CallState } from '../store/index.ts';

/** Which state may follow which; everything else is a programming error and throws. */
const moves: Readonly<Record<CallState, readonly CallState[]>> = {
  invited: ['ringing', 'answered', 'rejected', 'cancelled', 'ended'],
  ringing: ['answered', 'rejected', 'cancelled', 'ended'],
  answered: ['transferring', 'ended'],
  transferring: ['answered', 'ended'],
  ended: [],
  rejected: [],
  cancelled: [],
};

/** @throws Error when `to` may not follow `from` */
export function nextState(from: CallState, to: CallState): CallState {
  if (!moves[from].includes(to)) throw new Error(`a call cannot go from ${from} to ${to}`);
  return to;
}

export const isOver = (state: CallState): boolean => moves[state].length === 0;
