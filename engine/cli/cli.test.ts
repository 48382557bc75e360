import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Api, startApi } from '../api/index.ts';
import { type Config, silentLog, systemClock, systemIds, VoxboxError } from '../foundation/index.ts';
import { type Box, ensureDemoTenant, openBox } from '../store/index.ts';
import { checkNode } from './doctor.ts';
import { fakeCli } from './fake-cli.ts';

let dataDir: string;
let emptyDir: string;
let served: { config: Config; json: boolean } | null;
const closers: (() => unknown)[] = [];

const run = (...argv: string[]) =>
  fakeCli(argv, {
    async serve(config, { json, print }) {
      served = { config, json };
      if (config.maxCalls === 7) throw new VoxboxError('port_in_use', 'port 5060 is taken');
      print('ready\n');
      return 0;
    },
  });

const data = (...argv: string[]) => run(...argv, '--data', dataDir);

function open(): Box {
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  closers.push(() => box.close());
  return box;
}

async function api(box: Box): Promise<Api> {
  const live = { list: () => [], on: () => () => {} };
  const health = () => ({ status: 'ready' as const, sipAddress: '127.0.0.1:45060' });
  const localKey = 'what-the-engine-tells-only-its-own-user';
  const where = { host: '127.0.0.1', port: 0 };
  const started = await startApi({ ...where, box, live, health, dataDir, log: silentLog, localKey });
  closers.push(() => started.stop());
  box.announce({ host: '127.0.0.1', port: started.port, key: localKey });
  return started;
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-cli-'));
  emptyDir = mkdtempSync(join(tmpdir(), 'voxbox-cli-'));
  served = null;
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(emptyDir, { recursive: true, force: true });
});

describe('the command line', () => {
  it('shows what there is', async () => {
    const all = await run('--help');
    expect(all.code).toBe(0);
    for (const name of [
      'serve',
      'models pull',
      'tenants create',
      'calls show <id>',
      'appointments list',
      'doctor',
    ]) {
      expect(all.out).toContain(name);
    }
    expect(await run()).toEqual({ code: 2, out: '', err: all.out });
    const calls = await run('calls', '--help');
    expect(calls.out).toContain('calls list');
    expect(calls.out).not.toContain('models list');
  });

  it.each([
    'serve',
    'models list',
    'models pull',
    'tenants list',
    'tenants create',
    'trunks list',
    'trunks add',
    'trunks remove',
    'calls list',
    'calls show',
    'appointments list',
    'doctor',
  ])('explains %s', async (name) => {
    const { code, out, err } = await run(...name.split(' '), '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: voxbox ${name}`);
    for (const flag of ['--data DIR', '--json', '--help']) expect(out).toContain(flag);
  });

  it.each([
    [['nonsense'], 'no command "nonsense"'],
    [['calls', 'nonsense'], 'no command "calls nonsense"'],
    [['calls'], 'no command "calls"'],
    [['calls', 'list', '--nope'], "Unknown option '--nope'. See: voxbox calls list --help"],
    [['calls', 'list', 'extra'], 'does not take "extra"'],
    [['calls', 'list', '--limit', '0'], '--limit takes a whole number'],
    [['calls', 'show'], 'takes one <id>'],
    [['calls', 'show', 'a', 'b'], 'takes one <id>'],
    [['serve', '--data'], 'argument missing'],
    [['tenants', 'create'], 'needs --name'],
    [['tenants', 'create', '--name', 'x', '--industry', 'piracy'], '--industry takes'],
    [['models', 'pull', '--group', 'tiny'], '--group takes'],
    [['trunks', 'add', '--name', 'x'], 'either --address or --username'],
  ])('%j is a mistake in one line', async (argv, words) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^voxbox: [^\n]+\n$/);
    expect(err).toContain(words);
  });
});

describe('serve', () => {
  it('hands on what the flags say', async () => {
    const { code, out } = await data(
      'serve',
      '--http-port',
      '0',
      '--sip-port',
      '5070',
      '--max-calls',
      '2',
      '--json',
    );
    expect([code, out]).toEqual([0, 'ready\n']);
    expect(served?.config).toMatchObject({ dataDir, httpPort: 0, sipPort: 5070, maxCalls: 2 });
    expect(served?.json).toBe(true);
  });

  it('fails in one line with what to do', async () => {
    const { code, err } = await data('serve', '--max-calls', '7');
    expect(code).toBe(1);
    expect(err).toMatch(
      /^voxbox: port 5060 is taken\. Another program listens on that port\. Stop it[^\n]+\n$/,
    );
    const wrong = await data('serve', '--http-port', '99999');
    expect([wrong.code, wrong.err.startsWith('voxbox: httpPort: ')]).toEqual([1, true]);
  });
});

describe('trunks', () => {
  const digest = ['--name', 'Desk phone', '--username', 'desk', '--password', 'correct horse'];

  it.each([['alone'], ['through the engine that runs']])('are added, listed and removed %s', async (how) => {
    if (how !== 'alone') await api(open());
    const added = await data('trunks', 'add', ...digest, '--json');
    expect(added).toMatchObject({ code: 0, err: '' });
    expect(added.out).not.toContain('correct horse');
    const { id, ha1 } = JSON.parse(added.out).trunk;
    expect(ha1).toBeUndefined();
    await data('trunks', 'add', '--name', 'Carrier', '--address', '127.0.0.9');
    const listed = await data('trunks', 'list');
    expect(listed.out).toContain('user desk');
    expect(listed.out).toContain('127.0.0.9');
    expect((await data('trunks', 'remove', id)).code).toBe(0);
    expect((await data('trunks', 'list')).out).not.toContain('user desk');
    const again = await data('trunks', 'remove', id);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('no trunk')]);
  });

  it('are refused with a short password, a wrong address or a name that is taken', async () => {
    const short = await data('trunks', 'add', '--name', 'x', '--username', 'u', '--password', 'short');
    expect(short).toMatchObject({ code: 1, out: '' });
    const wrong = await data('trunks', 'add', '--name', 'x', '--address', 'example.test');
    expect(wrong.err).toContain('no IP address');
    await data('trunks', 'add', ...digest);
    const twice = await data('trunks', 'add', ...digest);
    expect(twice.err).toContain('another trunk has that');
  });
});

describe('tenants', () => {
  it('are created and listed without an engine', async () => {
    const place = '--time-zone Europe/Zurich --language de-CH --industry restaurant --number +41445550100';
    const created = await data('tenants', 'create', '--name', 'Café Zürich', ...place.split(' '), '--json');
    expect(created.err).toBe('');
    expect(JSON.parse(created.out).tenant).toMatchObject({
      slug: 'cafe-zurich',
      industry: 'restaurant',
      language: 'de-CH',
    });
    const listed = await data('tenants', 'list');
    expect(listed.code).toBe(0);
    const [heading, row] = listed.out.split('\n');
    expect(row).toContain('cafe-zurich');
    expect(row?.indexOf('+41445550100'), 'columns are aligned').toBe(heading?.indexOf('NUMBERS'));
    const { tenants } = JSON.parse((await data('tenants', 'list', '--json')).out);
    expect(tenants).toMatchObject([
      { name: 'Café Zürich', numbers: [{ number: '+41445550100', active: true }] },
    ]);
  });

  it('are created through the engine that runs', async () => {
    const box = open();
    await api(box);
    const line = 'tenants create --name Salon --number +15555550111 --time-zone Europe/London';
    const created = await data(...line.split(' '));
    expect(created).toMatchObject({ code: 0, err: '' });
    expect(box.tenants.findBySlug('salon')).toMatchObject({ name: 'Salon', timeZone: 'Europe/London' });
    const again = await data('tenants', 'create', '--name', 'Salon', '--slug', 'salon');
    expect(again.code).toBe(1);
    expect(again.err).toMatch(/^voxbox: .*salon.* exists already\.\n$/);
    const wrong = await data('tenants', 'create', '--name', 'x', '--time-zone', 'Mars/Base');
    expect(wrong).toMatchObject({ code: 1, out: '' });
    expect(wrong.err).toContain('timeZone');
  });

  it('wait for an engine that is not up', async () => {
    open();
    const { code, err } = await data('tenants', 'create', '--name', 'x');
    expect(code).toBe(1);
    expect(err).toContain('is not up yet');
  });
});

describe('calls and appointments', () => {
  function fill(): string {
    const box = open();
    const tenant = ensureDemoTenant(box);
    const store = box.tenant(tenant?.id ?? '');
    const callId = systemIds.uuid();
    const numbers = { callerNumber: '+15555550123', calledNumber: '+15555550100' };
    store.calls.start({ id: callId, sipCallId: 's', callerName: 'Sarah\u001b[31m', ...numbers });
    store.calls.answer(callId, { recording: null });
    const atMs = Date.now() + 63_000;
    const turn = {
      callId,
      startedAtMs: atMs,
      endedAtMs: atMs,
      confidence: null,
      interrupted: false,
      latency: null,
    };
    store.transcript.add({ ...turn, speaker: 'caller', text: 'I need a cleaning\u001b]0;x\u0007' });
    store.slotsUnderstood(callId, 'book', { service: 'cleaning' });
    const { services, staff } = store.profile();
    for (const [i, startsAtMs] of [Date.UTC(2020, 0, 2, 15), Date.UTC(2099, 6, 1, 14)].entries()) {
      store.transaction(() =>
        store.appointments.insert({
          id: `appointment-${i}`,
          serviceId: services[0]?.id ?? '',
          serviceName: services[0]?.name ?? '',
          staffId: staff[0]?.id ?? '',
          staffName: staff[0]?.name ?? '',
          startsAtMs,
          endsAtMs: startsAtMs + 1_800_000,
          customerName: 'Sarah Miller',
          customerPhone: '+15555550123',
          status: 'booked',
          callId,
          createdAtMs: Date.now(),
        }),
      );
    }
    store.calls.end(callId, 'booked');
    return callId;
  }

  it('are listed beside the running engine, in words and in JSON', async () => {
    const id = fill();
    const { code, out } = await data('calls', 'list');
    expect(code).toBe(0);
    expect(out).toContain(id);
    expect(out).toContain('booked');
    expect(out).not.toContain('\u001b');
    const { calls } = JSON.parse(
      (await data('calls', 'list', '--tenant', 'bright-smile-dental', '--json')).out,
    );
    expect(calls).toMatchObject([{ id, tenant: 'bright-smile-dental', outcome: 'booked' }]);
    expect((await data('calls', 'list', '--tenant', 'nobody')).err).toContain('there is no tenant "nobody"');
  });

  it('show the transcript of one call', async () => {
    const id = fill();
    const { code, out } = await data('calls', 'show', id);
    expect(code).toBe(0);
    expect(out).toMatch(/1:03 {2}caller {2}I need a cleaning/);
    expect(out).toContain('Understood (book)  service: cleaning');
    expect(out).toContain('2099-07-01 10:00 EDT');
    expect(out).not.toContain('\u001b');
    expect(JSON.parse((await data('calls', 'show', id, '--json')).out).transcript).toHaveLength(1);
    expect(await data('calls', 'show', 'x')).toMatchObject({ code: 1, out: '' });
  });

  it('list appointments from today on, in the zone of the tenant', async () => {
    fill();
    const { out } = await data('appointments', 'list');
    expect(out).toContain('2099-07-01 10:00 EDT');
    expect(out).not.toContain('2020-01-02');
    expect((await data('appointments', 'list', '--all')).out).toContain('2020-01-02 10:00 EST');
    const { appointments } = JSON.parse((await data('appointments', 'list', '--json', '--limit', '1')).out);
    expect(appointments).toMatchObject([{ id: 'appointment-1', tenant: 'bright-smile-dental' }]);
  });

  it('say so where there is no data, and make none', async () => {
    rmSync(dataDir, { recursive: true });
    const { code, err } = await data('calls', 'list');
    expect(code).toBe(1);
    expect(err).toContain(`there is no Voxbox data in ${dataDir}`);
    expect((await data('calls', 'list')).code).toBe(1);
  });
});

describe('models', () => {
  it('are listed', async () => {
    const { code, out } = await run('models', 'list', '--models', emptyDir, '--json');
    expect(code).toBe(0);
    const { models } = JSON.parse(out);
    expect(models.find((model: { id: string }) => model.id === 'moonshine-tiny-en')).toMatchObject({
      state: 'missing',
    });
    expect((await run('models', 'list', '--models', emptyDir)).out).toMatch(/^ID +USE +GROUP +STATE/);
  });

  it('are not pulled when nobody knows them', async () => {
    const { code, err } = await run('models', 'pull', 'nonsense', '--models', emptyDir);
    expect(code).toBe(1);
    expect(err).toMatch(/^voxbox: there is no model nonsense[^\n]+\n$/);
    expect(readdirSync(emptyDir)).toEqual([]);
  });
});

describe('doctor', () => {
  interface Finding {
    readonly name: string;
    readonly state: string;
    readonly finding: string;
  }
  async function examine(...flags: string[]): Promise<{ code: number; of: (name: string) => Finding[] }> {
    const { code, out } = await data('doctor', '--json', '--models', emptyDir, ...flags);
    const { checks, healthy } = JSON.parse(out) as { checks: Finding[]; healthy: boolean };
    expect(healthy).toBe(code === 0);
    return { code, of: (name) => checks.filter((check) => check.name === name) };
  }

  it('says what is missing and what to do', async () => {
    const { code, of } = await examine('--http-port', '0', '--sip-port', '0');
    expect(code).toBe(1);
    expect(of('models')).toMatchObject([{ state: 'fail', finding: expect.stringContaining('models pull') }]);
    for (const name of ['node', 'data directory', 'disk', 'databases', 'engine', 'port HTTP', 'ports RTP']) {
      expect(of(name), name).toMatchObject([{ state: expect.stringMatching(/ok|warn/) }]);
    }
    expect(readdirSync(dataDir), 'looking leaves nothing behind').toEqual([]);
  });

  it('tells the ports of the engine from those of strangers', async () => {
    const box = open();
    const { port } = await api(box);
    const stranger = createServer().listen(0, '0.0.0.0');
    await new Promise((resolve) => stranger.once('listening', resolve));
    closers.push(() => stranger.close());
    const address = stranger.address();
    const taken = typeof address === 'object' && address ? address.port : 0;
    const { of } = await examine('--http-port', String(port), '--sip-port', String(taken));
    expect(of('engine')).toMatchObject([{ state: 'ok', finding: expect.stringContaining('ready') }]);
    expect(of('port HTTP')).toMatchObject([
      { state: 'ok', finding: expect.stringContaining('held by the engine') },
    ]);
    expect(of('port SIP').map(({ state }) => state)).toEqual(['ok', 'fail']);
    expect(of('databases')).toMatchObject([{ state: 'ok' }]);
  });

  it('finds a broken database and a directory that is none', async () => {
    open().close();
    writeFileSync(join(dataDir, 'box.db'), 'not a database, not a database, not a database');
    expect((await examine()).of('databases')).toMatchObject([{ state: 'fail' }]);
    const file = join(emptyDir, 'file');
    writeFileSync(file, '');
    const { code, out } = await run('doctor', '--data', file, '--models', emptyDir);
    expect(code).toBe(1);
    expect(out).toMatch(/^fail {2}data directory {2}.*is a file/m);
  });

  it('knows which Node is new enough', () => {
    expect(checkNode('24.0.1').state).toBe('ok');
    expect(checkNode('20.19.0').state).toBe('fail');
  });
});
