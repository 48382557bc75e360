import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { ApiToken } from './access-model.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

export interface NewApiToken {
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdBy: string;
  readonly tokenHash: Buffer;
}

export interface ApiTokens {
  /** The latest first; those that were revoked too. */
  list(tenantId: string): ApiToken[];
  /** Null when it was revoked. */
  find(tokenHash: Buffer): ApiToken | null;
  add(token: NewApiToken): ApiToken;
  touch(id: string): void;
  /** Twice is the same as once. @throws VoxboxError `not_found` */
  revoke(tenantId: string, id: string): void;
}

interface TokenRow extends Omit<ApiToken, 'scopes'> {
  readonly scopes: string;
}

const columns = `id, tenant_id as tenantId, name, scopes, created_by as createdBy,
  created_at_ms as createdAtMs, used_at_ms as usedAtMs, revoked_at_ms as revokedAtMs`;

const tokenOf = (row: TokenRow): ApiToken => ({ ...row, scopes: JSON.parse(row.scopes) as string[] });

export function apiTokenRows(
  database: Database,
  { clock, ids, events }: { clock: Clock; ids: Ids; events: EventLog },
): ApiTokens {
  const list = database.prepare<TokenRow>(
    `select ${columns} from api_tokens where tenant_id = ? order by created_at_ms desc, id`,
  );
  const byToken = database.prepare<TokenRow>(
    `select ${columns} from api_tokens where token_hash = ? and revoked_at_ms is null`,
  );
  const byId = database.prepare<TokenRow>(`select ${columns} from api_tokens where tenant_id = ? and id = ?`);
  const insert = database.prepare(
    `insert into api_tokens (id, tenant_id, name, token_hash, scopes, created_by, created_at_ms)
     values (:id, :tenantId, :name, :tokenHash, :scopes, :createdBy, :createdAtMs)`,
  );
  const touch = database.prepare('update api_tokens set used_at_ms = ? where id = ?');
  const revoke = database.prepare(
    'update api_tokens set revoked_at_ms = ? where id = ? and revoked_at_ms is null',
  );
  return {
    list: (tenantId) => list.all(tenantId).map(tokenOf),
    find(tokenHash) {
      const row = byToken.get(tokenHash);
      return row ? tokenOf(row) : null;
    },
    add: ({ tenantId, name, scopes, createdBy, tokenHash }) =>
      events.transaction(() => {
        const id = ids.uuid();
        const createdAtMs = clock.nowMs();
        insert.run({ id, tenantId, name, tokenHash, scopes: JSON.stringify(scopes), createdBy, createdAtMs });
        events.record({ type: 'token.added', tenantId, tokenId: id });
        return { id, tenantId, name, scopes, createdBy, createdAtMs, usedAtMs: null, revokedAtMs: null };
      }),
    touch: (id) => {
      touch.run(clock.nowMs(), id);
    },
    revoke: (tenantId, id) =>
      events.transaction(() => {
        if (!byId.get(tenantId, id)) throw new VoxboxError('not_found', `there is no token ${id}`);
        if (revoke.run(clock.nowMs(), id) === 0) return;
        events.record({ type: 'token.revoked', tenantId, tokenId: id });
      }),
  };
}
