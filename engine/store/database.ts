import { chmodSync, existsSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { getLoadablePath } from 'sqlite-vec';
import { VoxboxError } from '../foundation/index.ts';
import { guarded } from './faults.ts';

export interface Statement<Row> {
  get(...parameters: unknown[]): Row | undefined;
  all(...parameters: unknown[]): Row[];
  /** The number of rows that changed. */
  run(...parameters: unknown[]): number;
}

/** One encrypted SQLite file. Every failure that can be expected leaves it as a VoxboxError. */
export interface Database {
  /** Compiled when it is run first: a file is open at once, however many statements there are for it. */
  prepare<Row = unknown>(sql: string): Statement<Row>;
  /** Runs `work` in an immediate transaction, or in a savepoint of the one that is open. `work` is synchronous. */
  transaction<T>(work: () => T): T;
  readonly inTransaction: boolean;
  close(): void;
}

export interface DatabaseOptions {
  readonly path: string;
  /** 256-bit key of this file alone. */
  readonly key: Buffer;
  readonly migrations: readonly string[];
  /** Makes the file where there is none; otherwise a missing file is `database_broken`. */
  readonly create?: boolean;
  /** Reads beside the writer; neither creates nor migrates. */
  readonly readOnly?: boolean;
  /** With sqlite-vec, and a page cache that holds what a search by meaning reads through. */
  readonly vectors?: boolean;
  /** Thrown away afterwards: nothing waits for the disk. */
  readonly temporary?: boolean;
}

const lockWaitMs = 5_000;
/** Taken only as pages are read; SQLite's own is 2 MiB. */
const vectorCacheKiB = 24_576;

/**
 * Opens, keys and migrates a database.
 *
 * The file has the SQLCipher 4 page format with a raw key: the key is random already, so stretching it
 * would only make opening slow. WAL lets readers in beside the writer. Synchronous is FULL: what was
 * acknowledged survives a power cut, not just a killed process.
 *
 * @throws VoxboxError `database_broken`, `database_version`, `disk_full`, `data_dir_unwritable`
 */
export function openDatabase(options: DatabaseOptions): Database {
  const { path, key, migrations, create, readOnly, vectors, temporary } = options;
  const isNew = !existsSync(path);
  if (isNew && (readOnly || !create)) throw new VoxboxError('database_broken', `${path} is missing`);
  const sqlite = guarded(
    path,
    () => new BetterSqlite(path, { readonly: readOnly ?? false, timeout: lockWaitMs }),
  );
  try {
    guarded(path, () => {
      if (isNew) chmodSync(path, 0o600);
      unlock(sqlite, key);
      sqlite.pragma(`synchronous = ${temporary ? 'OFF' : 'FULL'}`);
      sqlite.pragma('foreign_keys = ON');
      // Sorting must not spill personal data into a plain temporary file.
      sqlite.pragma('temp_store = MEMORY');
      sqlite.pragma('journal_size_limit = 67108864');
      if (vectors) {
        sqlite.pragma(`cache_size = -${vectorCacheKiB}`);
        sqlite.loadExtension(getLoadablePath());
      }
      migrate(sqlite, { path, migrations, readOnly: readOnly ?? false });
      // Remembered by the file. A new one has its tables by now: written once, not to the log first.
      if (!readOnly) sqlite.pragma('journal_mode = WAL');
    });
  } catch (error) {
    sqlite.close();
    throw error;
  }
  return guardedDatabase(sqlite, path);
}

function unlock(sqlite: BetterSqlite.Database, key: Buffer): void {
  if (key.length !== 32) throw new VoxboxError('database_broken', 'the key has the wrong length');
  sqlite.pragma(`cipher = 'sqlcipher'`);
  sqlite.pragma('legacy = 4');
  sqlite.pragma(`key = "x'${key.toString('hex')}'"`);
  // The first read is what shows a wrong key.
  sqlite.prepare('select count(*) from sqlite_schema').get();
}

function migrate(
  sqlite: BetterSqlite.Database,
  { path, migrations, readOnly }: { path: string; migrations: readonly string[]; readOnly: boolean },
): void {
  const version = Number(sqlite.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new VoxboxError('database_version', `${path} was written by a newer Voxbox`, {
      details: { version, known: migrations.length },
    });
  }
  if (version < migrations.length && readOnly) {
    throw new VoxboxError('database_version', `${path} was written by an older Voxbox`, {
      details: { version, known: migrations.length },
    });
  }
  if (version === migrations.length) return;
  // All as one: a file is of one version whenever the power goes, and a new one costs one write, not one for each.
  sqlite
    .transaction(() => {
      for (const sql of migrations.slice(version)) sqlite.exec(sql);
      sqlite.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}

function guardedDatabase(sqlite: BetterSqlite.Database, path: string): Database {
  return {
    prepare<Row>(sql: string): Statement<Row> {
      let known: BetterSqlite.Statement<unknown[], Row> | null = null;
      const statement = () => (known ??= sqlite.prepare<unknown[], Row>(sql));
      return {
        get: (...parameters) => guarded(path, () => statement().get(...parameters)),
        all: (...parameters) => guarded(path, () => statement().all(...parameters)),
        run: (...parameters) => guarded(path, () => statement().run(...parameters).changes),
      };
    },
    transaction: (work) => guarded(path, () => sqlite.transaction(work).immediate()),
    get inTransaction() {
      return sqlite.inTransaction;
    },
    close: () => {
      sqlite.close();
    },
  };
}
