import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallState } from '../store/index.ts';
import { isOver, nextState } from './state.ts';

const states: readonly CallState[] = [
  'invited',
  'ringing',
  'answered',
  'transferring',
  'ended',
  'rejected',
  'cancelled',
];

describe('the states of a call', () => {
  it('lets an answered call be transferred, come back and end', () => {
    const path: readonly CallState[] = ['answered', 'transferring', 'answered', 'ended'];
    expect(path.reduce(nextState, 'invited')).toBe('ended');
  });

  it('refuses to answer twice and to leave a final state', () => {
    expect(() => nextState('answered', 'answered')).toThrow(/cannot go/);
    expect(() => nextState('ended', 'answered')).toThrow(/cannot go/);
    expect(() => nextState('rejected', 'ended')).toThrow(/cannot go/);
  });

  it('never comes back from a final state, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { maxLength: 20 }), (tries) => {
        let state: CallState = 'invited';
        let wasOver = false;
        for (const to of tries) {
          try {
            state = nextState(state, to);
            expect(wasOver).toBe(false);
          } catch {
            // an illegal move leaves the state as it was
          }
          wasOver = isOver(state);
        }
      }),
    );
  });
});
