import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock, silentLog } from '../../foundation/index.ts';
import { createDefence, type DefenceParts } from './defence.ts';
import { defaultLimits } from './limits.ts';

let nowMs: number;
const clock: Clock = { nowMs: () => 1_790_000_000_000 + nowMs, monotonicMs: () => nowMs };
const bans: DefenceParts['bans'] = { active: () => [], find: () => null, put: () => {}, purge: () => 0 };
const start = (more: Partial<DefenceParts>) => ({
  defence: createDefence({ clock, bans, log: silentLog, ...more }),
});
const udp = (address: string) => ({ address, transport: 'udp' }) as const;
const register = { method: 'REGISTER', uri: 'sip:box', userAgent: 'Desk 1.0', fromUri: 'sip:desk@box' };
const stranger = '192.0.2.66';

beforeEach(() => {
  nowMs = 0;
});

describe('a source with a registered phone', () => {
  it('is known as soon as the registrar knows it, by IPv4 and IPv6, and read once for each change', () => {
    let bindings: { readonly flow: string; readonly expiresAtMs: number }[] = [];
    let reads = 0;
    let changed = (): void => {};
    const registrations = {
      load: () => {
        reads += 1;
        return bindings;
      },
      onChange: (listener: () => void) => {
        changed = listener;
        return () => {};
      },
    };
    const { defence } = start({ registrations });
    for (let i = 0; i < 500; i += 1) defence.admits(udp(`198.51.100.${i & 255}`));
    expect(reads).toBe(1);
    const expiresAtMs = clock.nowMs() + 600_000;
    bindings = ['udp/192.0.2.20:5060', 'udp/[2001:db8::20]:5060'].map((flow) => ({ flow, expiresAtMs }));
    changed();
    for (const address of ['192.0.2.20', '2001:db8::20', stranger]) {
      for (let i = 0; i < 30; i += 1) {
        defence.inspect(register, udp(address));
        defence.answered(401, udp(address), 'REGISTER');
      }
    }
    expect(reads).toBe(2);
    expect(defence.list().map(({ address }) => address)).toEqual([stranger]);
    // Its time is over.
    nowMs += 700_000;
    for (let i = 0; i < 20; i += 1) defence.answered(401, udp('192.0.2.20'), 'REGISTER');
    expect(defence.list().map(({ address }) => address)).toContain('192.0.2.20');
  });

  it('cannot be used to guess passwords fast, and its phone goes on', () => {
    const { defence } = start({ standingOf: () => 'registered' });
    const source = udp('192.0.2.20');
    let guesses = 0;
    for (; nowMs < 9 * 60_000; nowMs += 100) {
      if (defence.inspect(register, source) === 'drop') continue;
      guesses += 1;
      defence.answered(401, source, 'REGISTER');
    }
    expect(defence.list()).toEqual([]);
    const { perS, burst } = defaultLimits.suspectRequests;
    expect(guesses).toBeLessThanOrEqual(defaultLimits.failures + burst + perS * 9 * 60);
    nowMs += 4000;
    expect(defence.inspect(register, source)).toBe('take');
    expect(defence.inspect(register, source)).toBe('take');
    nowMs += defaultLimits.failureWindowMs;
    let taken = 0;
    while (defence.inspect(register, source) === 'take') taken += 1;
    expect(taken).toBe(defaultLimits.requests.burst);
  });
});
