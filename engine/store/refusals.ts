import type { Clock } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** A call that no agent took. */
export interface Refusal {
  readonly atMs: number;
  readonly calledNumber: string;
  /** E.164 with +, or null when withheld. */
  readonly callerNumber: string | null;
  /** Null where the number belongs to nobody. */
  readonly tenantId: string | null;
  readonly reason: string;
}

export interface Refusals {
  record(refusal: Omit<Refusal, 'atMs'>): void;
  /** How many were kept out for each reason, of one tenant in [fromMs, toMs); as far back as they are kept. */
  reasons(
    tenantId: string,
    span: { readonly fromMs: number; readonly toMs: number },
  ): { readonly reason: string; readonly calls: number }[];
  /** Latest first. */
  list(options: { readonly limit: number }): Refusal[];
  /** The calls stay, and are nobody's. */
  forget(tenantId: string, callerNumber: string): void;
}

/** Scanners ring by the thousand: the disk must not fill with them. */
const keptRefusals = 10_000;
const keptBoxEvents = 100_000;

export function refusalRows(
  database: Database,
  { clock, events }: { clock: Clock; events: EventLog },
): Refusals {
  const insert = database.prepare(
    `insert into refusals (at_ms, called_number, caller_number, tenant_id, reason)
     values (:atMs, :calledNumber, :callerNumber, :tenantId, :reason)`,
  );
  const dropOldest = database.prepare(
    'delete from refusals where sequence <= (select max(sequence) from refusals) - ?',
  );
  const forgetEvents = database.prepare(
    'delete from events where sequence <= (select max(sequence) from events) - ?',
  );
  const forget = database.prepare(
    'update refusals set caller_number = null where tenant_id = ? and caller_number = ?',
  );
  const list = database.prepare<Refusal>(
    `select at_ms as atMs, called_number as calledNumber, caller_number as callerNumber,
            tenant_id as tenantId, reason
     from refusals order by sequence desc limit ?`,
  );
  const reasons = database.prepare<{ reason: string; calls: number }>(
    `select reason, count(*) as calls from refusals
     where tenant_id = :tenantId and at_ms >= :fromMs and at_ms < :toMs group by reason`,
  );
  return {
    reasons: (tenantId, span) => reasons.all({ tenantId, ...span }),
    record: (refusal) =>
      events.transaction(() => {
        insert.run({ ...refusal, atMs: clock.nowMs() });
        dropOldest.run(keptRefusals);
        const { tenantId, calledNumber, reason } = refusal;
        events.record({ type: 'call.refused', tenantId, calledNumber, reason });
        forgetEvents.run(keptBoxEvents);
      }),
    list: ({ limit }) => list.all(limit),
    forget: (tenantId, callerNumber) => {
      forget.run(tenantId, callerNumber);
    },
  };
}
