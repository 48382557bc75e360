import type { Clock, Ids } from '../foundation/index.ts';
import type { Session } from './access-model.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** How long a browser stays signed in. */
export const sessionLimits = { idleMs: 12 * 3_600_000, longestMs: 30 * 86_400_000 } as const;

export interface NewSession {
  readonly userId: string;
  /** SHA-256 of what the browser keeps: the store cannot let anybody in. */
  readonly tokenHash: Buffer;
  readonly address: string;
  readonly userAgent: string;
}

export interface Sessions {
  /** Forgets those that are over. */
  begin(session: NewSession): Session;
  /** Null when it is over, or was ended. */
  find(tokenHash: Buffer): Session | null;
  /** Those that are not over, the latest used first. */
  ofUser(userId: string): Session[];
  /** It is used now: its idle time begins anew. */
  touch(id: string): void;
  /** False where the user has no such session. */
  end(userId: string, id: string): boolean;
  /** All of a user, but the one that is kept. */
  endOthers(userId: string, keptId: string | null): void;
  /** Null: as nobody any more. */
  actAs(id: string, acting: { readonly tenantId: string; readonly untilMs: number } | null): void;
}

const columns = `id, user_id as userId, created_at_ms as createdAtMs, used_at_ms as usedAtMs, address,
  user_agent as userAgent, acting_tenant_id as actingTenantId, acting_until_ms as actingUntilMs`;
const alive = 'used_at_ms > :nowMs - :idleMs and created_at_ms > :nowMs - :longestMs';
const longestUserAgent = 200;

export function sessionRows(
  database: Database,
  { clock, ids, events }: { clock: Clock; ids: Ids; events: EventLog },
): Sessions {
  const insert = database.prepare(
    `insert into sessions (id, token_hash, user_id, created_at_ms, used_at_ms, address, user_agent)
     values (:id, :tokenHash, :userId, :nowMs, :nowMs, :address, :userAgent)`,
  );
  const byToken = database.prepare<Session>(
    `select ${columns} from sessions where token_hash = :tokenHash and ${alive}`,
  );
  const byId = database.prepare<Session>(`select ${columns} from sessions where id = ?`);
  const ofUser = database.prepare<Session>(
    `select ${columns} from sessions where user_id = :userId and ${alive} order by used_at_ms desc, id`,
  );
  const forget = database.prepare(`delete from sessions where not (${alive})`);
  const touch = database.prepare('update sessions set used_at_ms = ? where id = ?');
  const end = database.prepare('delete from sessions where user_id = ? and id = ?');
  const endOthers = database.prepare('delete from sessions where user_id = ? and id is not ?');
  const actAs = database.prepare(
    'update sessions set acting_tenant_id = ?, acting_until_ms = ? where id = ?',
  );
  const now = () => ({ nowMs: clock.nowMs(), ...sessionLimits });
  const ended = (userId: string): void => events.record({ type: 'session.ended', tenantId: null, userId });

  return {
    begin: ({ userId, tokenHash, address, userAgent }) =>
      events.transaction(() => {
        forget.run(now());
        const { nowMs } = now();
        const id = ids.uuid();
        insert.run({
          id,
          tokenHash,
          userId,
          nowMs,
          address,
          userAgent: userAgent.slice(0, longestUserAgent),
        });
        const session = byId.get(id);
        if (!session) throw new Error('a session is there once it was written');
        return session;
      }),
    find: (tokenHash) => byToken.get({ tokenHash, ...now() }) ?? null,
    ofUser: (userId) => ofUser.all({ userId, ...now() }),
    touch: (id) => {
      touch.run(clock.nowMs(), id);
    },
    end: (userId, id) =>
      events.transaction(() => {
        if (end.run(userId, id) === 0) return false;
        ended(userId);
        return true;
      }),
    endOthers: (userId, keptId) =>
      events.transaction(() => {
        if (endOthers.run(userId, keptId) > 0) ended(userId);
      }),
    actAs: (id, acting) =>
      events.transaction(() => {
        const userId = byId.get(id)?.userId;
        if (userId === undefined) return;
        actAs.run(acting?.tenantId ?? null, acting?.untilMs ?? null, id);
        events.record({ type: 'user.changed', tenantId: null, userId });
      }),
  };
}
