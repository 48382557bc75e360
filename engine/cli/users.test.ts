import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startApi } from '../api/index.ts';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from '../store/index.ts';
import { fakeCli } from './fake-cli.ts';

let dataDir: string;
const closers: (() => unknown)[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-cli-users-'));
  openHere().close();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(dataDir, { recursive: true, force: true });
});

const openHere = (): Box => openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });

/** An engine as far as the command line sees it. */
async function startHere(): Promise<Box> {
  const box = openHere();
  closers.push(() => box.close());
  const localKey = 'what-the-engine-tells-only-its-own-user';
  const api = await startApi({
    ...{ host: '127.0.0.1', port: 0, box, dataDir, log: silentLog, localKey },
    live: { list: () => [], on: () => () => {} },
    health: () => ({ status: 'ready' }),
  });
  closers.push(() => api.stop());
  box.announce({ host: '127.0.0.1', port: api.port, key: localKey });
  return box;
}

const run = (password: string, ...argv: string[]) =>
  fakeCli([...argv, '--data', dataDir], { secret: async () => password });
const secret = 'ten letters or more';

const starts: readonly (readonly [string, () => Promise<Box | null>])[] = [
  ['alone', async () => null],
  ['with an engine', startHere],
];

describe.each(starts)('voxbox users, %s', (_, start) => {
  it('makes accounts, lists them, and gives new passwords', async () => {
    const engine = await start();
    expect((await run('short', 'users', 'add', 'ann@example.com', '--name', 'Ann')).err).toContain(
      'at least 10 characters',
    );
    const added = await run(secret, 'users', 'add', 'ann@example.com', '--name', 'Ann', '--role', 'owner');
    expect(added).toMatchObject({ code: 0, out: 'Added ann@example.com.\n' });
    const again = await run(secret, 'users', 'add', 'ANN@example.com', '--name', 'Ann');
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('already')]);
    expect((await run('', 'users', 'list')).out).toMatch(/ann@example\.com {2}Ann {3}owner/);
    const reset = await run(`${secret}!`, 'users', 'reset-password', 'ann@example.com');
    expect(reset.out).toBe('ann@example.com has a new password.\n');
    const { out } = await run('', 'users', 'link', 'ann@example.com');
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#\/password\/[\w-]{43}\n$/);
    const nobody = await run('', 'users', 'link', 'bob@example.com');
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('nobody has an account')]);

    const entries = JSON.parse((await run('', 'audit', 'list', '--json')).out).entries as {
      what: string;
      whoName: string;
      outcome: string;
    }[];
    expect(entries.filter(({ outcome }) => outcome === 'done').map(({ what }) => what)).toEqual([
      ...['user.link', 'user.setPassword', 'user.add'],
    ]);
    expect(new Set(entries.map(({ whoName }) => whoName))).toEqual(new Set(['command line']));
    expect((await run('', 'audit', 'verify')).out).toMatch(/^All \d entries are as they were written\./);
    if (engine) expect(statSync(join(dataDir, 'engine.json')).mode & 0o077).toBe(0);
  });
});

it('says what a role can be', async () => {
  const wrong = await run(secret, 'users', 'add', 'ann@example.com', '--name', 'Ann', '--role', 'king');
  expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('owner, technician, reseller')]);
});

describe.each(starts)('a business in one file, %s', (_, start) => {
  it('is written, and restored on another box, with a line in both audit logs', async () => {
    const engine = await start();
    const made = await run(
      '',
      'tenants',
      'create',
      '--name',
      'Barber',
      '--time-zone',
      'Europe/London',
      '--json',
    );
    const { tenant } = JSON.parse(made.out);
    const file = join(dataDir, 'barber.voxbox');
    expect((await run('short', 'tenants', 'export', 'barber', '--to', file)).err).toContain('at least 10');
    const written = await run(secret, 'tenants', 'export', 'barber', '--to', file);
    expect([written.code, written.out]).toEqual([0, expect.stringContaining(file)]);
    const twice = await run(secret, 'tenants', 'export', 'barber', '--to', file);
    expect([twice.code, twice.err]).toEqual([1, expect.stringContaining('there already')]);
    const [entry] = JSON.parse(
      (await run('', 'audit', 'list', '--what', 'tenant.export', '--json')).out,
    ).entries;
    expect(entry).toMatchObject({ whoName: 'command line', tenantId: tenant.id });

    const elsewhere = mkdtempSync(join(tmpdir(), 'voxbox-cli-elsewhere-'));
    closers.push(() => rmSync(elsewhere, { recursive: true, force: true }));
    openBox({ dataDir: elsewhere, clock: systemClock, ids: systemIds, log: silentLog }).close();
    const there = (password: string, ...argv: string[]) =>
      fakeCli([...argv, '--data', elsewhere], { secret: async () => password });
    expect((await there('wrong', 'tenants', 'restore', file)).err).toContain('another passphrase');
    expect((await there(secret, 'tenants', 'restore', file)).out).toContain(
      'Barber is on this box now (barber)',
    );
    expect((await there('', 'tenants', 'list')).out).toContain(tenant.id);
    const log = await there('', 'audit', 'list', '--what', 'tenant.restore', '--json');
    expect(JSON.parse(log.out).entries).toMatchObject([
      { outcome: 'done', thing: tenant.id },
      { outcome: 'archive_unreadable' },
    ]);
    if (engine) expect((await run(secret, 'tenants', 'restore', file)).code).toBe(1);
  });
});
