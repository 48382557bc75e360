import type { z } from 'zod';
import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';

/** What a user edits: JSON by key, in the shape that the caller's schema gives. */
export interface Settings {
  /**
   * Null when it was never set.
   * @throws VoxboxError `input_invalid` when what is stored has another shape
   */
  get<T>(key: string, schema: z.ZodType<T>): T | null;
  /** @throws VoxboxError `input_invalid` */
  set<T>(key: string, schema: z.ZodType<T>, value: T): void;
}

export function settingRows(database: Database): Settings {
  const get = database.prepare<{ value: string }>('select value from settings where key = ?');
  const set = database.prepare(
    'insert into settings (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
  );
  const check = <T>(key: string, schema: z.ZodType<T>, value: unknown): T => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new VoxboxError(
      'input_invalid',
      `setting ${key}: ${parsed.error.issues[0]?.message ?? 'not valid'}`,
    );
  };
  return {
    get(key, schema) {
      const row = get.get(key);
      return row ? check(key, schema, JSON.parse(row.value)) : null;
    },
    set(key, schema, value) {
      set.run(key, JSON.stringify(check(key, schema, value)));
    },
  };
}
