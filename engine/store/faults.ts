import { type ErrorCode, isVoxboxError, VoxboxError } from '../foundation/index.ts';

/** SQLite result codes (sqlite.org/rescode.html) and system error codes → ours; the longest prefix counts. */
const codes: readonly (readonly [prefix: string, code: ErrorCode, what: string])[] = [
  ['SQLITE_FULL', 'disk_full', 'the disk is full'],
  ['ENOSPC', 'disk_full', 'the disk is full'],
  ['EDQUOT', 'disk_full', 'the disk quota is used up'],
  ['SQLITE_NOTADB', 'database_broken', 'wrong key or not a database'],
  ['SQLITE_CORRUPT', 'database_broken', 'the file is damaged'],
  ['SQLITE_IOERR', 'database_broken', 'the file cannot be read'],
  ['SQLITE_CANTOPEN', 'data_dir_unwritable', 'the file cannot be opened'],
  ['SQLITE_READONLY', 'data_dir_unwritable', 'the file cannot be written'],
  ['SQLITE_PERM', 'data_dir_unwritable', 'the file cannot be opened'],
  ['SQLITE_BUSY', 'deadline_exceeded', 'another process holds the file'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'not_found', 'the row belongs to nothing'],
  ['EACCES', 'data_dir_unwritable', 'permission denied'],
  ['EPERM', 'data_dir_unwritable', 'permission denied'],
  ['EROFS', 'data_dir_unwritable', 'the file system is read-only'],
  ['ENOTDIR', 'data_dir_unwritable', 'a part of the path is no directory'],
  ['EEXIST', 'data_dir_unwritable', 'something else has that name'],
  ['ENOENT', 'data_dir_unwritable', 'the directory cannot be made'],
];

/** Translates a failure of SQLite or the file system; anything else is a bug and passes through. */
export function toStoreError(error: unknown, path: string): unknown {
  if (isVoxboxError(error) || !(error instanceof Error) || !('code' in error)) return error;
  const { code } = error;
  if (typeof code !== 'string') return error;
  const found = codes.find(([prefix]) => code.startsWith(prefix));
  if (!found) return error;
  return new VoxboxError(found[1], `${path}: ${found[2]}`, { cause: error, details: { path, fault: code } });
}

export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStoreError(error, path);
  }
}
