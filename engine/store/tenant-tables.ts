import type { Database } from './database.ts';

/** What the box's own file keeps of a tenant: whatever tables name one, now and in later versions. */
export interface TenantTables {
  /** To be called within a transaction. */
  clear(tenantId: string): void;
}

/** They stay: what was done to a business that is gone, and what is being done just now. */
const kept = ['audit', 'acts'];

export function tenantTables(database: Database): TenantTables {
  const names = database.prepare<{ readonly name: string }>(
    `select s.name from sqlite_schema s join pragma_table_info(s.name) c
     where s.type = 'table' and c.name = 'tenant_id' order by s.name`,
  );
  // They point at each other; what counts is that nothing does in the end.
  const later = database.prepare('pragma defer_foreign_keys = on');
  return {
    clear(tenantId) {
      later.run();
      for (const { name } of names.all().filter((table) => !kept.includes(table.name))) {
        database.prepare(`delete from ${name} where tenant_id = ?`).run(tenantId);
      }
    },
  };
}
