import type { Database } from './database.ts';
import type { Service } from './model.ts';

export interface ServiceRows {
  /** In the order in which they are offered. */
  list(): Service[];
  insert(service: Service, position: number): void;
}

type Row = Omit<Service, 'aliases'> & { readonly aliases: string };

export function serviceRows(database: Database): ServiceRows {
  const list = database.prepare<Row>(
    `select id, name, aliases, duration_minutes as durationMinutes, price_minor as priceMinor, currency
     from services order by position`,
  );
  const insert = database.prepare(
    `insert into services (id, position, name, aliases, duration_minutes, price_minor, currency)
     values (:id, :position, :name, :aliases, :durationMinutes, :priceMinor, :currency)`,
  );
  return {
    list: () => list.all().map((row) => ({ ...row, aliases: JSON.parse(row.aliases) as string[] })),
    insert: (service, position) => {
      insert.run({ ...service, position, aliases: JSON.stringify(service.aliases) });
    },
  };
}
