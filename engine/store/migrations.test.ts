import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { openDatabase } from './database.ts';
import { openKeyring } from './keys.ts';
import { boxMigrations, tenantMigrations } from './migrations.ts';

let dataDir: string;
const boxes: Box[] = [];

function open(): Box {
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
  boxes.push(box);
  return box;
}

const salon = { name: 'Salon', timeZone: 'Europe/London', numbers: [{ number: '+442079460000' }] };
const ha1 = 'a'.repeat(32);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-lines-'));
});

afterEach(() => {
  for (const box of boxes.splice(0)) box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('data of version 1', () => {
  it('is brought up to date with everything that was in it', () => {
    const box = open();
    const { id } = box.tenants.create(salon);
    box.close();
    // Back to what the first release wrote, made by its own migration.
    const { boxDatabaseKey, unwrap } = openKeyring(dataDir, { create: false });
    const path = join(dataDir, 'box.db');
    const newer = openDatabase({ path, key: boxDatabaseKey, migrations: boxMigrations });
    const {
      recording: _,
      reseller_id: __,
      ...tenant
    } = newer.prepare<Record<string, unknown>>('select * from tenants').get() ?? {};
    const number = newer.prepare<Record<string, unknown>>('select * from numbers').get() ?? {};
    newer.close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const old = openDatabase({
      path,
      key: boxDatabaseKey,
      migrations: boxMigrations.slice(0, 1),
      create: true,
    });
    const insert = (table: string, row: Record<string, unknown>): void => {
      const names = Object.keys(row);
      old
        .prepare(`insert into ${table} (${names.join()}) values (${names.map((name) => `:${name}`).join()})`)
        .run(row);
    };
    insert('tenants', tenant);
    insert('numbers', number);
    insert('trunks', {
      id: 't1',
      name: 'PBX',
      kind: 'address',
      address: '192.0.2.7',
      username: null,
      ha1: null,
    });
    insert('trunks', { id: 't2', name: 'Desk', kind: 'digest', address: null, username: 'desk', ha1 });
    old.close();
    const tenantPath = join(dataDir, 'tenants', `${id}.db`);
    const key = unwrap(id, tenant.sealed_key as Buffer);
    for (const suffix of ['', '-wal', '-shm']) rmSync(tenantPath + suffix, { force: true });
    const oldTenant = openDatabase({
      path: tenantPath,
      key,
      migrations: tenantMigrations.slice(0, 1),
      create: true,
    });
    oldTenant
      .prepare(
        `insert into profile (id, agent_name, profession, greeting, voice, skills, prompt)
         values (1, 'Joe', 'general', 'Hello.', 'piper-en-us-joe-medium', '["message"]', '')`,
      )
      .run();
    oldTenant
      .prepare(
        `insert into calls (id, sip_call_id, direction, called_number, state, outcome, started_at_ms, ended_at_ms)
         values ('c1', 's1', 'inbound', '+442079460000', 'ended', 'answered', 1, 2)`,
      )
      .run();
    oldTenant.close();

    const again = open();
    expect(again.tenants.list()).toMatchObject([{ id, name: 'Salon', recording: 'silent' }]);
    expect(again.trunks.list()).toMatchObject([
      { id: 't2', kind: 'digest', username: 'desk', ha1, addresses: [], enabled: true },
      { id: 't1', kind: 'address', address: '192.0.2.7', addresses: ['192.0.2.7'], transport: 'udp' },
    ]);
    expect(again.trunks.findByAddress('192.0.2.7')?.id).toBe('t1');
    expect(again.trunks.findByUsername('desk')?.id).toBe('t2');
    expect(again.trunks.change('t1', { host: 'pbx.example' }).codecs).toEqual(['PCMU', 'PCMA']);
    expect(again.tenant(id).calls.find('c1')).toMatchObject({ outcome: 'answered', quality: null });
  });
});

describe('data of version 2', () => {
  it('keeps what was to happen while the box is full', () => {
    const { boxDatabaseKey } = openKeyring(dataDir, { create: true });
    const old = openDatabase({
      ...{ path: join(dataDir, 'box.db'), key: boxDatabaseKey, create: true },
      migrations: boxMigrations.slice(0, 2),
    });
    old
      .prepare(
        `insert into tenants values ('t', 'salon', 'Salon', 'other', 'active', 'Europe/London', 'en-GB', x'00', 1)`,
      )
      .run();
    old.prepare(`insert into ring_groups values ('g', 't', 'Desk', '["desk"]', 'all', 25)`).run();
    old.prepare(`insert into overflow_policies values ('t', 'ring-group', 'g', 30)`).run();
    old.close();
    const box = open();
    expect(box.overflow.get('t')).toEqual({ kind: 'ring-group', ringGroupId: 'g', retryAfterS: 30 });
    expect(box.closed.get('t')).toEqual({ kind: 'agent', ringGroupId: null });
    expect(box.tenants.find('t')).toMatchObject({ name: 'Salon', recording: 'silent' });
  });
});

describe('a change that fails', () => {
  it('leaves the file as it was, whatever came before it', () => {
    const file = { path: join(dataDir, 'one.db'), key: Buffer.alloc(32, 7), create: true };
    const old = ['create table first (id integer primary key) strict'];
    const next = [...old, 'create table second (id integer primary key) strict'];
    openDatabase({ ...file, migrations: old }).close();
    expect(() => openDatabase({ ...file, migrations: [...next, 'no sql'] })).toThrow();
    openDatabase({ ...file, migrations: old }).close();
    const now = openDatabase({ ...file, migrations: next });
    expect(now.prepare('select * from second').all()).toEqual([]);
    now.close();
  });
});
