import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeOwner, startApi } from '../api/index.ts';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { fakeCli } from './fake-cli.ts';

let dataDir: string;
let typed: string[];
const closers: (() => unknown)[] = [];

const open = (): Box => openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });

const run = (...argv: string[]) =>
  fakeCli([...argv, '--data', dataDir], { secret: async () => typed.shift() ?? '' });

const json = async (...argv: string[]) => {
  const { code, out, err } = await run(...argv, '--json');
  expect([code, err], argv.join(' ')).toEqual([0, '']);
  return JSON.parse(out);
};

async function engine(): Promise<Box> {
  const box = open();
  closers.push(() => box.close());
  const api = await startApi({
    host: '127.0.0.1',
    port: 0,
    box,
    live: { list: () => [], on: () => () => {} },
    whoIs: fakeOwner,
    health: () => ({ status: 'ready' as const, sipAddress: '0.0.0.0:45060' }),
    dataDir,
    log: silentLog,
  });
  closers.push(() => api.stop());
  box.announce({ host: '127.0.0.1', port: api.port });
  return box;
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-cli-lines-'));
  typed = [];
  const box = open();
  box.tenants.create({ name: 'Salon', timeZone: 'Europe/London', numbers: [{ number: '+442079460000' }] });
  box.close();
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe.each(['alone', 'through the engine that runs'])('%s', (how) => {
  const maybeEngine = () => (how === 'alone' ? null : engine());

  it('a trunk is made of a preset, changed and removed', async () => {
    await maybeEngine();
    typed = ['a long secret', 'another secret'];
    const twilio = ['--preset', 'twilio', '--name', 'Twilio', '--host', 'practice.pstn.twilio.com'];
    const { trunk } = await json(
      'trunks',
      'add',
      ...twilio,
      '--auth-username',
      'voxbox',
      '--caller-id',
      '+12125550123',
    );
    expect(trunk).toMatchObject({
      preset: 'twilio',
      kind: 'address',
      transport: 'tls',
      srtp: 'required',
      hasPassword: true,
      authUsername: 'voxbox',
    });
    expect(JSON.stringify(trunk)).not.toMatch(/secret|ha1/);
    const change = ['trunks', 'change', trunk.id, '--off', '--priority', '3', '--codecs', 'PCMA,PCMU'];
    expect((await json(...change, '--password-stdin')).trunk).toMatchObject({
      enabled: false,
      priority: 3,
      codecs: ['PCMA', 'PCMU'],
    });
    expect(typed).toEqual([]);
    const shown = await run('trunks', 'show', trunk.id);
    expect(shown.out).toContain('practice.pstn.twilio.com:5061 (tls)');
    expect((await run('trunks', 'list')).out).toContain('54.172.60.0/30 and 7 more');
    const wrong = await run('trunks', 'change', trunk.id, '--port', '99999');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('port: ')]);
    await json('trunks', 'remove', trunk.id);
    expect((await json('trunks', 'list')).trunks).toEqual([]);
    const gone = await run('trunks', 'change', trunk.id, '--on');
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('no trunk')]);
  });

  it('a phone gets an account, a group rings it and callers are put through', async () => {
    await maybeEngine();
    const { phone, account } = await json('phones', 'add', '--label', 'Desk');
    expect(phone).toMatchObject({ extension: '101', registered: false, username: account.username });
    expect(account.password.length).toBeGreaterThanOrEqual(20);
    expect(phone.ha1).toBeUndefined();
    typed = ['correct horse'];
    const second = await json('phones', 'add', '--label', 'Back', '--username', 'back', '--password-stdin');
    expect(second).toMatchObject({ phone: { extension: '102' }, account: { password: 'correct horse' } });

    const members = `${phone.username},back`;
    const { ringGroup } = await json('ring-groups', 'add', '--name', 'Front', '--members', members);
    expect(ringGroup).toMatchObject({ members: [phone.username, 'back'], strategy: 'all', ringS: 25 });
    const inTurn = await json(
      'ring-groups',
      'change',
      ringGroup.id,
      '--strategy',
      'in-turn',
      '--ring-seconds',
      '15',
    );
    expect(inTurn.ringGroup).toMatchObject({ strategy: 'in-turn', ringS: 15, name: 'Front' });

    const target = ['--name', 'Dr. Lee', '--aliases', 'the dentist, Lee', '--ring-group', ringGroup.id];
    const { transferTarget } = await json('transfer-targets', 'add', ...target);
    expect(transferTarget).toMatchObject({ aliases: ['the dentist', 'Lee'], kind: 'ring-group' });
    await json('transfer-targets', 'change', transferTarget.id, '--number', '+442079461111');
    expect((await run('transfer-targets', 'list')).out).toContain('+442079461111');

    await json('overflow', 'set', '--kind', 'ring-group', '--ring-group', ringGroup.id);
    expect((await json('overflow', 'show', '--tenant', 'salon')).policy).toMatchObject({
      ringGroupId: ringGroup.id,
    });
    const closed = ['--when', 'closed', '--ring-group', ringGroup.id];
    await json('overflow', 'set', '--kind', 'ring-group', ...closed);
    expect((await json('overflow', 'show', '--when', 'closed')).policy).toEqual({
      kind: 'ring-group',
      ringGroupId: ringGroup.id,
    });
    await json('overflow', 'set', '--when', 'closed', '--kind', 'message');
    expect((await run('overflow', 'show', '--when', 'closed')).out).toMatch(/When closed +message/);
    const used = await run('ring-groups', 'remove', ringGroup.id);
    expect([used.code, used.err]).toEqual([1, expect.stringContaining('in use')]);
    await json('overflow', 'set', '--kind', 'busy');
    await json('ring-groups', 'remove', ringGroup.id);
    await json('transfer-targets', 'remove', transferTarget.id);
    await json('phones', 'remove', phone.id);
    expect((await json('phones', 'list')).phones).toMatchObject([{ username: 'back' }]);
  });

  it('a business says whether its calls are recorded, and what it is called', async () => {
    await maybeEngine();
    const { tenant } = await json('tenants', 'change', 'salon', '--recording', 'announced');
    expect(tenant).toMatchObject({ slug: 'salon', recording: 'announced' });
    expect((await run('tenants', 'list')).out).toMatch(/en-US +other +announced/);
    const renamed = await json('tenants', 'change', 'salon', '--name', 'Salon Zara');
    expect(renamed.tenant).toMatchObject({ slug: 'salon', name: 'Salon Zara' });
    const wrong = await run('tenants', 'change', 'nobody', '--recording', 'off');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('no tenant')]);
  });

  it('a business is removed, once its slug is typed again', async () => {
    await maybeEngine();
    const create = ['tenants', 'create', '--name', 'Barber', '--time-zone', 'Europe/London'];
    const { tenant } = await json(...create, '--like', 'salon');
    expect(tenant).toMatchObject({ name: 'Barber', slug: 'barber' });
    const unknown = await run('tenants', 'create', '--name', 'B', '--like', 'nobody');
    expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('no tenant')]);
    const wrong = await run('tenants', 'remove', 'barber', '--slug', 'baker');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('must be barber')]);
    const { removed, destroyedKey } = await json('tenants', 'remove', 'barber', '--slug', 'barber');
    expect(removed).toMatchObject({ id: tenant.id, name: 'Barber' });
    expect((await json('tenants', 'list')).tenants).toHaveLength(1);
    const { entries } = await json('audit', 'list', '--what', 'tenant.remove');
    expect(entries[0]).toMatchObject({ outcome: 'done', tenantId: tenant.id, thing: destroyedKey.id });
  });

  it('outgoing calls are limited, and a ban is lifted', async () => {
    const running = await maybeEngine();
    const before = await json('outbound', 'show');
    expect(before.policy.allowedCountries).toEqual(['GB']);
    const set = ['outbound', 'set', '--countries', 'gb, ie', '--spend-per-day', '0', '--calls-at-once', '2'];
    expect((await json(...set)).policy).toEqual({
      ...before.policy,
      callsAtOnce: 2,
      allowedCountries: ['GB', 'IE'],
      spendPerDayMinor: 0,
    });
    const wrong = await run('outbound', 'set', '--countries', 'XX');
    expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('XX')]);

    const box = running ?? open();
    const address = '2001:db8:1:2::/64';
    const ban = { reason: 'scanner', count: 1, bannedAtMs: 1, untilMs: Date.now() + 60_000 };
    box.bans.put({ ...ban, address });
    box.bans.put({ ...ban, address: '2001:db8:0:0::/64' });
    if (!running) box.close();
    expect((await run('bans', 'list')).out).toContain(address);
    await json('bans', 'lift', address);
    // A person knows the address of one machine, and not how its network is written.
    await json('bans', 'lift', '2001:DB8::17');
    expect((await json('bans', 'list')).bans).toEqual([]);
    const again = await run('bans', 'lift', address);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('not banned')]);
  });
});

describe('a command of the lines', () => {
  it.each([
    'trunks show',
    'trunks presets',
    'trunks change',
    'phones list',
    'phones add',
    'phones remove',
    'ring-groups list',
    'ring-groups add',
    'ring-groups change',
    'ring-groups remove',
    'transfer-targets list',
    'transfer-targets add',
    'transfer-targets change',
    'transfer-targets remove',
    'bans list',
    'bans lift',
    'outbound show',
    'outbound set',
    'overflow show',
    'overflow set',
  ])('explains %s', async (name) => {
    const { code, out, err } = await run(...name.split(' '), '--help');
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`Usage: voxbox ${name}`);
  });

  it('explains a preset', async () => {
    const all = await run('trunks', 'presets');
    for (const name of ['twilio', 'telnyx', 'exotel', 'freepbx', '3cx', 'generic-registration']) {
      expect(all.out).toContain(name);
    }
    const one = await run('trunks', 'presets', '--preset', 'exotel');
    expect(one.out).toMatch(/--address +needed +Signalling addresses/);
    expect(one.out).toContain('--outbound-proxy');
  });

  it.each([
    [['trunks', 'add', '--preset', 'twilio', '--name', 'x'], 'needs --host: Termination SIP URI'],
    [['trunks', 'add', '--preset', 'nobody', '--name', 'x'], '--preset takes 3cx'],
    [['trunks', 'change', 'x'], 'needs something to change'],
    [['trunks', 'change', 'x', '--on', '--off'], '--on or --off'],
    [['phones', 'add'], 'needs --label'],
    [['ring-groups', 'add', '--name', 'x'], 'needs --name and --members'],
    [['transfer-targets', 'add', '--name', 'x'], 'one of --phone, --number, --ring-group'],
    [['transfer-targets', 'add', '--phone', 'x', '--number', 'y'], 'only one of'],
    [['outbound', 'set', '--calls-per-hour', '-1'], 'argument'],
    [['overflow', 'set', '--kind', 'later'], 'needs --kind'],
    [['overflow', 'set', '--when', 'closed', '--kind', 'unavailable'], 'needs --kind'],
    [['overflow', 'show', '--when', 'later'], '--when takes'],
    [['overflow', 'set', '--when', 'closed', '--kind', 'busy', '--retry-after', '9'], 'is for --when full'],
    [['tenants', 'change', 'x'], 'needs --name, --recording, --language or --time-zone'],
    [['tenants', 'change', 'x', '--recording', 'loud'], '--recording takes'],
    [['tenants', 'remove', 'x'], 'needs --slug'],
  ])('%j is a mistake in one line', async (argv, words) => {
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^voxbox: [^\n]+\n$/);
    expect(err).toContain(words);
  });

  it('asks for the tenant where there are several', async () => {
    const box = open();
    box.tenants.create({ name: 'Other', timeZone: 'Europe/London' });
    box.close();
    const none = await run('outbound', 'show');
    expect([none.code, none.err]).toEqual([1, expect.stringContaining('--tenant')]);
    expect((await json('outbound', 'show', '--tenant', 'other')).policy.callsPerHour).toBe(20);
  });
});
