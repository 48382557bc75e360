import type { Database } from './database.ts';

/** A time that is kept for one call while its caller makes up their mind. */
export interface Hold {
  readonly callId: string;
  readonly serviceId: string;
  readonly staffId: string;
  readonly startsAtMs: number;
  /** With what is to be kept free around it. */
  readonly blockedFromMs: number;
  readonly blockedToMs: number;
  readonly expiresAtMs: number;
}

export interface Holds {
  /** Those that have not run out; a call has one at most. */
  list(nowMs: number): Hold[];
  /** In the place of the call's earlier one; clears those that have run out. Only inside `transaction`. */
  put(hold: Hold, nowMs: number): void;
  release(callId: string): void;
}

export function holdRows(database: Database): Holds {
  const list = database.prepare<Hold>(
    `select call_id as callId, service_id as serviceId, staff_id as staffId, starts_at_ms as startsAtMs,
            blocked_from_ms as blockedFromMs, blocked_to_ms as blockedToMs, expires_at_ms as expiresAtMs
     from holds where expires_at_ms > ? order by call_id`,
  );
  const clear = database.prepare('delete from holds where expires_at_ms <= ? or call_id = ?');
  const insert = database.prepare(
    `insert into holds (call_id, service_id, staff_id, starts_at_ms, blocked_from_ms, blocked_to_ms, expires_at_ms)
     values (:callId, :serviceId, :staffId, :startsAtMs, :blockedFromMs, :blockedToMs, :expiresAtMs)`,
  );
  const release = database.prepare('delete from holds where call_id = ?');
  return {
    list: (nowMs) => list.all(nowMs),
    put(hold, nowMs) {
      if (!database.inTransaction) throw new Error('a hold is put where its opening was checked');
      clear.run(nowMs, hold.callId);
      insert.run(hold);
    },
    release: (callId) => {
      release.run(callId);
    },
  };
}
