import { type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { TransferTarget } from './model.ts';

export interface NewTransferTarget {
  readonly tenantId: string;
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly kind: TransferTarget['kind'];
  readonly target: string;
}

export type TransferTargetChange = Partial<Omit<TransferTarget, 'id' | 'tenantId'>>;

/** Changes throw VoxboxError `input_invalid` for a value that is not allowed, `not_found` for an unknown id. */
export interface TransferTargets {
  /** By name; of one tenant, or of all. */
  list(tenantId?: string): TransferTarget[];
  find(id: string): TransferTarget | null;
  /** By its name or another word for it, whatever the case. */
  findByName(tenantId: string, name: string): TransferTarget | null;
  /** @throws VoxboxError `tenant_unknown` */
  add(target: NewTransferTarget): TransferTarget;
  change(id: string, change: TransferTargetChange): TransferTarget;
  remove(id: string): void;
}

type Row = Omit<TransferTarget, 'aliases'> & { readonly aliases: string };

const columns = 'id, tenant_id as tenantId, name, aliases, kind, target';
const fromRow = (row: Row): TransferTarget => ({ ...row, aliases: JSON.parse(row.aliases) as string[] });
const toRow = (target: TransferTarget) => ({ ...target, aliases: JSON.stringify(target.aliases) });
const plain = (name: string): string => name.normalize('NFC').trim().toLowerCase();

export function transferTargetRows(
  database: Database,
  { ids, events }: { ids: Ids; events: EventLog },
): TransferTargets {
  const list = database.prepare<Row>(
    `select ${columns} from transfer_targets where :tenantId is null or tenant_id = :tenantId
     order by tenant_id, name, id`,
  );
  const byId = database.prepare<Row>(`select ${columns} from transfer_targets where id = ?`);
  const insert = database.prepare(
    `insert into transfer_targets (id, tenant_id, name, aliases, kind, target)
     values (:id, :tenantId, :name, :aliases, :kind, :target)`,
  );
  const update = database.prepare(
    `update transfer_targets set name = :name, aliases = :aliases, kind = :kind, target = :target where id = :id`,
  );
  const remove = database.prepare('delete from transfer_targets where id = ?');
  const tenant = database.prepare<{ id: string }>('select id from tenants where id = ?');
  const phone = database.prepare<{ id: string }>(
    'select id from phones where tenant_id = ? and username = ?',
  );
  const group = database.prepare<{ id: string }>('select id from ring_groups where tenant_id = ? and id = ?');

  const need = (id: string): TransferTarget => {
    const row = byId.get(id);
    if (!row) throw new VoxboxError('not_found', `there is no transfer target ${id}`);
    return fromRow(row);
  };
  const namesOf = ({ name, aliases }: TransferTarget): string[] => [name, ...aliases].map(plain);
  const reachable = ({ tenantId, kind, target }: TransferTarget): boolean => {
    if (kind === 'number') return /^\+[1-9]\d{6,14}$/.test(target);
    return (kind === 'phone' ? phone : group).get(tenantId, target) !== undefined;
  };
  const check = (target: TransferTarget): TransferTarget => {
    const wrong = trouble(target);
    if (wrong) throw new VoxboxError('input_invalid', wrong);
    if (!reachable(target)) {
      throw new VoxboxError('input_invalid', `target: the tenant has no ${target.kind} "${target.target}"`);
    }
    const names = namesOf(target);
    const others = list.all({ tenantId: target.tenantId }).map(fromRow);
    const twin = others.find(
      (other) => other.id !== target.id && namesOf(other).some((name) => names.includes(name)),
    );
    if (twin) throw new VoxboxError('input_invalid', `name: "${twin.name}" is called that already`);
    return target;
  };

  return {
    list: (tenantId) => list.all({ tenantId: tenantId ?? null }).map(fromRow),
    find(id) {
      const row = byId.get(id);
      return row ? fromRow(row) : null;
    },
    findByName: (tenantId, name) =>
      list
        .all({ tenantId })
        .map(fromRow)
        .find((target) => namesOf(target).includes(plain(name))) ?? null,
    add: ({ tenantId, name, aliases = [], kind, target }) =>
      events.transaction(() => {
        if (!tenant.get(tenantId)) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
        const added = check({ id: ids.uuid(), tenantId, name: name.trim(), aliases, kind, target });
        insert.run(toRow(added));
        events.record({ type: 'transfer-target.added', tenantId, transferTargetId: added.id });
        return added;
      }),
    change: (id, change) =>
      events.transaction(() => {
        const before = need(id);
        const { name = before.name, aliases = before.aliases } = change;
        const { kind = before.kind, target = before.target } = change;
        const changed = check({ ...before, name: name.trim(), aliases, kind, target });
        update.run(toRow(changed));
        const { tenantId } = before;
        events.record({ type: 'transfer-target.changed', tenantId, transferTargetId: id });
        return changed;
      }),
    remove: (id) =>
      events.transaction(() => {
        const { tenantId } = need(id);
        remove.run(id);
        events.record({ type: 'transfer-target.removed', tenantId, transferTargetId: id });
      }),
  };
}

function trouble({ name, aliases, kind }: TransferTarget): string | null {
  if (name === '' || name.length > 60) return 'name: must have 1 to 60 characters';
  if (aliases.length > 20) return 'aliases: must be 20 at most';
  if (aliases.some((alias) => alias.trim() === '' || alias.length > 60)) {
    return 'aliases: must have 1 to 60 characters each';
  }
  return ['phone', 'number', 'ring-group'].includes(kind)
    ? null
    : 'kind: must be phone, number or ring-group';
}
