import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { PhoneNumber } from './model.ts';

export interface Numbers {
  /** @param number E.164 with + */
  find(number: string): PhoneNumber | null;
  /** Of one tenant, or of all. */
  list(tenantId?: string): PhoneNumber[];
  /** @throws VoxboxError `tenant_exists` where the number leads to somebody already, `input_invalid` */
  add(number: Omit<PhoneNumber, 'active'>): PhoneNumber;
  /** Leaves what is not named as it was. @throws VoxboxError `not_found`, `input_invalid` */
  change(number: string, change: Partial<Pick<PhoneNumber, 'label' | 'active'>>): PhoneNumber;
  /** @throws VoxboxError `not_found` */
  remove(number: string): void;
}

export interface NumberRows extends Numbers {
  /** As part of the transaction that makes the tenant. */
  insert(number: PhoneNumber): void;
}

type Row = Omit<PhoneNumber, 'active'> & { readonly active: number };

const columns = 'number, tenant_id as tenantId, label, active';
const fromRow = (row: Row): PhoneNumber => ({ ...row, active: row.active === 1 });

export function numberRows(database: Database, { events }: { readonly events: EventLog }): NumberRows {
  const find = database.prepare<Row>(`select ${columns} from numbers where number = ?`);
  const list = database.prepare<Row>(
    `select ${columns} from numbers where :tenantId is null or tenant_id = :tenantId order by number`,
  );
  const update = database.prepare('update numbers set label = ?, active = ? where number = ?');
  const remove = database.prepare('delete from numbers where number = ?');
  const put = database.prepare('insert into numbers (number, tenant_id, label, active) values (?, ?, ?, ?)');
  const insert = ({ number, tenantId, label, active }: PhoneNumber): void => {
    put.run(number, tenantId, label, active ? 1 : 0);
  };
  const need = (number: string): PhoneNumber => {
    const row = find.get(number);
    if (!row) throw new VoxboxError('not_found', `${number} belongs to nobody`);
    return fromRow(row);
  };
  return {
    find(number) {
      const row = find.get(number);
      return row ? fromRow(row) : null;
    },
    list: (tenantId) => list.all({ tenantId: tenantId ?? null }).map(fromRow),
    add: ({ number, tenantId, label }) =>
      events.transaction(() => {
        if (!/^\+[1-9]\d{6,14}$/.test(number)) {
          throw new VoxboxError('input_invalid', `number: "${number}" is no number with + and country`);
        }
        if (find.get(number)) throw new VoxboxError('tenant_exists', `${number} is taken`);
        const added = { number, tenantId, label: checkedLabel(label), active: true };
        insert(added);
        events.record({ type: 'number.added', tenantId, number });
        return added;
      }),
    change: (number, given) =>
      events.transaction(() => {
        const before = need(number);
        const { active = before.active } = given;
        const label = checkedLabel(given.label ?? before.label);
        update.run(label, active ? 1 : 0, number);
        events.record({ type: 'number.changed', tenantId: before.tenantId, number });
        return { ...before, label, active };
      }),
    remove: (number) =>
      events.transaction(() => {
        const { tenantId } = need(number);
        remove.run(number);
        events.record({ type: 'number.removed', tenantId, number });
      }),
    insert,
  };
}

function checkedLabel(label: string): string {
  if (label.length > 60) throw new VoxboxError('input_invalid', 'label: must have at most 60 characters');
  return label.trim();
}
