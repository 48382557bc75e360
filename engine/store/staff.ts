import type { Database } from './database.ts';
import type { Staff } from './model.ts';

export interface StaffRows {
  list(): Staff[];
  insert(member: Staff, position: number): void;
}

export function staffRows(database: Database): StaffRows {
  const list = database.prepare<Staff>('select id, name from staff order by position');
  const insert = database.prepare('insert into staff (id, name, position) values (?, ?, ?)');
  return {
    list: () => list.all(),
    insert: ({ id, name }, position) => {
      insert.run(id, name, position);
    },
  };
}
