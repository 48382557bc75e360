import { beforeEach, describe, expect, it } from 'vitest';
import { type Clock, silentLog } from '../../foundation/index.ts';
import { createDefence, type DefenceParts } from './defence.ts';
import { createGuesses } from './guesses.ts';

let nowMs: number;
const clock: Clock = { nowMs: () => 1_790_000_000_000 + nowMs, monotonicMs: () => nowMs };
const bans: DefenceParts['bans'] = { active: () => [], find: () => null, put: () => {}, purge: () => 0 };
const start = (more: Partial<DefenceParts>) => ({
  defence: createDefence({ clock, bans, log: silentLog, guesses: createGuesses({ clock }), ...more }),
});
const udp = (address: string) => ({ address, transport: 'udp' }) as const;
const register = {
  ...{ method: 'REGISTER', uri: 'sip:box', userAgent: 'Desk 1.0' },
  ...{ fromUri: 'sip:desk@box', account: null },
};
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
});
