import { createReadStream, createWriteStream, readdirSync, rmSync } from 'node:fs';
import { cp, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { type Ids, VoxboxError } from '../foundation/index.ts';
import { type Database, openDatabase } from './database.ts';
import type { EventLog } from './events.ts';
import type { Keyring } from './keys.ts';
import { boxMigrations, tenantMigrations } from './migrations.ts';
import type { Tenant } from './model.ts';
import { sealed, unsealed } from './sealed-archive.ts';
import type { CopyOrder } from './tenant-copy-thread.ts';
import { type TenantTables, tenantTables } from './tenant-tables.ts';
import type { TenantRows } from './tenants.ts';

export interface ArchiveParts {
  readonly tenants: TenantRows;
  readonly events: EventLog;
  readonly keyring: Keyring;
  readonly ids: Ids;
  readonly dataDir: string;
}

/** A business in one file, with which it moves to another box or comes back to this one. */
export interface TenantArchives {
  write(tenant: Tenant, passphrase: string): AsyncGenerator<Buffer>;
  /** @throws VoxboxError `archive_unreadable`, `tenant_exists`, `database_version` */
  restore(path: string, passphrase: string): Promise<Tenant>;
  /** What an engine left that died meanwhile. */
  clear(): void;
}

/** What comes before the files themselves. */
const manifestSchema = z.object({
  boxVersion: z.int().min(1),
  tenant: z.object({
    id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    industry: z.enum(['healthcare', 'restaurant', 'services', 'retail', 'other']),
    status: z.enum(['trial', 'active', 'suspended']),
    timeZone: z.string(),
    language: z.string(),
    recording: z.enum(['announced', 'silent', 'off']),
    createdAtMs: z.int(),
  }),
  /** Of the tenant's file, in hexadecimal. */
  key: z.string().regex(/^[0-9a-f]{64}$/),
  tables: z.record(
    z.string(),
    z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))).readonly(),
  ),
  /** Keys of speech and language services by the id of their place. */
  serviceKeys: z.record(z.string(), z.string()),
  files: z.array(
    z.object({ name: z.string().regex(/^(?:tenant\.db|recordings\/[\w-]+\.wav)$/), bytes: z.int().min(0) }),
  ),
});
type Manifest = z.output<typeof manifestSchema>;

const suffix = '.copy';
const longestManifestBytes = 64 * 1024 * 1024;
const labelOf = (placeId: string): string => `provider ${placeId}`;

export function tenantArchives(database: Database, parts: ArchiveParts): TenantArchives {
  const { tenants, keyring, ids, dataDir } = parts;
  const tables = tenantTables(database);
  const folder = join(dataDir, 'tenants');
  const sealedKeys = database.prepare<{ readonly id: string; readonly sealedKey: Buffer }>(
    'select id, sealed_key as sealedKey from providers where tenant_id = ? and sealed_key is not null',
  );

  return {
    async *write(tenant, passphrase) {
      const { id } = tenant;
      const key = keyring.unwrap(id, tenants.sealedKey(id) ?? Buffer.alloc(0));
      const copy = join(folder, `${ids.uuid()}${suffix}`);
      try {
        await copied({ path: join(folder, `${id}.db`), key, to: copy });
        const files = await filesOf(copy, join(dataDir, 'recordings', id));
        const serviceKeys = sealedKeys
          .all(id)
          .map((row) => [row.id, keyring.unseal(labelOf(row.id), row.sealedKey).toString('utf8')] as const);
        const manifest: Manifest = {
          ...{ boxVersion: boxMigrations.length, tenant, key: key.toString('hex'), tables: tables.read(id) },
          ...{ serviceKeys: Object.fromEntries(serviceKeys), files },
        };
        yield* sealed(contents(manifest, files), passphrase);
      } finally {
        await rm(copy, { force: true });
      }
    },
    async restore(path, passphrase) {
      const staged = join(folder, `${ids.uuid()}${suffix}`);
      await mkdir(join(staged, 'recordings'), { recursive: true, mode: 0o700 });
      try {
        const manifest = await unpacked(unsealed(path, passphrase), staged);
        return await moveIn(staged, manifest, { ...parts, database, tables, folder });
      } finally {
        await rm(staged, { recursive: true, force: true });
      }
    },
    clear() {
      for (const name of readdirSync(folder)) {
        if (name.endsWith(suffix)) rmSync(join(folder, name), { recursive: true, force: true });
      }
    },
  };
}

/** @throws VoxboxError `database_broken`, also where there is no room for it */
async function copied(order: CopyOrder): Promise<void> {
  const thread = new Worker(new URL('./tenant-copy-thread.ts', import.meta.url), { workerData: order });
  await new Promise<void>((resolve, reject) => {
    thread.once('error', (cause) =>
      reject(new VoxboxError('database_broken', `the file cannot be copied: ${cause.message}`, { cause })),
    );
    thread.once('exit', () => resolve());
  });
}

async function filesOf(copy: string, recordings: string) {
  const names = (await readdir(recordings).catch(() => [])).filter((name) => /^[\w-]+\.wav$/.test(name));
  const paths = [
    { name: 'tenant.db', path: copy },
    ...names.map((name) => ({ name: `recordings/${name}`, path: join(recordings, name) })),
  ];
  return Promise.all(paths.map(async (file) => ({ ...file, bytes: (await stat(file.path)).size })));
}

async function* contents(
  manifest: Manifest,
  files: readonly { readonly path: string; readonly bytes: number }[],
): AsyncGenerator<Buffer> {
  const text = Buffer.from(JSON.stringify(manifestSchema.parse(manifest)));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  yield Buffer.concat([length, text]);
  for (const { path, bytes } of files) {
    // A call may still be recorded: what has come since stays out.
    if (bytes > 0) yield* createReadStream(path, { end: bytes - 1 });
  }
}

/** To `staged`, whole and authentic. @throws VoxboxError `archive_unreadable` */
async function unpacked(plain: AsyncGenerator<Buffer>, staged: string): Promise<Manifest> {
  let rest: Buffer = Buffer.alloc(0);
  const take = async function* (bytes: number): AsyncGenerator<Buffer> {
    for (let missing = bytes; missing > 0; ) {
      if (rest.length === 0) {
        const next = await plain.next();
        if (next.done) throw new VoxboxError('archive_unreadable', 'the archive ends too early');
        rest = next.value;
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
  };
  const all = async (bytes: number): Promise<Buffer> => Buffer.concat(await Array.fromAsync(take(bytes)));
  try {
    const length = (await all(4)).readUInt32LE();
    if (length > longestManifestBytes) throw new VoxboxError('archive_unreadable', 'another passphrase');
    const manifest = manifestSchema.parse(JSON.parse((await all(length)).toString('utf8')));
    for (const { name, bytes } of manifest.files) {
      await pipeline(Readable.from(take(bytes)), createWriteStream(join(staged, name), { mode: 0o600 }));
    }
    // The end is where the seal is.
    for (let next = await plain.next(); !next.done; next = await plain.next());
    return manifest;
  } catch (cause) {
    if (cause instanceof VoxboxError) throw cause;
    throw new VoxboxError('archive_unreadable', 'another passphrase, or the file is damaged', { cause });
  }
}

interface MovingParts extends ArchiveParts {
  readonly database: Database;
  readonly tables: TenantTables;
  readonly folder: string;
}

/** Files first, rows last: a crash in between leaves files that nobody knows, never a tenant without its file. */
async function moveIn(
  staged: string,
  { boxVersion, tenant, key, tables: rows, serviceKeys }: Manifest,
  { database, tables, events, tenants, keyring, folder, dataDir }: MovingParts,
): Promise<Tenant> {
  const { id } = tenant;
  if (boxVersion > boxMigrations.length) {
    throw new VoxboxError('database_version', 'the archive was written by a newer Voxbox');
  }
  if (tenants.find(id)) throw new VoxboxError('tenant_exists', `${tenant.name} is on this box already`);
  const tenantKey = Buffer.from(key, 'hex');
  const path = join(staged, 'tenant.db');
  // Also brings it up to date.
  openDatabase({ path, key: tenantKey, migrations: tenantMigrations, vectors: true }).close();
  const [file, recordings] = [join(folder, `${id}.db`), join(dataDir, 'recordings', id)];
  const sealKey = database.prepare('update providers set sealed_key = ? where id = ?');
  try {
    await rename(path, file);
    await cp(join(staged, 'recordings'), recordings, { recursive: true });
    return events.transaction(() => {
      tenants.insert(tenant, keyring.wrap(id, tenantKey));
      tables.insert(id, rows);
      for (const [place, secret] of Object.entries(serviceKeys)) {
        sealKey.run(keyring.seal(labelOf(place), Buffer.from(secret, 'utf8')), place);
      }
      events.record({ type: 'tenant.created', tenantId: id, name: tenant.name });
      return tenant;
    });
  } catch (error) {
    for (const left of [file, recordings]) await rm(left, { recursive: true, force: true });
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_CONSTRAINT')) {
      throw new VoxboxError('tenant_exists', `something of it is on this box already: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}
