import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LineStatus, TransferEnd } from '../api/contract/index.ts';
import { type CallActions, fakeOwner, startApi } from '../api/index.ts';
import { silentLog, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import { type Box, openBox, type Tenant } from '../store/index.ts';
import { fakeCli } from './fake-cli.ts';

let dataDir: string;
let box: Box;
let tenant: Tenant;
let asked: unknown[];
let end: TransferEnd;
const closers: (() => unknown)[] = [];
const callId = 'a-call';

const remember = async (...what: readonly unknown[]): Promise<void> => void asked.push(what);

/** Obeys, and remembers what it was asked. */
const fakeActions: CallActions = {
  async transfer(order) {
    await remember('transfer', order);
    return end;
  },
  async conference({ to }) {
    if (to.kind === 'number') throw new VoxboxError('callee_busy', 'the line is busy');
    await remember('conference', to);
  },
  hold: () => remember('hold'),
  resume: () => remember('resume'),
  record: (on) => remember('record', on),
  sendDtmf: (keys) => remember('press', keys),
  hangUp: () => remember('hang up'),
};

const line: LineStatus = {
  ...{ id: 't', name: 'Carrier', kind: 'registration', status: 'refused', reason: 'wrong password' },
  ...{ sinceMs: 1, nextTryAtMs: 2, roundTripMs: 12.4, externalAddress: '203.0.113.7' },
  ...{ callsNow: 1, maxCalls: 4, priority: 0 },
};

async function engine(): Promise<void> {
  const api = await startApi({
    ...{ host: '127.0.0.1', port: 0, box, dataDir, log: silentLog },
    live: { list: () => [], on: () => () => {} },
    whoIs: fakeOwner,
    health: () => ({ status: 'ready' }),
    controls: (id) => (id === callId ? fakeActions : null),
    lines: () => [line],
  });
  closers.push(() => api.stop());
  box.announce({ host: '127.0.0.1', port: api.port });
}

const run = (...argv: string[]) => fakeCli([...argv, '--data', dataDir]);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-cli-calls-'));
  asked = [];
  end = { result: 'completed' };
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  closers.push(() => box.close());
  tenant = box.tenants.create({ name: 'Salon', timeZone: 'Europe/London' });
  const numbers = { callerNumber: null, callerName: null, calledNumber: '+442079460000' };
  box.tenant(tenant.id).calls.start({ id: callId, sipCallId: 'x', ...numbers });
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Every kind of somebody, and somebody of the same name at another tenant. */
function people() {
  const ha1 = 'a'.repeat(32);
  const tenantId = tenant.id;
  const other = box.tenants.create({ name: 'Other', timeZone: 'Europe/London' }).id;
  box.phones.add({ tenantId, ha1, username: 'desk', label: 'Front desk', extension: '101' });
  box.phones.add({ tenantId: other, ha1, username: 'theirs', label: 'Theirs', extension: '102' });
  const target = box.transferTargets.add({
    ...{ tenantId, name: 'Dr. Lee', aliases: ['doctor'], kind: 'number' },
    target: '+442079460001',
  });
  const group = box.ringGroups.add({ tenantId, name: 'Front', members: ['desk'] });
  return { target: target.id, group: group.id };
}

const over = { callId, state: 'ended', heldBy: null, recordingPaused: false };

describe('a call in progress', () => {
  it.each([
    [['hold'], ['hold'], 'waits'],
    [['resume'], ['resume'], 'back'],
    [['record', '--off'], ['record', false], 'paused'],
    [['record', '--on'], ['record', true], 'goes on'],
    [['hangup'], ['hang up'], 'Ended'],
  ])('%j', async ([name = '', ...flags], what, words) => {
    await engine();
    const { code, out, err } = await run('calls', name, callId, ...flags);
    expect([code, err, asked]).toEqual([0, '', [what]]);
    expect(out).toContain(words);
    const { out: told } = await run('calls', name, callId, ...flags, '--json');
    expect(JSON.parse(told)).toEqual(over);
  });

  it('is sent keys', async () => {
    await engine();
    expect((await run('calls', 'press', callId, '1a#')).code).toBe(0);
    expect(asked).toEqual([['press', '1A#']]);
    const wrong = await run('calls', 'press', callId, '1x');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('keys: ')]);
  });

  it('is transferred to whom somebody names', async () => {
    await engine();
    const { target, group } = people();
    for (const [typed, to] of [
      ['dr. lee', { kind: 'target', id: target }],
      ['Doctor', { kind: 'target', id: target }],
      [target, { kind: 'target', id: target }],
      ['desk', { kind: 'phone', username: 'desk' }],
      ['101', { kind: 'phone', username: 'desk' }],
      ['front', { kind: 'ring-group', id: group }],
      ['+44 20 7946-0001', { kind: 'number', number: '+442079460001' }],
    ] as const) {
      asked = [];
      const { code, out, err } = await run('calls', 'transfer', callId, typed, '--blind', '--key-only');
      expect([typed, code, out, err]).toEqual([typed, 0, 'The caller is connected.\n', '']);
      expect(asked).toEqual([['transfer', { to, mode: 'blind', acceptance: 'key' }]]);
    }
    for (const typed of ['nobody', '102', 'theirs']) {
      const { code, err } = await run('calls', 'transfer', callId, typed);
      expect([typed, code, err]).toEqual([typed, 1, expect.stringContaining(`"${typed}"`)]);
    }
  });

  it('says how the transfer went', async () => {
    await engine();
    people();
    end = { result: 'returned', why: 'no-answer', code: 'callee_no_answer' };
    const missed = await run('calls', 'transfer', callId, '101');
    expect([missed.code, missed.out]).toEqual([
      1,
      'Not connected: nobody answers (callee_no_answer). The caller is back with the agent.\n',
    ]);
    const told = await run('calls', 'transfer', callId, '101', '--json');
    expect([told.code, JSON.parse(told.out)]).toEqual([1, { ...over, end }]);
    end = { result: 'cancelled' };
    expect((await run('calls', 'transfer', callId, '101')).out).toContain('hung up first');
  });

  it('takes somebody in, or says why not', async () => {
    await engine();
    people();
    expect((await run('calls', 'conference', callId, '101')).out).toBe('They are in the call.\n');
    expect(asked).toEqual([['conference', { kind: 'phone', username: 'desk' }]]);
    const busy = await run('calls', 'conference', callId, '+442079460009');
    expect([busy.code, busy.out]).toEqual([1, '']);
    expect(busy.err).toContain('the line is busy');
  });

  it('is known only while it goes on', async () => {
    await engine();
    const { code, err } = await run('calls', 'hold', 'another');
    expect([code, err]).toEqual([1, expect.stringContaining('call another is not in progress')]);
    const unknown = await run('calls', 'transfer', 'another', '101');
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('no call another')]);
  });

  it.each([
    [['calls', 'record', 'x'], '--on or --off'],
    [['calls', 'record', 'x', '--on', '--off'], '--on or --off'],
    [['calls', 'transfer', 'x'], 'takes <id> <target>'],
    [['calls', 'press', 'x'], 'takes <id> <keys>'],
    [['calls', 'hold'], 'takes one <id>'],
  ])('%j is a mistake in one line', async (argv, words) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^voxbox: [^\n]+\n$/);
    expect(err).toContain(words);
  });
});

describe('the lines', () => {
  it('are listed with the phones', async () => {
    people();
    await engine();
    box.phones.bindings.save('desk', [
      {
        ...{ aor: 'desk', contact: 'sip:desk@192.168.1.20', flow: 'udp/192.168.1.20:5060' },
        ...{ expiresAtMs: Date.now() + 60_000, callId: 'x', cseq: 1, userAgent: 'Yealink' },
      },
    ]);
    const { code, out, err } = await run('lines', 'list');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/Carrier +refused +1970-.* 1 of 4 +12 ms +203\.0\.113\.7 +wrong password\n/);
    expect(out).toMatch(/101 +Front desk +desk +udp\/192\.168\.1\.20:5060 .* Yealink +sip:desk@/);
    expect(out).toMatch(/102 +Theirs +theirs +not signed in\n/);
    const told = JSON.parse((await run('lines', 'list', '--json')).out);
    expect(told).toMatchObject({ lines: [line], phones: [{ bindings: [{ userAgent: 'Yealink' }] }, {}] });
  });
});

describe('the commands', () => {
  const names = [
    'calls transfer',
    'calls conference',
    'calls hold',
    'calls resume',
    'calls record',
    'calls press',
    'calls hangup',
    'lines list',
    'line test',
    'line ladder',
  ];

  it.each(names)('explain %s, and stand in the pages for who runs the box', async (name) => {
    const { code, out, err } = await run(...name.split(' '), '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: voxbox ${name}`);
    const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    expect(page).toContain(`voxbox -- ${name}`);
  });

  it('say that they need the engine', async () => {
    box.close();
    for (const argv of [
      ['lines', 'list'],
      ['calls', 'hold', callId],
      ['calls', 'transfer', callId, '101'],
      ['line', 'ladder', 'last'],
    ]) {
      const { code, out, err } = await run(...argv);
      expect([argv, code, out]).toEqual([argv, 1, '']);
      expect(err).toContain('npm start');
    }
  });
});
