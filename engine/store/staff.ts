import type { Database } from './database.ts';
import type { OpenSpan, Staff } from './model.ts';

export interface StaffRows {
  list(): Staff[];
  insert(member: Staff, position: number): void;
  /** All of them anew. */
  replace(staff: readonly Staff[]): void;
}

type Row = Omit<Staff, 'hours'> & { readonly hours: string };

export function staffRows(database: Database): StaffRows {
  const list = database.prepare<Row>('select id, name, hours from staff order by position');
  const insert = database.prepare('insert into staff (id, name, hours, position) values (?, ?, ?, ?)');
  const clear = database.prepare('delete from staff');
  const rows: StaffRows = {
    list: () => list.all().map((row) => ({ ...row, hours: JSON.parse(row.hours) as OpenSpan[] })),
    insert: ({ id, name, hours = [] }, position) => {
      insert.run(id, name, JSON.stringify(hours), position);
    },
    replace(staff) {
      clear.run();
      for (const [i, member] of staff.entries()) rows.insert(member, i);
    },
  };
  return rows;
}
