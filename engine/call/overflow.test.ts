import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OverflowPolicy } from '../store/index.ts';
import { decideOverflow, type Load } from './overflow.ts';

const load = (changes: Partial<Load> = {}): Load => ({
  serving: true,
  callsNow: 4,
  maxCalls: 4,
  trunkFull: false,
  overflowedNow: 0,
  ...changes,
});
const policy = (kind: OverflowPolicy['kind']): OverflowPolicy => ({
  kind,
  ringGroupId: kind === 'ring-group' ? 'desk' : null,
  retryAfterS: 60,
});

describe('a call that comes while the box is full', () => {
  it.each([
    ['busy', { kind: 'busy' }],
    ['unavailable', { kind: 'unavailable', retryAfterS: 60 }],
    ['message', { kind: 'message' }],
    ['ring-group', { kind: 'ring-group', ringGroupId: 'desk' }],
  ] as const)('gets what the policy says: %s', (kind, decision) => {
    expect(decideOverflow(load(), policy(kind))).toEqual(decision);
  });

  it('is admitted while there is room, whatever the policy', () => {
    for (const kind of ['busy', 'unavailable', 'message', 'ring-group'] as const)
      expect(decideOverflow(load({ callsNow: 3 }), policy(kind))).toEqual({ kind: 'admit' });
  });

  it('rings people even without the models, which a message would need', () => {
    expect(decideOverflow(load({ serving: false, callsNow: 0 }), policy('ring-group')).kind).toBe(
      'ring-group',
    );
    expect(decideOverflow(load({ serving: false, callsNow: 0 }), policy('message'))).toEqual({
      kind: 'unavailable',
      retryAfterS: 10,
    });
  });

  it('is never admitted beyond a limit, and overflows have one too', () => {
    const loads = fc.record({
      serving: fc.boolean(),
      callsNow: fc.nat(8),
      maxCalls: fc.integer({ min: 1, max: 8 }),
      trunkFull: fc.boolean(),
      overflowedNow: fc.nat(8),
    });
    const kinds = fc.constantFrom('busy', 'unavailable', 'message', 'ring-group').map((kind) => policy(kind));
    fc.assert(
      fc.property(loads, kinds, (given, chosen) => {
        const { kind } = decideOverflow(given, chosen);
        const full = given.callsNow >= given.maxCalls || given.trunkFull || !given.serving;
        expect(kind === 'admit').toBe(!full);
        if (given.overflowedNow >= given.maxCalls) expect(['admit', 'busy', 'unavailable']).toContain(kind);
      }),
    );
  });
});
