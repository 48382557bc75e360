import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import type { Act } from './acts.ts';
import { type Box, openBox } from './box.ts';

const act: Act = {
  ...{ whoKind: 'user', whoId: 'u', whoName: 'Ann', what: 'thing.change' },
  ...{ tenantId: null, thing: null, address: '127.0.0.1' },
};
const number = '+12025550100';
let dataDir: string;
let box: Box;
let tenantId: string;

const open = (): Box => openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
const outcomes = (): string[] => box.audit.list({ limit: 10 }).map(({ outcome }) => outcome);
const suspend = (): void => box.tenants.setStatus(tenantId, 'suspended');
const statusNow = (): string | undefined => box.tenants.find(tenantId)?.status;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-acts-'));
  box = open();
  tenantId = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' }).id;
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('what is done', () => {
  it('stands in the log, with what was made of it', async () => {
    expect(await box.act(act, () => 'made', String)).toBe('made');
    expect(await box.act({ ...act, thing: 'known' }, async () => 'made', String)).toBe('made');
    expect(box.audit.list({ limit: 10 })).toMatchObject([
      { ...act, outcome: 'done', thing: 'known' },
      { ...act, outcome: 'done', thing: 'made' },
    ]);
  });

  it('is told of after its line is there', async () => {
    const seen: string[][] = [];
    box.onEvent(() => seen.push(outcomes()));
    await box.act(act, suspend);
    expect(seen).toEqual([['done']]);
  });
});

describe('what is refused', () => {
  it.each([
    ['expected', new VoxboxError('not_found', 'it is not there'), 'not_found'],
    ['a bug', new TypeError('x is undefined'), 'internal'],
  ])('stands in the log where it is %s, and left nothing', async (_, fault, outcome) => {
    const fails = () => {
      suspend();
      throw fault;
    };
    await expect(box.act(act, fails)).rejects.toBe(fault);
    expect([statusNow(), outcomes()]).toEqual(['active', [outcome]]);
    await expect(box.act(act, () => Promise.reject(fault))).rejects.toBe(fault);
    expect(outcomes()).toEqual([outcome, outcome]);
  });
});

/** Kills the engine in the midst of an act, between the change and its line. */
function dieAfter(change: string): void {
  box.close();
  const program = `
    import { openBox } from ${JSON.stringify(join(import.meta.dirname, 'box.ts'))};
    import { silentLog, systemClock, systemIds } from ${JSON.stringify(join(import.meta.dirname, '../foundation/index.ts'))};
    const dataDir = ${JSON.stringify(dataDir)};
    const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
    const tenantId = ${JSON.stringify(tenantId)};
    await box.act(${JSON.stringify(act)}, ${change});
  `;
  const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program]);
  expect([signal, String(stderr)]).toEqual(['SIGKILL', '']);
  box = open();
}

describe('an engine that dies between a change and its line', () => {
  const kill = `process.kill(process.pid, 'SIGKILL')`;

  it('has changed nothing of the box, and says at its next start what was begun', () => {
    const beganMs = systemClock.nowMs();
    dieAfter(`() => { box.tenants.setStatus(tenantId, 'suspended'); ${kill}; }`);
    expect(statusNow()).toBe('active');
    const [entry, ...others] = box.audit.list({ limit: 10 });
    expect([entry, others]).toMatchObject([{ ...act, outcome: 'interrupted' }, []]);
    expect(entry?.atMs).toBeGreaterThanOrEqual(beganMs);
  });

  it.each([
    ['at once', `() => { box.tenant(tenantId).doNotCall.add('${number}', null); ${kill}; }`],
    ['later', `async () => { await null; box.tenant(tenantId).doNotCall.add('${number}', null); ${kill}; }`],
  ])('names who changed the business’s own file %s', (_, change) => {
    dieAfter(change);
    expect(box.tenant(tenantId).doNotCall.list()).toMatchObject([{ number }]);
    expect(box.audit.list({ limit: 10 })).toMatchObject([{ ...act, outcome: 'interrupted' }]);
  });

  it('says it once, in a log that is whole', async () => {
    dieAfter(`() => ${kill}`);
    box.close();
    box = open();
    expect(outcomes()).toEqual(['interrupted']);
    expect(await box.audit.verify()).toMatchObject({ entries: 1, brokenAt: null });
  });
});
