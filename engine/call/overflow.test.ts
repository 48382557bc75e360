import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClosedPolicy, OverflowPolicy } from '../store/index.ts';
import { decideAnswer, type Load } from './overflow.ts';

const load = (changes: Partial<Load> = {}): Load => ({
  serving: true,
  callsNow: 4,
  maxCalls: 4,
  trunkFull: false,
  overflowedNow: 0,
  keepsMessages: true,
  ...changes,
});
const policy = (kind: OverflowPolicy['kind']): OverflowPolicy => ({
  kind,
  ringGroupId: kind === 'ring-group' ? 'desk' : null,
  retryAfterS: 60,
});

const decideOpen = (given: Load, full: OverflowPolicy) => decideAnswer(given, { full, closed: null });
const decideClosed = (given: Load, kind: ClosedPolicy['kind'], full: OverflowPolicy['kind'] = 'busy') =>
  decideAnswer(given, {
    full: policy(full),
    closed: { kind, ringGroupId: kind === 'ring-group' ? 'night' : null },
  });

describe('a call that comes while the box is full', () => {
  it.each([
    ['busy', { kind: 'busy', because: 'full' }],
    ['unavailable', { kind: 'unavailable', retryAfterS: 60 }],
    ['message', { kind: 'message', because: 'full' }],
    ['ring-group', { kind: 'ring-group', ringGroupId: 'desk', because: 'full' }],
  ] as const)('gets what the policy says: %s', (kind, decision) => {
    expect(decideOpen(load(), policy(kind))).toEqual(decision);
  });

  it('is admitted while there is room, whatever the policy', () => {
    for (const kind of ['busy', 'unavailable', 'message', 'ring-group'] as const)
      expect(decideOpen(load({ callsNow: 3 }), policy(kind))).toEqual({ kind: 'admit' });
  });

  it('rings people even without the models, which a message would need', () => {
    expect(decideOpen(load({ serving: false, callsNow: 0 }), policy('ring-group')).kind).toBe('ring-group');
    expect(decideOpen(load({ serving: false, callsNow: 0 }), policy('message'))).toEqual({
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
      keepsMessages: fc.boolean(),
    });
    const kinds = fc.constantFrom('busy', 'unavailable', 'message', 'ring-group').map((kind) => policy(kind));
    const closedKinds = fc.constantFrom(null, 'agent', 'message', 'ring-group', 'busy');
    fc.assert(
      fc.property(loads, kinds, closedKinds, (given, chosen, closedKind) => {
        const closed = closedKind && {
          kind: closedKind,
          ringGroupId: closedKind === 'ring-group' ? 'night' : null,
        };
        const { kind } = decideAnswer(given, { full: chosen, closed });
        const full = given.callsNow >= given.maxCalls || given.trunkFull || !given.serving;
        expect(kind === 'admit').toBe(!full && (closed === null || closed.kind === 'agent'));
        if (!given.keepsMessages) expect(kind).not.toBe('message');
        if (given.overflowedNow >= given.maxCalls) expect(['admit', 'busy', 'unavailable']).toContain(kind);
      }),
    );
  });
});

describe('a call that comes while the business is closed', () => {
  it.each([
    ['agent', { kind: 'admit' }],
    ['message', { kind: 'message', because: 'closed' }],
    ['ring-group', { kind: 'ring-group', ringGroupId: 'night', because: 'closed' }],
    ['busy', { kind: 'busy', because: 'closed' }],
  ] as const)('gets what the policy says: %s', (kind, decision) => {
    expect(decideClosed(load({ callsNow: 0 }), kind)).toEqual(decision);
  });

  it('overflows like others where it was to have an agent', () => {
    expect(decideClosed(load(), 'agent', 'message')).toEqual({ kind: 'message', because: 'full' });
  });

  it('falls to the policy for a full box where its own cannot be carried, and never to an agent', () => {
    expect(decideClosed(load({ callsNow: 0, overflowedNow: 4 }), 'message', 'unavailable')).toEqual({
      kind: 'unavailable',
      retryAfterS: 60,
    });
    expect(decideClosed(load({ serving: false }), 'message', 'ring-group')).toEqual({
      kind: 'ring-group',
      ringGroupId: 'desk',
      because: 'full',
    });
  });
});
