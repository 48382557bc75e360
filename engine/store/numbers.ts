import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { PhoneNumber } from './model.ts';

export interface Numbers {
  /** @param number E.164 with + */
  find(number: string): PhoneNumber | null;
  /** Of one tenant, or of all. */
  list(tenantId?: string): PhoneNumber[];
  /** @throws VoxboxError `not_found` */
  setActive(number: string, active: boolean): void;
}

export interface NumberRows extends Numbers {
  insert(number: PhoneNumber): void;
}

type Row = Omit<PhoneNumber, 'active'> & { readonly active: number };

const columns = 'number, tenant_id as tenantId, label, active';
const fromRow = (row: Row): PhoneNumber => ({ ...row, active: row.active === 1 });

export function numberRows(database: Database): NumberRows {
  const find = database.prepare<Row>(`select ${columns} from numbers where number = ?`);
  const list = database.prepare<Row>(
    `select ${columns} from numbers where :tenantId is null or tenant_id = :tenantId order by number`,
  );
  const setActive = database.prepare('update numbers set active = ? where number = ?');
  const insert = database.prepare(
    'insert into numbers (number, tenant_id, label, active) values (?, ?, ?, ?)',
  );
  return {
    find(number) {
      const row = find.get(number);
      return row ? fromRow(row) : null;
    },
    list: (tenantId) => list.all({ tenantId: tenantId ?? null }).map(fromRow),
    setActive(number, active) {
      if (setActive.run(active ? 1 : 0, number) === 0) {
        throw new VoxboxError('not_found', `${number} belongs to nobody`);
      }
    },
    insert: ({ number, tenantId, label, active }) => {
      insert.run(number, tenantId, label, active ? 1 : 0);
    },
  };
}
