import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { openDatabase } from './database.ts';
import { openKeyring } from './keys.ts';
import { boxMigrations } from './migrations.ts';
import type { Tenant } from './model.ts';

let dataDir: string;
let box: Box;
let gone: Tenant;
let kept: Tenant;

const open = () => openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
const recording = (id: string) => join(dataDir, 'recordings', id, 'call.wav');
const fileOf = (id: string) => join(dataDir, 'tenants', `${id}.db`);
/** The box's own file, beside the box. */
const look = () =>
  openDatabase({
    path: join(dataDir, 'box.db'),
    key: openKeyring(dataDir, { create: false }).boxDatabaseKey,
    migrations: boxMigrations,
  });

/** A business with something in everything that the box keeps of one. */
function business(name: string, digit: number): Tenant {
  const number = `+1202555010${digit}`;
  const tenant = box.tenants.create({ name, timeZone: 'Europe/London', numbers: [{ number }] });
  const { id: tenantId } = tenant;
  const phone = { username: `desk-${digit}`, ha1: 'a'.repeat(32), label: 'Desk', extension: '101' };
  box.phones.add({ tenantId, ...phone });
  const group = box.ringGroups.add({ tenantId, name: 'All', members: [phone.username] });
  box.transferTargets.add({ tenantId, name: 'Desk', kind: 'ring-group', target: group.id });
  box.overflow.set(tenantId, { kind: 'ring-group', ringGroupId: group.id, retryAfterS: 60 });
  box.outbound.setPolicy(tenantId, box.outbound.policy(tenantId));
  box.providers.save(tenantId, 'stt', [{ provider: 'local' }]);
  box.refusals.record({ tenantId, calledNumber: number, callerNumber: '+12025550199', reason: 'suspended' });
  const user = { email: `${name}@example.com`, name, boxRole: null, passwordHash: null };
  box.memberships.set({ tenantId, userId: box.users.add(user).id, role: 'owner' });
  mkdirSync(join(dataDir, 'recordings', tenantId), { recursive: true });
  writeFileSync(recording(tenantId), 'sound');
  return tenant;
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-removal-'));
  box = open();
  gone = business('gone', 1);
  kept = business('kept', 2);
});

afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a business that is removed', () => {
  it('leaves nothing in the box but its lines in the audit log, and no key for a copy of its file', async () => {
    const act = { whoKind: 'user', whoId: null, whoName: 'Ada', thing: null, address: null } as const;
    box.audit.record({ ...act, what: 'call.recording', outcome: 'asked', tenantId: gone.id });
    const copy = join(dataDir, 'copy.db');
    copyFileSync(fileOf(gone.id), copy);
    const removed = await box.tenants.remove(gone.id);
    expect(removed).toMatchObject({ id: gone.id, name: 'gone', recordings: 1 });
    expect(removed.keyFingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(readdirSync(join(dataDir, 'tenants')).filter((name) => name.startsWith(gone.id))).toEqual([]);
    expect([existsSync(recording(gone.id)), existsSync(recording(kept.id))]).toEqual([false, true]);
    expect(() => box.tenant(gone.id)).toThrow('no tenant');
    expect(box.numbers.find('+12025550101')).toBeNull();
    expect(box.audit.list({ limit: 9 })).toMatchObject([{ what: 'call.recording', tenantId: gone.id }]);

    const file = look();
    const tables = file
      .prepare<{ name: string }>(
        `select s.name from sqlite_schema s join pragma_table_info(s.name) c
         where s.type = 'table' and c.name = 'tenant_id' and s.name not in ('audit', 'acts')`,
      )
      .all()
      .map(({ name }) => name);
    const rowsOf = (id: string): number[] =>
      tables.map(
        (table) =>
          file.prepare<{ n: number }>(`select count(*) as n from ${table} where tenant_id = ?`).get(id)?.n ??
          0,
      );
    expect(tables.length).toBeGreaterThan(9);
    expect(rowsOf(gone.id).every((rows) => rows === 0)).toBe(true);
    expect(rowsOf(kept.id).filter((rows) => rows > 0).length).toBeGreaterThan(7);
    file.close();
    // The other one goes on.
    expect(box.tenant(kept.id).profile().staff).toHaveLength(1);
  });

  it('stays while somebody speaks with it', async () => {
    const { calls } = box.tenant(gone.id);
    const call = {
      id: 'c',
      sipCallId: 'c',
      callerNumber: null,
      callerName: null,
      calledNumber: '+12025550101',
    };
    calls.start(call);
    await expect(box.tenants.remove(gone.id)).rejects.toThrow('somebody is on the phone');
    expect(existsSync(recording(gone.id))).toBe(true);
    calls.end('c', 'abandoned');
    await box.tenants.remove(gone.id);
    await expect(box.tenants.remove(gone.id)).rejects.toMatchObject({ code: 'tenant_unknown' });
  });

  it('is not removed where that is undone, and is removed whole where an engine died meanwhile', async () => {
    let removing: Promise<unknown> = Promise.resolve();
    const undone = () =>
      box.transaction(() => {
        removing = box.tenants.remove(gone.id);
        throw new Error('undone');
      });
    expect(undone).toThrow('undone');
    await expect(removing).rejects.toMatchObject({ code: 'aborted' });
    expect([existsSync(recording(gone.id)), box.tenant(gone.id).profile().staff.length]).toEqual([true, 1]);

    // The rows are gone once it waits for the first time; what comes after is what a dead engine leaves.
    void box.tenants.remove(gone.id).catch(() => {});
    box.close();
    expect(existsSync(recording(gone.id))).toBe(true);
    box = open();
    expect([existsSync(recording(gone.id)), existsSync(fileOf(gone.id))]).toEqual([false, false]);
    expect(box.tenants.list()).toEqual([kept]);
  });
});
