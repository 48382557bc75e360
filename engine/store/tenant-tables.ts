import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';

export type TenantRow = Readonly<Record<string, string | number | null>>;
export type RowsByTable = Readonly<Record<string, readonly TenantRow[]>>;

/** What the box's own file keeps of a tenant: whatever tables name one, now and in later versions. */
export interface TenantTables {
  /** To be called within a transaction. */
  clear(tenantId: string): void;
  /** What moves with it, without what is sealed. */
  read(tenantId: string): RowsByTable;
  /** To be called within a transaction. @throws VoxboxError `archive_unreadable` for what no such table has */
  insert(tenantId: string, rows: RowsByTable): void;
}

/** They stay: what was done to a business that is gone, and what is being done just now. */
const kept = ['audit', 'acts'];
/** They do not move: people and programs of the box, and what happened on it. */
const ofThisBox = [...kept, 'api_tokens', 'links', 'memberships', 'outbound_calls', 'refusals'];

export function tenantTables(database: Database): TenantTables {
  const names = database.prepare<{ readonly name: string }>(
    `select s.name from sqlite_schema s join pragma_table_info(s.name) c
     where s.type = 'table' and c.name = 'tenant_id' order by s.name`,
  );
  const columnRows = database.prepare<{ readonly name: string }>(
    `select name from pragma_table_info(?) where name not like 'sealed_%'`,
  );
  // They point at each other; what counts is that nothing does in the end.
  const later = database.prepare('pragma defer_foreign_keys = on');
  const tablesBut = (others: readonly string[]): string[] =>
    names
      .all()
      .map(({ name }) => name)
      .filter((name) => !others.includes(name));
  const columnsOf = (table: string): string[] => columnRows.all(table).map(({ name }) => name);
  return {
    clear(tenantId) {
      later.run();
      for (const table of tablesBut(kept)) {
        database.prepare(`delete from ${table} where tenant_id = ?`).run(tenantId);
      }
    },
    read: (tenantId) =>
      Object.fromEntries(
        tablesBut(ofThisBox).map((table) => {
          const wanted = columnsOf(table).join(', ');
          const rows = database.prepare<TenantRow>(`select ${wanted} from ${table} where tenant_id = ?`);
          return [table, rows.all(tenantId)];
        }),
      ),
    insert(tenantId, rowsByTable) {
      later.run();
      const known = tablesBut(ofThisBox);
      for (const [table, rows] of Object.entries(rowsByTable)) {
        const isKnown = known.includes(table);
        const columns = isKnown ? columnsOf(table) : [];
        for (const row of rows) {
          const given = Object.keys(row);
          if (!isKnown || given.some((name) => !columns.includes(name))) {
            throw new VoxboxError('archive_unreadable', `nothing is known of "${table}" as it stands there`);
          }
          const values = given.map((name) => `:${name}`).join(', ');
          const insert = `insert into ${table} (${given.join(', ')}) values (${values})`;
          // Never of another business, whatever stands there.
          database.prepare(insert).run({ ...row, tenant_id: tenantId });
        }
      }
    },
  };
}
