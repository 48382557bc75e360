import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { type Clock, type Log, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Keyring } from './keys.ts';
import type { Tenant } from './model.ts';
import { settingRows } from './settings.ts';
import type { TenantStore } from './tenant-store.ts';
import { tenantTables } from './tenant-tables.ts';
import type { TenantRows } from './tenants.ts';

/** What is left of a business: the proof that nothing else is. */
export interface RemovedTenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly removedAtMs: number;
  /** SHA-256 of the key that is destroyed, in hexadecimal: tells a copy of it elsewhere, and opens nothing. */
  readonly keyFingerprint: string;
  readonly recordings: number;
}

export interface RemovalParts {
  readonly tenants: TenantRows;
  readonly events: EventLog;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Log;
  readonly dataDir: string;
  readonly store: (id: string) => TenantStore;
  /** Lets go of its file, so that it can be removed. */
  readonly release: (id: string) => void;
}

export interface TenantRemoval {
  remove(tenant: Tenant): Promise<RemovedTenant>;
  /** Of businesses whose rows were gone when an engine died. */
  finish(): void;
}

const filesOf = (dataDir: string, id: string): string[] => [
  ...['', '-wal', '-shm'].map((suffix) => join(dataDir, 'tenants', `${id}.db${suffix}`)),
  join(dataDir, 'recordings', id),
];

/**
 * Rows and key go in one transaction, the files after it. Without the key the file is noise, so that copies of it,
 * wherever they are, are removed with it; recordings are sound, so that an engine that dies before they are gone removes
 * them when it starts again.
 */
export function tenantRemoval(database: Database, parts: RemovalParts): TenantRemoval {
  const { tenants, events, keyring, clock, log, dataDir, store, release } = parts;
  const settings = settingRows(database);
  const tables = tenantTables(database);
  const removeRow = database.prepare('delete from tenants where id = ?');
  const endActing = database.prepare(
    'update sessions set acting_tenant_id = null, acting_until_ms = null where acting_tenant_id = ?',
  );
  // Overwrites what it deletes, in the file and in the log before the file.
  const overwriting = database.prepare('pragma secure_delete = on');
  const emptyLog = database.prepare('pragma wal_checkpoint(truncate)');
  const unfinished = (): string[] => settings.get('removedTenants', idsSchema) ?? [];
  const finished = (id: string): void =>
    settings.set(
      'removedTenants',
      idsSchema,
      unfinished().filter((one) => one !== id),
    );

  const removeRows = ({ id, slug, name }: Tenant): Omit<RemovedTenant, 'recordings'> => {
    refuseWhileInUse(store(id));
    const key = keyring.unwrap(id, tenants.sealedKey(id) ?? Buffer.alloc(0));
    overwriting.get();
    return events.transaction(() => {
      tables.clear(id);
      endActing.run(id);
      removeRow.run(id);
      settings.set('removedTenants', idsSchema, [...unfinished(), id]);
      events.record({ type: 'tenant.removed', tenantId: id });
      const keyFingerprint = createHash('sha256').update(key).digest('hex');
      return { id, slug, name, removedAtMs: clock.nowMs(), keyFingerprint };
    });
  };

  return {
    async remove(tenant) {
      const removed = removeRows(tenant);
      // Whoever asked may have a transaction around this one: nothing is undone any more once it is over.
      await nextTurn();
      if (tenants.find(tenant.id)) throw new VoxboxError('aborted', 'the business is still there');
      emptyLog.get();
      release(tenant.id);
      const names = await readdir(join(dataDir, 'recordings', tenant.id)).catch(() => []);
      for (const path of filesOf(dataDir, tenant.id)) await rm(path, { recursive: true, force: true });
      finished(tenant.id);
      return { ...removed, recordings: names.filter((name) => name.endsWith('.wav')).length };
    },
    finish() {
      for (const id of unfinished()) {
        for (const path of filesOf(dataDir, id)) rmSync(path, { recursive: true, force: true });
        finished(id);
        log.info({ tenantId: id }, 'what was left of a removed business is gone');
      }
    },
  };
}

const idsSchema = z.array(z.uuid());

function refuseWhileInUse({ calls, voices }: TenantStore): void {
  if (calls.inProgress().length > 0) {
    throw new VoxboxError(
      'input_invalid',
      'somebody is on the phone with this business: let the call end first',
    );
  }
  // Their service keeps them until it is told otherwise, and the key for it goes with the business.
  if (voices.cloned().length > 0) {
    throw new VoxboxError('input_invalid', 'a copied voice lies with its service: delete it first');
  }
}
