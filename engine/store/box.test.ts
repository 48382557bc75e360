import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasCode, type StoredEvent, silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { openDatabase } from './database.ts';
import { ensureDemoTenant } from './demo.ts';
import { openKeyring } from './keys.ts';
import { runningEngine } from './lock.ts';
import { boxMigrations } from './migrations.ts';
import { professionOf } from './professions.ts';

let dataDir: string;
const boxes: Box[] = [];

function open(options: { readOnly?: boolean; dataDir?: string } = {}): Box {
  const box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog, ...options });
  boxes.push(box);
  return box;
}

/** The code of what `work` throws. */
function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return String(error.code);
    throw error;
  }
  return 'nothing was thrown';
}

const salon = { name: 'Salon Zoë', timeZone: 'Europe/London', numbers: [{ number: '+442079460000' }] };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-store-'));
});

afterEach(() => {
  for (const box of boxes.splice(0)) box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('tenants', () => {
  it('makes the demo tenant at the first start only', () => {
    const box = open();
    const tenant = ensureDemoTenant(box);
    expect(tenant).toMatchObject({
      slug: 'bright-smile-dental',
      timeZone: 'America/New_York',
      status: 'active',
    });
    expect(ensureDemoTenant(box)).toBeNull();
    box.close();

    const again = open();
    expect(ensureDemoTenant(again)).toBeNull();
    expect(again.tenants.list()).toEqual([tenant]);
    const { profile, hours, services, staff } = again.tenant(tenant?.id ?? '').profile();
    expect(profile).toMatchObject({ profession: 'dentist', skills: professionOf('dentist').skills });
    expect(hours).toHaveLength(6);
    expect(hours.at(-1)).toEqual({ weekday: 6, fromMinute: 540, toMinute: 780 });
    expect(services.map((service) => [service.durationMinutes, service.priceMinor])).toEqual([
      [30, 12_000],
      [60, 21_000],
      [45, 35_000],
    ]);
    expect(services[0]?.aliases).toContain('cleaning');
    expect(staff).toHaveLength(2);
    expect(again.numbers.find('+15555550100')).toMatchObject({ tenantId: tenant?.id, active: true });
  });

  it('stays away where a business came first', () => {
    const box = open();
    box.tenants.create(salon);
    expect(ensureDemoTenant(box)).toBeNull();
    expect(box.tenants.list()).toHaveLength(1);
  });

  it('fills in what is not given', () => {
    const box = open();
    const tenant = box.tenants.create(salon);
    expect(tenant).toMatchObject({
      slug: 'salon-zoe',
      industry: 'other',
      language: 'en-US',
      status: 'active',
      recording: 'silent',
    });
    expect(box.tenants.findBySlug('salon-zoe')).toEqual(tenant);
    const { profile, hours, services, staff } = box.tenant(tenant.id).profile();
    expect(profile.greeting).toContain('Salon Zoë');
    expect([hours.length, services.length, staff.length]).toEqual([5, 1, 1]);
  });

  it('is all or nothing', () => {
    const box = open();
    box.tenants.create(salon);
    const filesBefore = readdirSync(join(dataDir, 'tenants')).length;
    expect(codeOf(() => box.tenants.create(salon))).toBe('tenant_exists');
    expect(codeOf(() => box.tenants.create({ ...salon, slug: 'other' }))).toBe('tenant_exists');
    const twice = [{ number: '+15555550111' }, { number: '+15555550111' }];
    expect(codeOf(() => box.tenants.create({ ...salon, slug: 'other', numbers: twice }))).toBe(
      'tenant_exists',
    );
    expect(box.tenants.list()).toHaveLength(1);
    expect(box.numbers.find('+15555550111')).toBeNull();
    expect(readdirSync(join(dataDir, 'tenants'))).toHaveLength(filesBefore);
  });

  it.each([
    ['timeZone', { timeZone: 'Mars/Base' }],
    ['language', { language: 'not a tag' }],
    ['numbers', { numbers: [{ number: '555' }] }],
    ['slug', { slug: 'Not A Slug' }],
    ['name', { name: ' ' }],
    ['hours', { hours: [{ weekday: 1 as const, fromMinute: 600, toMinute: 540 }] }],
    [
      'hours',
      {
        hours: [
          { weekday: 1 as const, fromMinute: 540, toMinute: 700 },
          { weekday: 1 as const, fromMinute: 690, toMinute: 720 },
        ],
      },
    ],
  ])('refuses a wrong %s', (_, wrong) => {
    expect(codeOf(() => open().tenants.create({ ...salon, ...wrong }))).toBe('input_invalid');
  });

  it('knows no tenant by a wrong id, whatever the id looks like', () => {
    const box = open();
    for (const id of ['', '../box', 'x'.repeat(5000), '018f0000-0000-7000-8000-000000000000']) {
      expect(codeOf(() => box.tenant(id))).toBe('tenant_unknown');
      expect(codeOf(() => box.tenants.setStatus(id, 'active'))).toBe('tenant_unknown');
    }
  });

  it('suspends a tenant and switches a number off', () => {
    const box = open();
    const { id } = box.tenants.create(salon);
    box.tenants.setStatus(id, 'suspended');
    box.numbers.change('+442079460000', { active: false });
    expect(box.tenants.find(id)?.status).toBe('suspended');
    expect(box.numbers.list(id)).toEqual([
      { number: '+442079460000', tenantId: id, label: 'Main', active: false },
    ]);
    expect(codeOf(() => box.numbers.change('+15555550199', { active: true }))).toBe('not_found');
  });
});

describe('isolation', () => {
  it('leaves no name readable on the disk, also while the files are open', () => {
    const box = open();
    const { id } = box.tenants.create(salon);
    const store = box.tenant(id);
    store.calls.start({
      id: 'call-1',
      sipCallId: 'sip-1',
      callerNumber: '+442079461234',
      callerName: 'Wilhelmina Featherstone',
      calledNumber: '+442079460000',
    });
    const turn = {
      callId: 'call-1',
      speaker: 'caller',
      startedAtMs: 1,
      endedAtMs: 2,
      latency: null,
    } as const;
    for (let i = 0; i < 50; i += 1) {
      store.transcript.add({ ...turn, text: `Featherstone says ${i}`, confidence: 0.9, interrupted: false });
    }
    const secrets = ['Featherstone', 'Salon Zo', '+4420794', 'create table', 'SQLite format'];
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const databases = files.filter((entry) => entry.name.includes('.db'));
    expect(databases.length).toBeGreaterThanOrEqual(4);
    for (const entry of files) {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      for (const secret of secrets) expect(bytes.includes(secret), `${secret} in ${entry.name}`).toBe(false);
    }
  });

  it("does not open one tenant's file with another's key", () => {
    const box = open();
    const one = box.tenants.create(salon);
    const other = box.tenants.create({ name: 'Other', timeZone: 'Europe/London' });
    box.close();
    copyFileSync(join(dataDir, 'tenants', `${one.id}.db`), join(dataDir, 'tenants', `${other.id}.db`));
    const again = open();
    expect(codeOf(() => again.tenant(other.id))).toBe('database_broken');
    expect(again.tenant(one.id).profile().profile.greeting).toContain('Zoë');
  });

  it("does not unseal one tenant's key as another's", () => {
    open();
    const keyring = openKeyring(dataDir, { create: false });
    const key = keyring.newTenantKey();
    const sealed = keyring.wrap('one', key);
    expect(keyring.unwrap('one', sealed)).toEqual(key);
    expect(codeOf(() => keyring.unwrap('other', sealed))).toBe('database_broken');
    expect(sealed.includes(key)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('keeps key and databases for the owner alone', () => {
    const { id } = open().tenants.create(salon);
    for (const file of ['keys/box.key', 'box.db', `tenants/${id}.db`]) {
      expect(statSync(join(dataDir, file)).mode & 0o077, file).toBe(0);
    }
  });
});

describe('a data directory', () => {
  it('belongs to one engine, is readable beside it, and is free after it', () => {
    const box = open();
    box.announce({ host: '127.0.0.1', port: 7070, key: 'a key' });
    const { id } = box.tenants.create(salon);
    try {
      open();
      expect.unreachable();
    } catch (error) {
      expect(hasCode(error, 'data_dir_locked')).toBe(true);
      expect(error).toMatchObject({ details: { pid: process.pid } });
    }
    const reader = open({ readOnly: true });
    expect(reader.tenants.list()).toHaveLength(1);
    expect(reader.tenant(id).calls.list({ limit: 10 })).toEqual([]);
    expect(codeOf(() => reader.tenants.setStatus(id, 'suspended'))).toBe('data_dir_unwritable');
    expect(runningEngine(dataDir)).toEqual({
      pid: process.pid,
      http: { host: '127.0.0.1', port: 7070, key: 'a key' },
    });
    box.close();
    box.close();
    expect(runningEngine(dataDir)).toBeNull();
    expect(open().tenants.list()).toHaveLength(1);
  });

  it('is not held by what a dead engine left behind', () => {
    writeFileSync(join(dataDir, 'engine.lock'), '');
    writeFileSync(join(dataDir, 'engine.json'), '{"pid":1,"http":{"host":"127.0.0.1","port":1}}');
    expect(runningEngine(dataDir)).toBeNull();
    open();
    expect(runningEngine(dataDir)).toEqual({ pid: process.pid, http: null });
  });

  it('is not made by a reader', () => {
    const empty = join(dataDir, 'nothing');
    expect(codeOf(() => open({ readOnly: true, dataDir: empty }))).toBe('config_invalid');
    expect(existsSync(empty)).toBe(false);
    expect(runningEngine(empty)).toBeNull();
  });

  it('must be writable', () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');
    expect(codeOf(() => open({ dataDir: file }))).toBe('data_dir_unwritable');
    expect(codeOf(() => open({ dataDir: join(file, 'below') }))).toBe('data_dir_unwritable');
  });

  it('never replaces a lost key', () => {
    open().tenants.create(salon);
    for (const box of boxes.splice(0)) box.close();
    rmSync(join(dataDir, 'keys', 'box.key'));
    expect(codeOf(() => open())).toBe('database_broken');
    expect(existsSync(join(dataDir, 'keys', 'box.key'))).toBe(false);
    expect(runningEngine(dataDir)).toBeNull();
  });

  it('is refused with a foreign key, a damaged file, or a newer format', () => {
    open().close();
    const keyFile = join(dataDir, 'keys', 'box.key');
    const key = readFileSync(keyFile);
    writeFileSync(keyFile, `${'ab'.repeat(32)}\n`);
    expect(codeOf(() => open())).toBe('database_broken');
    writeFileSync(keyFile, 'no key');
    expect(codeOf(() => open())).toBe('database_broken');
    writeFileSync(keyFile, key);

    const { boxDatabaseKey } = openKeyring(dataDir, { create: false });
    const newer = [...boxMigrations, 'create table of_tomorrow (x text) strict'];
    openDatabase({ path: join(dataDir, 'box.db'), key: boxDatabaseKey, migrations: newer }).close();
    expect(codeOf(() => open())).toBe('database_version');

    writeFileSync(join(dataDir, 'box.db'), Buffer.alloc(8192, 7));
    expect(codeOf(() => open())).toBe('database_broken');
  });
});

describe('a file', () => {
  it.each([
    [{}, 'FULL', 2],
    [{ temporary: true }, 'OFF', 0],
  ])('waits for the disk at every change unless it is thrown away (%j: %s)', (options, _, synchronous) => {
    const key = Buffer.alloc(32, 1);
    const file = { path: join(dataDir, 'some.db'), key, migrations: boxMigrations, create: true };
    const database = openDatabase({ ...file, ...options });
    expect(database.prepare('pragma synchronous').get()).toEqual({ synchronous });
    database.close();
  });
});

describe('box', () => {
  it('tells events of the box and of tenants after the commit, in order', () => {
    const box = open();
    const heard: StoredEvent[] = [];
    const stop = box.onEvent((event) => heard.push(event));
    const { id } = box.tenants.create(salon);
    box.refusals.record({
      calledNumber: '+15555550111',
      callerNumber: null,
      tenantId: null,
      reason: 'number_unknown',
    });
    const call = {
      id: 'c',
      sipCallId: 's',
      callerNumber: null,
      callerName: null,
      calledNumber: '+442079460000',
    };
    box.tenant(id).calls.start(call);
    stop();
    box.tenant(id).calls.end('c', 'abandoned');
    expect(heard.map((event) => event.type)).toEqual(['tenant.created', 'call.refused', 'call.started']);
    expect(box.events.since(0, 10)).toEqual(heard.slice(0, 2));
    expect(box.events.since(1, 10)).toEqual(heard.slice(1, 2));
    expect(
      box
        .tenant(id)
        .events.since(0, 10)
        .map((event) => event.type),
    ).toEqual(['call.started', 'call.ended']);
    expect(box.refusals.list({ limit: 5 })).toMatchObject([
      { calledNumber: '+15555550111', callerNumber: null, tenantId: null, reason: 'number_unknown' },
    ]);
  });

  it('is not harmed by a listener that throws', () => {
    const box = open();
    const heard: string[] = [];
    box.onEvent(() => {
      throw new Error('deaf');
    });
    box.onEvent((event) => heard.push(event.type));
    box.tenants.create(salon);
    expect(heard).toEqual(['tenant.created']);
  });

  it('keeps trunks by address and by user name', () => {
    const box = open();
    const byAddress = box.trunks.add({ kind: 'address', name: 'Carrier', address: '203.0.113.7' });
    const byUser = box.trunks.add({ kind: 'digest', name: 'PBX', username: 'pbx', ha1: 'a'.repeat(32) });
    expect(box.trunks.findByAddress('::ffff:203.0.113.7')).toEqual(byAddress);
    expect(box.trunks.findByAddress('203.0.113.8')).toBeNull();
    expect(box.trunks.findByUsername('pbx')).toEqual(byUser);
    expect(box.trunks.list()).toHaveLength(2);
    expect(codeOf(() => box.trunks.add({ kind: 'address', name: 'x', address: '203.0.113.7' }))).toBe(
      'input_invalid',
    );
    expect(codeOf(() => box.trunks.add({ kind: 'address', name: 'x', address: 'sip.example.com' }))).toBe(
      'input_invalid',
    );
    expect(codeOf(() => box.trunks.add({ kind: 'digest', name: 'x', username: 'y', ha1: 'zz' }))).toBe(
      'input_invalid',
    );
  });

  it('keeps settings in the shape the caller gives', () => {
    const box = open();
    const shape = z.strictObject({ colour: z.string() });
    expect(box.settings.get('look', shape)).toBeNull();
    box.settings.set('look', shape, { colour: 'green' });
    box.settings.set('look', shape, { colour: 'blue' });
    expect(box.settings.get('look', shape)).toEqual({ colour: 'blue' });
    expect(codeOf(() => box.settings.get('look', z.number()))).toBe('input_invalid');
  });
});
