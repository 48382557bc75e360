import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { Link } from './access-model.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

export type NewLink = Pick<Link, 'kind'> &
  Partial<Omit<Link, 'id' | 'createdAtMs' | 'expiresAtMs'>> & {
    readonly tokenHash: Buffer;
    readonly lastsMs: number;
  };

export interface Links {
  /** Forgets those that are too old. */
  add(link: NewLink): Link;
  /** Null when it was used, is too old, or never was. */
  find(tokenHash: Buffer): Link | null;
  /** Invitations that nobody has taken yet, the latest first: of a business, or of the box where it is null. */
  invitations(tenantId: string | null): Link[];
  /** It is used up. False where it was before. */
  take(id: string): boolean;
  /** Of that business, or of the box. @throws VoxboxError `not_found` */
  removeInvitation(tenantId: string | null, id: string): void;
  /** Those of a kind, whoever has them. */
  clear(kind: Link['kind']): void;
}

const columns = `id, kind, user_id as userId, email, box_role as boxRole, tenant_id as tenantId,
  tenant_role as tenantRole, created_at_ms as createdAtMs, expires_at_ms as expiresAtMs`;

export function linkRows(
  database: Database,
  { clock, ids, events }: { clock: Clock; ids: Ids; events: EventLog },
): Links {
  const insert = database.prepare(
    `insert into links (id, token_hash, kind, user_id, email, box_role, tenant_id, tenant_role,
                        created_at_ms, expires_at_ms)
     values (:id, :tokenHash, :kind, :userId, :email, :boxRole, :tenantId, :tenantRole,
             :createdAtMs, :expiresAtMs)`,
  );
  const byToken = database.prepare<Link>(
    `select ${columns} from links where token_hash = ? and expires_at_ms > ?`,
  );
  const byId = database.prepare<Link>(`select ${columns} from links where id = ?`);
  const invitations = database.prepare<Link>(
    `select ${columns} from links
     where kind = 'invitation' and tenant_id is ? and expires_at_ms > ? order by created_at_ms desc, id`,
  );
  const remove = database.prepare('delete from links where id = ?');
  const forget = database.prepare('delete from links where expires_at_ms <= ?');
  const clear = database.prepare('delete from links where kind = ?');
  const changed = ({ kind, tenantId }: Pick<Link, 'kind' | 'tenantId'>): void => {
    if (kind === 'invitation') events.record({ type: 'invitation.changed', tenantId });
  };

  return {
    add: ({ tokenHash, lastsMs, kind, ...of }) =>
      events.transaction(() => {
        const nowMs = clock.nowMs();
        forget.run(nowMs);
        const { userId = null, email = null, boxRole = null, tenantId = null, tenantRole = null } = of;
        const link: Link = {
          ...{ id: ids.uuid(), kind, userId, email, boxRole, tenantId, tenantRole },
          ...{ createdAtMs: nowMs, expiresAtMs: nowMs + lastsMs },
        };
        insert.run({ ...link, tokenHash });
        changed(link);
        return link;
      }),
    find: (tokenHash) => byToken.get(tokenHash, clock.nowMs()) ?? null,
    invitations: (tenantId) => invitations.all(tenantId, clock.nowMs()),
    take: (id) =>
      events.transaction(() => {
        const link = byId.get(id);
        if (!link) return false;
        remove.run(id);
        changed(link);
        return true;
      }),
    removeInvitation: (tenantId, id) =>
      events.transaction(() => {
        const link = byId.get(id);
        if (link?.kind !== 'invitation' || link.tenantId !== tenantId) {
          throw new VoxboxError('not_found', `there is no invitation ${id}`);
        }
        remove.run(id);
        changed(link);
      }),
    clear: (kind) => {
      clear.run(kind);
    },
  };
}
