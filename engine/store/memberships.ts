import { VoxboxError } from '../foundation/index.ts';
import type { Membership, TenantRole } from './access-model.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** Who works for which business, and as what. */
export interface Memberships {
  ofUser(userId: string): Membership[];
  ofTenant(tenantId: string): Membership[];
  find(tenantId: string, userId: string): Membership | null;
  /** In the place of the role they had. @throws VoxboxError `last_owner` */
  set(membership: Membership): void;
  /** @throws VoxboxError `not_found`, `last_owner` */
  remove(tenantId: string, userId: string): void;
}

const columns = 'tenant_id as tenantId, user_id as userId, role';

export function membershipRows(database: Database, { events }: { events: EventLog }): Memberships {
  const ofUser = database.prepare<Membership>(
    `select ${columns} from memberships where user_id = ? order by tenant_id`,
  );
  const ofTenant = database.prepare<Membership>(
    `select ${columns} from memberships where tenant_id = ? order by user_id`,
  );
  const one = database.prepare<Membership>(
    `select ${columns} from memberships where tenant_id = ? and user_id = ?`,
  );
  const put = database.prepare(
    `insert into memberships (tenant_id, user_id, role) values (:tenantId, :userId, :role)
     on conflict (tenant_id, user_id) do update set role = excluded.role`,
  );
  const remove = database.prepare('delete from memberships where tenant_id = ? and user_id = ?');

  /** A business that had an owner keeps one; its users could not be changed by its own people any more. */
  const keepAnOwner = (tenantId: string, userId: string): void => {
    const others = ofTenant.all(tenantId).filter((other) => other.userId !== userId);
    if (!others.some((other) => other.role === 'owner')) {
      throw new VoxboxError('last_owner', 'the business would have no owner any more');
    }
  };
  const roleOf = (tenantId: string, userId: string): TenantRole | null =>
    one.get(tenantId, userId)?.role ?? null;
  const changed = (tenantId: string, userId: string): void =>
    events.record({ type: 'membership.changed', tenantId, userId });

  return {
    ofUser: (userId) => ofUser.all(userId),
    ofTenant: (tenantId) => ofTenant.all(tenantId),
    find: (tenantId, userId) => one.get(tenantId, userId) ?? null,
    set: ({ tenantId, userId, role }) =>
      events.transaction(() => {
        if (roleOf(tenantId, userId) === 'owner' && role !== 'owner') keepAnOwner(tenantId, userId);
        put.run({ tenantId, userId, role });
        changed(tenantId, userId);
      }),
    remove: (tenantId, userId) =>
      events.transaction(() => {
        const role = roleOf(tenantId, userId);
        if (!role) throw new VoxboxError('not_found', `there is no user ${userId}`);
        if (role === 'owner') keepAnOwner(tenantId, userId);
        remove.run(tenantId, userId);
        changed(tenantId, userId);
      }),
  };
}
