import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog, systemClock, systemIds } from '../foundation/index.ts';
import { type Box, openBox } from './box.ts';
import { openDatabase } from './database.ts';
import { openKeyring } from './keys.ts';
import { boxMigrations } from './migrations.ts';

let dataDir: string;
let box: Box;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voxbox-audit-'));
  box = openBox({ dataDir, clock: systemClock, ids: systemIds, log: silentLog });
});
afterEach(() => {
  box.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const write = (count: number): void => {
  for (let n = 1; n <= count; n += 1) {
    box.audit.record({
      ...{
        whoKind: 'user',
        whoId: 'u',
        whoName: n % 2 ? 'Ann' : 'Bob',
        what: `user.change`,
        outcome: 'done',
      },
      ...{ tenantId: n % 3 ? null : 't', thing: String(n), address: '127.0.0.1' },
    });
  }
};

/** As somebody would who has the key and a database program. */
function tamper(sql: string): void {
  const { boxDatabaseKey } = openKeyring(dataDir, { create: false });
  const path = join(dataDir, 'box.db');
  const database = openDatabase({ path, key: boxDatabaseKey, migrations: boxMigrations });
  database.prepare(sql).run();
  database.close();
}

it('is whole, however long it is, and says by what it is known', async () => {
  expect(await box.audit.verify()).toEqual({ entries: 0, brokenAt: null, head: '0'.repeat(64) });
  write(401);
  const first = await box.audit.verify();
  expect(first).toMatchObject({ entries: 401, brokenAt: null });
  write(1);
  expect((await box.audit.verify()).head).not.toBe(first.head);
});

it.each([
  ['an entry is changed', "update audit set who_name = 'Eve' where sequence = 250", 250],
  ['an entry is taken out', 'delete from audit where sequence = 250', 251],
  ['the first one is taken out', 'delete from audit where sequence = 1', 2],
  ['two are exchanged', 'update audit set at_ms = at_ms + 1 where sequence in (7, 8)', 7],
  [
    'one is put in',
    'insert into audit select 302, at_ms, who_kind, who_id, who_name, what, outcome, tenant_id, thing, address, hash from audit where sequence = 301',
    302,
  ],
])('tells when %s', async (_, sql, brokenAt) => {
  write(301);
  tamper(sql);
  expect(await box.audit.verify()).toMatchObject({ brokenAt });
});

it('can be reckoned again by anybody', async () => {
  write(1);
  const [entry] = box.audit.list({ limit: 1 });
  const hash = createHash('sha256')
    .update(Buffer.alloc(32))
    .update(JSON.stringify(Object.values(entry ?? {})))
    .digest('hex');
  expect((await box.audit.verify()).head).toBe(hash);
});

it('is read page by page, by who, what and whose', () => {
  write(10);
  const numbers = (filter: Parameters<Box['audit']['list']>[0]) =>
    box.audit.list(filter).map(({ sequence }) => sequence);
  expect(numbers({ limit: 3 })).toEqual([10, 9, 8]);
  expect(numbers({ limit: 3, before: 8 })).toEqual([7, 6, 5]);
  expect(numbers({ limit: 10, who: 'an' })).toEqual([9, 7, 5, 3, 1]);
  expect(numbers({ limit: 10, what: 'USER', tenantIds: ['t', 'other'] })).toEqual([9, 6, 3]);
  expect(numbers({ limit: 10, tenantIds: [] })).toEqual([]);
  expect(numbers({ limit: 10, what: 'call' })).toEqual([]);
});
