import { describe, expect, it } from 'vitest';
import type { Trunk } from '../store/index.ts';
import { failsOver, type TrunkState, trunkOrder } from './trunk-choice.ts';

const trunk = (id: string, changes: Partial<Trunk> = {}): Trunk => ({
  id,
  name: id,
  kind: 'registration',
  preset: 'generic-registration',
  enabled: true,
  underTest: false,
  address: null,
  addresses: [],
  username: null,
  ha1: null,
  host: 'carrier.example',
  port: null,
  transport: 'udp',
  outboundProxy: null,
  authUsername: null,
  hasPassword: false,
  registerIntervalS: 600,
  codecs: ['PCMU'],
  srtp: 'off',
  dtmf: 'rfc4733',
  callerId: null,
  maxCalls: null,
  priority: 10,
  ...changes,
});

const order = (
  trunks: readonly Trunk[],
  states: Readonly<Record<string, Partial<TrunkState>>> = {},
): string[] => trunkOrder(trunks, (id) => ({ health: 'up', callsNow: 0, ...states[id] })).map(({ id }) => id);

describe('the choice of a trunk', () => {
  it('goes by priority among the healthy ones, then by name', () => {
    expect(
      order([trunk('c', { priority: 20 }), trunk('b'), trunk('a'), trunk('d', { priority: 1 })]),
    ).toEqual(['d', 'a', 'b', 'c']);
  });

  it('puts those that are down last, and leaves out what cannot carry the call', () => {
    const trunks = [
      trunk('down', { priority: 1 }),
      trunk('unknown', { priority: 1 }),
      trunk('up', { priority: 9 }),
      trunk('off', { enabled: false }),
      trunk('inbound-only', { host: null }),
      trunk('full', { maxCalls: 2 }),
      trunk('room', { maxCalls: 2, priority: 99 }),
    ];
    const states = {
      down: { health: 'down' },
      unknown: { health: 'unknown' },
      full: { callsNow: 2 },
      room: { callsNow: 1 },
    } as const;
    expect(order(trunks, states)).toEqual(['up', 'room', 'unknown', 'down']);
  });

  it('tries the next trunk after a failure of the trunk, not after an answer of the callee', () => {
    for (const status of [null, 403, 408, 500, 503]) expect(failsOver(status)).toBe(true);
    for (const status of [404, 480, 486, 487, 600, 603]) expect(failsOver(status)).toBe(false);
  });
});
