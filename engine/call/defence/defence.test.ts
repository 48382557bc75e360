import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, silentLog, systemIds, VoxboxError } from '../../foundation/index.ts';
import type { GuardedSource } from '../../sip/index.ts';
import { type Ban, type Box, openBox } from '../../store/index.ts';
import { createDefence, type DefenceParts, type Standing } from './defence.ts';
import { defaultLimits } from './limits.ts';
import { isScanner } from './scanners.ts';
import { banTimeMs, fullBucket, sourceKey, take } from './source.ts';

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
  return { bans, defence: createDefence({ clock, bans, log: silentLog, standingOf, ...more }) };
}

const udp = (address: string) => ({ address, transport: 'udp' }) as const;
const tcp = (address: string) => ({ address, transport: 'tcp' }) as const;
const register = { method: 'REGISTER', uri: 'sip:box', userAgent: 'Desk 1.0', fromUri: 'sip:desk@box' };
const stranger = '192.0.2.66';

beforeEach(() => {
  nowMs = 0;
  standing.clear();
});

describe('a bucket', () => {
  it('never gives more than its burst and its rate, in any stretch of time', () => {
    const rate = { perS: 5, burst: 10 };
    fc.assert(
      fc.property(fc.array(fc.nat(700), { minLength: 1, maxLength: 200 }), fc.nat(), (gapsMs, seed) => {
        const bucket = fullBucket(rate, 0);
        let atMs = 0;
        const takenAt: number[] = [];
        for (const gapMs of gapsMs) {
          atMs += gapMs;
          // Now and then the clock steps back.
          const seen = (seed + atMs) % 11 === 0 ? atMs - 500 : atMs;
          if (take(bucket, rate, seen)) takenAt.push(atMs);
        }
        for (const [from, fromMs] of takenAt.entries()) {
          for (const [to, toMs] of takenAt.entries()) {
            if (to < from) continue;
            expect(to - from + 1).toBeLessThanOrEqual(
              rate.burst + (rate.perS * (toMs - fromMs)) / 1000 + 1e-6,
            );
          }
        }
      }),
    );
  });
});

describe('a source', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::2', '0:0:0:0::/64'],
  ])('%s is known as %s', (address, key) => {
    expect(sourceKey(address)).toBe(key);
  });
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

describe('who is refused again and again', () => {
  const fail = (
    defence: ReturnType<typeof start>['defence'],
    source: GuardedSource = udp(stranger),
  ): number => {
    let asked = 0;
    while (defence.admits(source) && asked < 1000) {
      asked += 1;
      defence.answered(403, source, 'REGISTER');
      nowMs += 100;
    }
    return asked;
  };

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

  it('is never a trunk or the loopback; a phone only over a connection', () => {
    standing.set('192.0.2.10', 'trunk').set('192.0.2.20', 'registered');
    const { defence } = start();
    for (const source of [
      udp('127.0.0.1'),
      udp('::1'),
      tcp('127.0.0.9'),
      tcp('192.0.2.10'),
      udp('192.0.2.20'),
    ]) {
      expect(fail(defence, source), source.address).toBe(1000);
      expect(defence.inspect(register, source)).toBe('take');
    }
    expect(fail(defence, tcp('192.0.2.20'))).toBeLessThan(20);
    expect(defence.list().map(({ address }) => address)).toEqual(['192.0.2.20']);
    const strict = start({ trustLoopback: false }).defence;
    expect(fail(strict, udp('127.0.0.1'))).toBeLessThan(20);
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
          else defence.inspect({ method: 'REGISTER', uri: text, userAgent: text, fromUri: text }, source);
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
    const parts = { clock, log: silentLog };
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
