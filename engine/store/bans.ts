import { type Clock, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Ban } from './model.ts';

export interface Bans {
  /** Latest first; those that are over too, while they are remembered. */
  list(): Ban[];
  find(address: string): Ban | null;
  /** Those that have not ended. */
  active(nowMs: number): Ban[];
  /** Replaces what was known of that address. Forgets those that ended long ago. */
  put(ban: Ban): void;
  /** Forgets the address. @throws VoxboxError `not_found` */
  lift(address: string): void;
  /** Forgets those that ended before. Returns how many. */
  purge(endedBeforeMs: number): number;
}

/** A source that comes back within this time is banned for longer. */
export const banMemoryMs = 30 * 86_400_000;
/** A botnet must not fill the disk. */
const keptBans = 10_000;
const keptBoxEvents = 100_000;

const columns = 'address, reason, count, banned_at_ms as bannedAtMs, until_ms as untilMs';

export function banRows(database: Database, { clock, events }: { clock: Clock; events: EventLog }): Bans {
  const list = database.prepare<Ban>(`select ${columns} from bans order by banned_at_ms desc, address`);
  const byAddress = database.prepare<Ban>(`select ${columns} from bans where address = ?`);
  const active = database.prepare<Ban>(`select ${columns} from bans where until_ms > ? order by address`);
  const put = database.prepare(
    `insert into bans (address, reason, count, banned_at_ms, until_ms)
     values (:address, :reason, :count, :bannedAtMs, :untilMs)
     on conflict (address) do update set reason = excluded.reason, count = excluded.count,
       banned_at_ms = excluded.banned_at_ms, until_ms = excluded.until_ms`,
  );
  const lift = database.prepare('delete from bans where address = ?');
  const purge = database.prepare('delete from bans where until_ms < ?');
  const oldest = database.prepare(
    `delete from bans where address in (
       select address from bans order by until_ms desc limit -1 offset ${keptBans})`,
  );
  const forgetEvents = database.prepare(
    'delete from events where sequence <= (select max(sequence) from events) - ?',
  );
  return {
    list: () => list.all(),
    find: (address) => byAddress.get(address) ?? null,
    active: (nowMs) => active.all(nowMs),
    put: ({ address, reason, count, bannedAtMs, untilMs }) =>
      events.transaction(() => {
        purge.run(clock.nowMs() - banMemoryMs);
        put.run({ address, reason, count, bannedAtMs, untilMs });
        oldest.run();
        events.record({ type: 'source.banned', tenantId: null, address, reason, untilMs });
        forgetEvents.run(keptBoxEvents);
      }),
    lift: (address) =>
      events.transaction(() => {
        if (lift.run(address) === 0) throw new VoxboxError('not_found', `${address} is not banned`);
        events.record({ type: 'ban.lifted', tenantId: null, address });
      }),
    purge: (endedBeforeMs) => purge.run(endedBeforeMs),
  };
}
