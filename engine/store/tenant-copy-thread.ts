import { workerData } from 'node:worker_threads';
import { openDatabase } from './database.ts';
import { tenantMigrations } from './migrations.ts';

/** A tenant's file as it is at one moment, under the same key: it takes longer than the loop may wait. */
export interface CopyOrder {
  readonly path: string;
  readonly key: Uint8Array;
  readonly to: string;
}

const { path, key, to } = workerData as CopyOrder;
const file = { path, key: Buffer.from(key), migrations: tenantMigrations };
const database = openDatabase({ ...file, readOnly: true, vectors: true });
database.prepare('vacuum into ?').run(to);
database.close();
