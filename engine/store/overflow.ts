import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { OverflowPolicy } from './model.ts';

export interface Overflow {
  /** Busy where nothing was set. */
  get(tenantId: string): OverflowPolicy;
  /** @throws VoxboxError `input_invalid`, `tenant_unknown` */
  set(tenantId: string, policy: OverflowPolicy): OverflowPolicy;
}

const defaultOverflow: OverflowPolicy = { kind: 'busy', ringGroupId: null, retryAfterS: 60 };

export function overflowRows(database: Database, { events }: { events: EventLog }): Overflow {
  const get = database.prepare<OverflowPolicy>(
    `select kind, ring_group_id as ringGroupId, retry_after_s as retryAfterS
     from overflow_policies where tenant_id = ?`,
  );
  const set = database.prepare(
    `insert into overflow_policies (tenant_id, kind, ring_group_id, retry_after_s)
     values (:tenantId, :kind, :ringGroupId, :retryAfterS)
     on conflict (tenant_id) do update set kind = excluded.kind, ring_group_id = excluded.ring_group_id,
       retry_after_s = excluded.retry_after_s`,
  );
  const tenant = database.prepare<{ id: string }>('select id from tenants where id = ?');
  const group = database.prepare<{ id: string }>('select id from ring_groups where id = ? and tenant_id = ?');
  return {
    get: (tenantId) => get.get(tenantId) ?? defaultOverflow,
    set: (tenantId, { kind, ringGroupId, retryAfterS }) =>
      events.transaction(() => {
        if (!tenant.get(tenantId)) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
        if (!['busy', 'unavailable', 'message', 'ring-group'].includes(kind)) {
          throw new VoxboxError('input_invalid', 'kind: must be busy, unavailable, message or ring-group');
        }
        if (kind === 'ring-group' && (ringGroupId === null || !group.get(ringGroupId, tenantId))) {
          throw new VoxboxError('input_invalid', 'ringGroupId: must name a ring group of the tenant');
        }
        if (!Number.isInteger(retryAfterS) || retryAfterS < 1 || retryAfterS > 3600) {
          throw new VoxboxError('input_invalid', 'retryAfterS: must be 1 to 3600 seconds');
        }
        const policy: OverflowPolicy = {
          kind,
          ringGroupId: kind === 'ring-group' ? ringGroupId : null,
          retryAfterS,
        };
        set.run({ tenantId, ...policy });
        events.record({ type: 'overflow.policy-changed', tenantId });
        return policy;
      }),
  };
}
