import type { Database } from './database.ts';
import type { Service } from './model.ts';

export interface ServiceRows {
  /** In the order in which they are offered. */
  list(): Service[];
  insert(service: Service, position: number): void;
  /** All of them anew. */
  replace(services: readonly Service[]): void;
}

type Row = Omit<Service, 'aliases' | 'staffIds'> & { readonly aliases: string; readonly staffIds: string };

export function serviceRows(database: Database): ServiceRows {
  const list = database.prepare<Row>(
    `select id, name, aliases, duration_minutes as durationMinutes, price_minor as priceMinor, currency,
            buffer_before_minutes as bufferBeforeMinutes, buffer_after_minutes as bufferAfterMinutes, capacity,
            staff_ids as staffIds
     from services order by position`,
  );
  const insert = database.prepare(
    `insert into services (id, position, name, aliases, duration_minutes, price_minor, currency,
                           buffer_before_minutes, buffer_after_minutes, capacity, staff_ids)
     values (:id, :position, :name, :aliases, :durationMinutes, :priceMinor, :currency, :bufferBeforeMinutes,
             :bufferAfterMinutes, :capacity, :staffIds)`,
  );
  const clear = database.prepare('delete from services');
  const rows: ServiceRows = {
    list: () =>
      list.all().map((row) => ({
        ...row,
        aliases: JSON.parse(row.aliases) as string[],
        staffIds: JSON.parse(row.staffIds) as string[],
      })),
    insert: ({ aliases, staffIds = [], ...service }, position) => {
      insert.run({
        ...{ bufferBeforeMinutes: 0, bufferAfterMinutes: 0, capacity: 1 },
        ...service,
        ...{ position, aliases: JSON.stringify(aliases), staffIds: JSON.stringify(staffIds) },
      });
    },
    replace(services) {
      clear.run();
      for (const [i, service] of services.entries()) rows.insert(service, i);
    },
  };
  return rows;
}
