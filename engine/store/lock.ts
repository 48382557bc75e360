import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import { guarded } from './faults.ts';

const recordSchema = z.object({
  pid: z.number().int(),
  /** Where the engine's API listens; null until it does. */
  http: z
    .object({
      host: z.string(),
      port: z.number().int(),
      /** Lets the user of this file in as the box's owner: the file is theirs alone. */
      key: z.string().optional(),
    })
    .nullable(),
});

/** Where a running engine is reached, and with what. */
export type EngineAddress = Readonly<NonNullable<z.input<typeof recordSchema>['http']>>;

/** Who holds a data directory. */
export type EngineRecord = Readonly<z.infer<typeof recordSchema>>;

/** One engine per data directory. */
export interface DataLock {
  /** Writes down where the API listens, and what lets the command line in. */
  announce(http: EngineAddress): void;
  /** Idempotent. */
  release(): void;
}

/** Somebody who only looks holds the lock for an instant; an engine that starts then waits for it. */
const lockWaitMs = 500;

const lockPath = (dataDir: string): string => join(dataDir, 'engine.lock');
const recordPath = (dataDir: string): string => join(dataDir, 'engine.json');

/**
 * Takes the data directory. The lock is SQLite's own exclusive file lock on an empty database, so the
 * operating system drops it with the process, however that ends.
 *
 * @throws VoxboxError `data_dir_locked`, `data_dir_unwritable`
 */
export function lockDataDir(dataDir: string): DataLock {
  const path = lockPath(dataDir);
  const sqlite = guarded(path, () => new BetterSqlite(path, { timeout: lockWaitMs }));
  try {
    sqlite.exec('begin exclusive');
  } catch (error) {
    sqlite.close();
    if (isBusy(error)) {
      const holder = readRecord(dataDir);
      throw new VoxboxError('data_dir_locked', `${dataDir} is in use by another engine`, {
        details: { pid: holder?.pid ?? null },
      });
    }
    return guarded(path, () => {
      throw error;
    });
  }
  const write = (record: z.input<typeof recordSchema>): void => {
    const unfinished = `${recordPath(dataDir)}.new`;
    guarded(recordPath(dataDir), () => {
      // Its mode is given to a file that is made, not to one that lies there.
      rmSync(unfinished, { force: true });
      writeFileSync(unfinished, `${JSON.stringify(record)}\n`, { mode: 0o600 });
      renameSync(unfinished, recordPath(dataDir));
    });
  };
  write({ pid: process.pid, http: null });
  return {
    announce: (http) => write({ pid: process.pid, http }),
    release() {
      if (!sqlite.open) return;
      rmSync(recordPath(dataDir), { force: true });
      sqlite.close();
    },
  };
}

/** The engine that runs on a data directory; null when none does, whatever a dead one left behind. */
export function runningEngine(dataDir: string): EngineRecord | null {
  const path = lockPath(dataDir);
  if (!existsSync(path)) return null;
  return guarded(path, () => {
    const sqlite = new BetterSqlite(path, { timeout: 0 });
    try {
      // A read is enough to meet an exclusive lock, and two that look do not disturb each other.
      sqlite.prepare('select count(*) from sqlite_schema').get();
      return null;
    } catch (error) {
      if (!isBusy(error)) throw error;
      return readRecord(dataDir) ?? { pid: 0, http: null };
    } finally {
      sqlite.close();
    }
  });
}

function readRecord(dataDir: string): EngineRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(recordPath(dataDir), 'utf8')));
  } catch {
    return null;
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
