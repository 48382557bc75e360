import { type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { RingGroup } from './model.ts';

export interface NewRingGroup {
  readonly tenantId: string;
  readonly name: string;
  readonly members: readonly string[];
  /** Default `all`. */
  readonly strategy?: RingGroup['strategy'];
  /** Default 25. */
  readonly ringS?: number;
}

export type RingGroupChange = Partial<Omit<RingGroup, 'id' | 'tenantId'>>;

/** Changes throw VoxboxError `input_invalid` for a value that is not allowed, `not_found` for an unknown id. */
export interface RingGroups {
  /** By name; of one tenant, or of all. */
  list(tenantId?: string): RingGroup[];
  find(id: string): RingGroup | null;
  /** @throws VoxboxError `tenant_unknown` */
  add(group: NewRingGroup): RingGroup;
  change(id: string, change: RingGroupChange): RingGroup;
  /** Refused while a transfer target or an answer policy of the tenant leads to it. */
  remove(id: string): void;
}

type Row = Omit<RingGroup, 'members'> & { readonly members: string };

const columns = 'id, tenant_id as tenantId, name, members, strategy, ring_s as ringS';
const fromRow = (row: Row): RingGroup => ({ ...row, members: JSON.parse(row.members) as string[] });

export function ringGroupRows(
  database: Database,
  { ids, events }: { ids: Ids; events: EventLog },
): RingGroups {
  const list = database.prepare<Row>(
    `select ${columns} from ring_groups where :tenantId is null or tenant_id = :tenantId
     order by tenant_id, name, id`,
  );
  const byId = database.prepare<Row>(`select ${columns} from ring_groups where id = ?`);
  const byName = database.prepare<Row>(`select ${columns} from ring_groups where tenant_id = ? and name = ?`);
  const tenant = database.prepare<{ id: string }>('select id from tenants where id = ?');
  const foreign = database.prepare('select 1 from phones where username = ? and tenant_id <> ?');
  const insert = database.prepare(
    `insert into ring_groups (id, tenant_id, name, members, strategy, ring_s)
     values (:id, :tenantId, :name, :members, :strategy, :ringS)`,
  );
  const update = database.prepare(
    'update ring_groups set name = :name, members = :members, strategy = :strategy, ring_s = :ringS where id = :id',
  );
  const remove = database.prepare('delete from ring_groups where id = ?');
  const used = database.prepare<{ name: string }>(
    `select name from transfer_targets where kind = 'ring-group' and target = :id
     union all select case occasion when 'full' then 'overflow' else 'closed' end from answer_policies where ring_group_id = :id limit 1`,
  );

  const need = (id: string): RingGroup => {
    const row = byId.get(id);
    if (!row) throw new VoxboxError('not_found', `there is no ring group ${id}`);
    return fromRow(row);
  };
  const check = (group: RingGroup): RingGroup => {
    const wrong = trouble(group);
    if (wrong) throw new VoxboxError('input_invalid', wrong);
    const stranger = group.members.find((one) => foreign.get(one, group.tenantId));
    if (stranger !== undefined) {
      throw new VoxboxError('input_invalid', `members: the tenant has no phone "${stranger}"`);
    }
    const other = byName.get(group.tenantId, group.name);
    if (other && other.id !== group.id)
      throw new VoxboxError('input_invalid', `name: ${group.name} is taken`);
    return group;
  };
  const toRow = (group: RingGroup) => ({ ...group, members: JSON.stringify(group.members) });

  return {
    list: (tenantId) => list.all({ tenantId: tenantId ?? null }).map(fromRow),
    find(id) {
      const row = byId.get(id);
      return row ? fromRow(row) : null;
    },
    add: ({ tenantId, name, members, strategy = 'all', ringS = 25 }) =>
      events.transaction(() => {
        if (!tenant.get(tenantId)) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
        const group = check({ id: ids.uuid(), tenantId, name: name.trim(), members, strategy, ringS });
        insert.run(toRow(group));
        events.record({ type: 'ring-group.added', tenantId, ringGroupId: group.id });
        return group;
      }),
    change: (id, change) =>
      events.transaction(() => {
        const before = need(id);
        const { name = before.name, members = before.members } = change;
        const { strategy = before.strategy, ringS = before.ringS } = change;
        const group = check({ ...before, name: name.trim(), members, strategy, ringS });
        update.run(toRow(group));
        events.record({ type: 'ring-group.changed', tenantId: group.tenantId, ringGroupId: id });
        return group;
      }),
    remove: (id) =>
      events.transaction(() => {
        const { tenantId } = need(id);
        const user = used.get({ id });
        if (user) throw new VoxboxError('input_invalid', `the ring group is in use by "${user.name}"`);
        remove.run(id);
        events.record({ type: 'ring-group.removed', tenantId, ringGroupId: id });
      }),
  };
}

/** A member is the user name of a phone, or a number. */
const member = /^(\+[1-9]\d{6,14}|[\w.+-]{1,60})$/;

function trouble({ name, members, strategy, ringS }: RingGroup): string | null {
  if (name === '' || name.length > 60) return 'name: must have 1 to 60 characters';
  if (members.length < 1 || members.length > 30) return 'members: must be 1 to 30';
  if (new Set(members).size !== members.length) return 'members: somebody is named twice';
  const wrong = members.find((one) => !member.test(one));
  if (wrong !== undefined) return `members: "${wrong}" is neither a phone nor an E.164 number`;
  if (strategy !== 'all' && strategy !== 'in-turn') return 'strategy: must be all or in-turn';
  if (!Number.isInteger(ringS) || ringS < 5 || ringS > 120) return 'ringS: must be 5 to 120 seconds';
  return null;
}
