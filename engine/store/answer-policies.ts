import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { ClosedPolicy, OverflowPolicy } from './model.ts';

/** What happens to calls on one occasion, by tenant. */
export interface AnswerPolicies<P> {
  /** The usual one where nothing was set. */
  get(tenantId: string): P;
  /** @throws VoxboxError `input_invalid`, `tenant_unknown` */
  set(tenantId: string, policy: P): P;
}

interface AnyPolicy {
  readonly kind: string;
  readonly ringGroupId: string | null;
  readonly retryAfterS?: number;
}

interface Occasion<P extends AnyPolicy> {
  readonly name: 'full' | 'closed';
  readonly kinds: readonly P['kind'][];
  readonly usual: P;
  readonly changed: 'overflow.policy-changed' | 'closed.policy-changed';
}

const full: Occasion<OverflowPolicy> = {
  name: 'full',
  kinds: ['busy', 'unavailable', 'message', 'ring-group'],
  usual: { kind: 'busy', ringGroupId: null, retryAfterS: 60 },
  changed: 'overflow.policy-changed',
};
const closed: Occasion<ClosedPolicy> = {
  name: 'closed',
  kinds: ['agent', 'message', 'ring-group', 'busy'],
  usual: { kind: 'agent', ringGroupId: null },
  changed: 'closed.policy-changed',
};

export const answerPolicyRows = (
  database: Database,
  { events }: { events: EventLog },
): { overflow: AnswerPolicies<OverflowPolicy>; closed: AnswerPolicies<ClosedPolicy> } => ({
  overflow: rowsOf(full, { database, events }),
  closed: rowsOf(closed, { database, events }),
});

function rowsOf<P extends AnyPolicy>(
  { name: occasion, kinds, usual, changed }: Occasion<P>,
  { database, events }: { readonly database: Database; readonly events: EventLog },
): AnswerPolicies<P> {
  const get = database.prepare<P>(
    `select kind, ring_group_id as ringGroupId ${usual.retryAfterS === undefined ? '' : ', retry_after_s as retryAfterS'}
     from answer_policies where tenant_id = ? and occasion = '${occasion}'`,
  );
  const set = database.prepare(
    `insert into answer_policies (tenant_id, occasion, kind, ring_group_id, retry_after_s)
     values (:tenantId, :occasion, :kind, :ringGroupId, :retryAfterS)
     on conflict (tenant_id, occasion) do update set kind = excluded.kind,
       ring_group_id = excluded.ring_group_id, retry_after_s = excluded.retry_after_s`,
  );
  const tenant = database.prepare<{ id: string }>('select id from tenants where id = ?');
  const group = database.prepare<{ id: string }>('select id from ring_groups where id = ? and tenant_id = ?');
  return {
    get: (tenantId) => get.get(tenantId) ?? usual,
    set: (tenantId, given) =>
      events.transaction(() => {
        const { kind, ringGroupId, retryAfterS = null } = given;
        if (!tenant.get(tenantId)) throw new VoxboxError('tenant_unknown', `there is no tenant ${tenantId}`);
        if (!kinds.includes(kind)) {
          throw new VoxboxError('input_invalid', `kind: must be one of ${kinds.join(', ')}`);
        }
        if (kind === 'ring-group' && (ringGroupId === null || !group.get(ringGroupId, tenantId))) {
          throw new VoxboxError('input_invalid', 'ringGroupId: must name a ring group of the tenant');
        }
        if (
          retryAfterS !== null &&
          !(Number.isInteger(retryAfterS) && retryAfterS >= 1 && retryAfterS <= 3600)
        ) {
          throw new VoxboxError('input_invalid', 'retryAfterS: must be 1 to 3600 seconds');
        }
        const policy: P = { ...given, ringGroupId: kind === 'ring-group' ? ringGroupId : null };
        set.run({ tenantId, occasion, kind, ringGroupId: policy.ringGroupId, retryAfterS });
        events.record({ type: changed, tenantId });
        return policy;
      }),
  };
}
