import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, silentLog, systemIds, VoxboxError } from '../../foundation/index.ts';
import type { GuardedSource } from '../../sip/index.ts';
import { type Ban, type Box, openBox } from '../../store/index.ts';
import { createDefence, type DefenceParts, type Standing } from './defence.ts';
import { createGuesses } from './guesses.ts';
import { defaultLimits } from './limits.ts';
import { isScanner } from './scanners.ts';
import { banTimeMs } from './source.ts';

let nowMs: number;
const clock: Clock = { nowMs: () => 1_790_000_000_000 + nowMs, monotonicMs: () => nowMs };

/** Keeps bans in memory. */
function fakeBans(): DefenceParts['bans'] & { readonly rows: Map<string, Ban> } {
  const rows = new Map<string, Ban>();
  return {
    rows,
    active: (atMs) => [...rows.values()].filter((ban) => ban.untilMs > atMs),
    find: (address) => rows.get(address) ?? null,
    put: (ban) => {
      rows.set(ban.address, ban);
    },
    purge: () => 0,
  };
}

const standing = new Map<string, Standing>();
function start(more: Partial<DefenceParts> = {}) {
  const bans = fakeBans();
  const standingOf = (address: string): Standing => standing.get(address) ?? 'unknown';
  const guesses = createGuesses({ clock });
  return {
    bans,
    guesses,
    defence: createDefence({ clock, bans, log: silentLog, guesses, standingOf, ...more }),
  };
}

const udp = (address: string) => ({ address, transport: 'udp' }) as const;
const tcp = (address: string) => ({ address, transport: 'tcp' }) as const;
const register = {
  ...{ method: 'REGISTER', uri: 'sip:box', userAgent: 'Desk 1.0' },
  ...{ fromUri: 'sip:desk@box', account: null },
};
const stranger = '192.0.2.66';

beforeEach(() => {
  nowMs = 0;
  standing.clear();
});

describe('scanners', () => {
  it.each([
    'friendly-scanner',
    'SIPVicious 0.3',
    'sipcli/v1.8',
    'pplsip',
    'VaxSIPUserAgent/3.1',
    'sipsak 0.9.7',
    'sundayddr',
  ])('are known by the agent %s', (userAgent) => {
    expect(isScanner({ userAgent, fromUri: null })).toBe(true);
  });

  it('are known by the From of their defaults, and honest phones are not', () => {
    expect(isScanner({ userAgent: null, fromUri: 'sip:100@1.1.1.1' })).toBe(true);
    expect(isScanner({ userAgent: null, fromUri: 'sip:nm@nm' })).toBe(true);
    for (const userAgent of [
      'baresip v3.1',
      'Linphone/5.2',
      'Yealink SIP-T46U',
      'Zoiper rv2.10',
      'FPBX-16.0 (Asterisk)',
      '3CXPhoneSystem',
      'Twilio Gateway',
      'Telnyx SIP Proxy',
      null,
    ]) {
      expect(isScanner({ userAgent, fromUri: 'sip:100@192.0.2.1' }), userAgent ?? '').toBe(false);
    }
  });

  it('get no answer at all, and soon are not read any more', () => {
    const { defence, bans } = start();
    const probe = { ...register, method: 'OPTIONS', userAgent: 'friendly-scanner' };
    expect(defence.inspect(probe, udp(stranger))).toBe('drop');
    expect(defence.admits(udp(stranger))).toBe(true);
    defence.inspect(probe, udp(stranger));
    defence.inspect(probe, udp(stranger));
    expect(defence.admits(udp(stranger))).toBe(false);
    expect(bans.rows.get(stranger)).toMatchObject({ reason: 'scanner', count: 1 });
    expect(defence.figures()).toMatchObject({ scanners: 3, bansNow: 1 });
  });
});

/** @returns how often it is refused before it is shut out, 1000 at most */
function fail(defence: ReturnType<typeof start>['defence'], source: GuardedSource = udp(stranger)): number {
  let asked = 0;
  while (defence.admits(source) && asked < 1000) {
    asked += 1;
    defence.answered(403, source, 'REGISTER');
    nowMs += 100;
  }
  return asked;
}

describe('who is refused again and again', () => {
  it('is banned, each time for longer, and heard again afterwards', () => {
    const { defence, bans } = start();
    const times: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      expect(fail(defence)).toBeLessThan(20);
      const { untilMs, bannedAtMs, count } = bans.rows.get(stranger) ?? {
        untilMs: 0,
        bannedAtMs: 0,
        count: 0,
      };
      expect(count).toBe(i + 1);
      times.push(untilMs - bannedAtMs);
      nowMs = untilMs - clock.nowMs() + nowMs - 1;
      expect(defence.admits(udp(stranger))).toBe(false);
      nowMs += 1;
      expect(defence.admits(udp(stranger))).toBe(true);
    }
    expect(times).toEqual([5, 20, 80, 320].map((minutes) => minutes * 60_000));
    expect(banTimeMs(defaultLimits, 1000)).toBe(defaultLimits.longestBanMs);
  });

  it('is not banned when a challenge is only the first step', () => {
    const { defence } = start();
    for (let i = 0; i < 500; i += 1) {
      defence.answered(401, udp(stranger), 'REGISTER');
      defence.answered(200, udp(stranger), 'REGISTER');
      nowMs += 1000;
    }
    expect(defence.list()).toEqual([]);
  });

  it('is banned for guessing passwords, slowly enough or not at all', () => {
    const { defence } = start();
    for (let i = 0; i < 19; i += 1) defence.answered(401, udp(stranger), 'REGISTER');
    nowMs += defaultLimits.failureWindowMs;
    defence.answered(401, udp(stranger), 'REGISTER');
    expect(defence.list()).toEqual([]);
    for (let i = 0; i < 19; i += 1) defence.answered(401, udp(stranger), 'INVITE');
    expect(defence.list()).toHaveLength(1);
  });

  it('is banned for trying many names', () => {
    const { defence } = start();
    for (let i = 0; i < 12; i += 1) {
      defence.inspect({ ...register, fromUri: `sip:${100 + i}@box` }, udp(stranger));
    }
    expect(defence.list()).toMatchObject([{ address: stranger, reason: 'tried many names' }]);
  });

  it('is not banned for the names of its callers when they are let in, busy or not', () => {
    const { defence } = start();
    for (let i = 0; i < 200; i += 1) {
      const fromUri = `sip:+1212555${1000 + i}@pbx`;
      expect(defence.inspect({ ...register, method: 'INVITE', fromUri }, udp(stranger))).toBe('take');
      defence.answered(401, udp(stranger), 'INVITE');
      defence.answered([200, 486, 487, 488][i % 4] ?? 200, udp(stranger), 'INVITE');
      nowMs += 1000;
    }
    expect(defence.list()).toEqual([]);
    // An OPTIONS that is answered lets nobody in.
    for (let i = 0; i < 12; i += 1) {
      defence.inspect({ ...register, method: 'OPTIONS', fromUri: `sip:${i}@box` }, udp(stranger));
      defence.answered(200, udp(stranger), 'OPTIONS');
    }
    expect(defence.list()).toMatchObject([{ reason: 'tried many names' }]);
  });

  it('is never a trunk, the loopback, or an address that phones share with it', () => {
    standing.set('192.0.2.10', 'trunk').set('192.0.2.20', 'registered');
    const { defence } = start();
    for (const source of [
      udp('127.0.0.1'),
      udp('::1'),
      tcp('127.0.0.9'),
      tcp('192.0.2.10'),
      udp('192.0.2.20'),
      tcp('192.0.2.20'),
    ]) {
      expect(fail(defence, source), source.address).toBe(1000);
      expect(defence.inspect(register, source)).toBe('take');
    }
    expect(defence.list()).toEqual([]);
    const strict = start({ trustLoopback: false }).defence;
    expect(fail(strict, udp('127.0.0.1'))).toBeLessThan(20);
  });
});

describe('who guesses passwords where others are known', () => {
  it.each(['registered', 'trunk'] as const)('is not heard any more: %s', (known) => {
    standing.set('192.0.2.20', known);
    const { defence, guesses } = start();
    const source = udp('192.0.2.20');
    const ask = (account: string): 'take' | 'drop' => defence.inspect({ ...register, account }, source);
    guesses.tried('own', source.address, true);
    let looked = 0;
    for (let i = 0; i < 50; i += 1) {
      if (ask('boss') === 'drop') continue;
      looked += 1;
      guesses.tried('boss', source.address, false);
      defence.answered(401, source, 'REGISTER');
    }
    expect(looked).toBe(defaultLimits.guesses.burst);
    expect(ask('own')).toBe('take');
    expect(defence.inspect(register, source)).toBe('take');
    expect(defence.list()).toEqual([]);
    defence.forget(source.address);
    expect(ask('boss')).toBe('take');
  });

  it('is known with the first right password, by which nobody forges an address', () => {
    const { defence, guesses } = start();
    guesses.tried('own', stranger, true);
    defence.answered(200, udp(stranger), 'INVITE');
    expect(fail(defence)).toBe(1000);
    expect(defence.list()).toEqual([]);
    nowMs += 25 * 3_600_000;
    expect(fail(defence)).toBeLessThan(20);
  });
});

describe('a flood', () => {
  it('from many sources is cut off for all who are unknown, and for nobody else', () => {
    standing.set('192.0.2.10', 'trunk').set('192.0.2.20', 'registered');
    const { defence } = start();
    let taken = 0;
    for (let i = 0; i < 5000; i += 1) {
      const from = udp(`198.51.${i >> 8}.${i & 255}`);
      if (defence.inspect({ ...register, method: 'OPTIONS' }, from) === 'take') taken += 1;
    }
    expect(taken).toBe(defaultLimits.strangers.burst);
    expect(defence.inspect(register, udp('192.0.2.10'))).toBe('take');
    expect(defence.inspect(register, udp('192.0.2.20'))).toBe('take');
    expect(defence.inspect(register, udp(stranger))).toBe('drop');
    nowMs += 1000;
    expect(defence.inspect(register, udp(stranger))).toBe('take');
    expect(defence.list()).toEqual([]);
  });

  it('in the name of a trunk takes no room from its calls', () => {
    standing.set('192.0.2.10', 'trunk');
    const { defence } = start();
    const source = udp('192.0.2.10');
    let taken = 0;
    const missed: number[] = [];
    for (; nowMs < 60_000; nowMs += 1) {
      if (defence.inspect({ ...register, method: 'OPTIONS' }, source) === 'take') taken += 1;
      if (defence.inspect({ ...register, method: 'INVITE' }, source) !== 'take') missed.push(nowMs);
    }
    expect(missed).toEqual([]);
    const { burst, perS } = defaultLimits.trunkRequests;
    expect(taken).toBeLessThanOrEqual(burst + perS * 60);
    expect(defence.list()).toEqual([]);
  });

  it('is cut off at the limit of its source alone', () => {
    const { defence } = start();
    let admitted = 0;
    for (let i = 0; i < 10_000; i += 1) if (defence.admits(udp(stranger))) admitted += 1;
    expect(admitted).toBe(defaultLimits.messages.burst);
    expect(defence.admits(udp('192.0.2.67'))).toBe(true);
    let taken = 0;
    for (let i = 0; i < 1000; i += 1) if (defence.inspect(register, udp('192.0.2.68')) === 'take') taken += 1;
    expect(taken).toBe(defaultLimits.requests.burst);
  });

  it('leaves the memory bounded and what is banned silent, whatever comes', () => {
    const limits = { sources: 20, firstBanMs: 60_000 };
    const step = fc.record({
      address: fc.oneof(
        fc.nat(60).map((i) => `192.0.2.${i}`),
        fc.nat(60).map((i) => `2001:db8:${i}::1`),
        fc.string({ maxLength: 50 }),
      ),
      what: fc.constantFrom('admits', 'inspect', 'answered'),
      text: fc.string({ maxLength: 300 }),
      status: fc.constantFrom(200, 401, 403, 404, 486),
      gapMs: fc.nat(3000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        nowMs = 0;
        const { defence } = start({ limits });
        for (const { address, what, text, status, gapMs } of steps) {
          nowMs += gapMs;
          const source = udp(address);
          if (what === 'admits') defence.admits(source);
          else if (what === 'answered') defence.answered(status, source, 'REGISTER');
          else
            defence.inspect(
              { ...register, uri: text, userAgent: text, fromUri: text, account: text },
              source,
            );
          for (const ban of defence.list()) {
            if (!ban.address.includes(':')) expect(defence.admits(udp(ban.address))).toBe(false);
          }
          expect(defence.figures().sources).toBeLessThanOrEqual(limits.sources);
          expect(defence.list().length).toBeLessThanOrEqual(limits.sources);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('from many forged addresses writes little to the disk, and a full disk opens no door', () => {
    let written = 0;
    const bans = {
      ...fakeBans(),
      put: () => {
        written += 1;
        throw new VoxboxError('disk_full', 'the disk is full');
      },
    };
    const { defence } = start({ bans });
    for (let i = 0; i < 1000; i += 1) {
      const source = udp(`198.51.${i >> 8}.${i & 255}`);
      for (let n = 0; n < 7; n += 1) defence.answered(403, source, 'INVITE');
      expect(defence.admits(source)).toBe(false);
    }
    expect(written).toBe(defaultLimits.storedBans.burst);
  });
});

describe('bans in the store', () => {
  let dataDir: string;
  let box: Box;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'voxbox-defence-'));
    box = openBox({ dataDir, clock, ids: systemIds, log: silentLog });
  });

  afterEach(() => {
    box.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('hold over a restart and end when a person lifts them', () => {
    const parts = { clock, log: silentLog, guesses: createGuesses({ clock }) };
    const first = createDefence({ ...parts, bans: box.bans });
    for (let i = 0; i < 7; i += 1) first.answered(403, udp(stranger), 'INVITE');
    first.stop();
    const second = createDefence({ ...parts, bans: box.bans, onEvent: box.onEvent });
    expect(second.admits(udp(stranger))).toBe(false);
    expect(second.list()).toEqual(box.bans.list());
    box.bans.lift(stranger);
    expect(second.admits(udp(stranger))).toBe(true);
    expect(second.list()).toEqual([]);
    second.stop();
    second.stop();
  });
});
