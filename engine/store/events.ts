import type { Clock, DomainEvent, StoredEvent } from '../foundation/index.ts';
import type { Database } from './database.ts';

/** The event log of one database. An event is written in the transaction of the change it tells of. */
export interface EventLog {
  /** Runs a change and its events as one. Listeners hear of them after the commit, in order. */
  transaction<T>(work: () => T): T;
  /** Only inside `transaction`. */
  record(event: DomainEvent): void;
  /** Events after `sequence`, oldest first. */
  since(sequence: number, limit: number): StoredEvent[];
  /** Sequence of the last event; 0 before the first. */
  position(): number;
}

interface EventRow {
  readonly sequence: number;
  readonly atMs: number;
  readonly body: string;
}

export function createEventLog(
  database: Database,
  { log, clock, tell }: { log: string; clock: Clock; tell: (event: StoredEvent) => void },
): EventLog {
  const insert = database.prepare<{ sequence: number }>(
    'insert into events (at_ms, type, body) values (?, ?, ?) returning sequence',
  );
  const after = database.prepare<EventRow>(
    'select sequence, at_ms as atMs, body from events where sequence > ? order by sequence limit ?',
  );
  const last = database.prepare<{ position: number | null }>('select max(sequence) as position from events');
  let uncommitted: StoredEvent[] = [];
  const committed: StoredEvent[] = [];
  let telling = false;

  /** A listener may change something itself: its events wait until those before them are told. */
  const settle = (): void => {
    committed.push(...uncommitted);
    uncommitted = [];
    if (telling) return;
    telling = true;
    try {
      for (let event = committed.shift(); event; event = committed.shift()) tell(event);
    } finally {
      telling = false;
    }
  };

  return {
    transaction(work) {
      const outermost = !database.inTransaction;
      const before = uncommitted.length;
      let result: ReturnType<typeof work>;
      try {
        result = database.transaction(work);
      } catch (error) {
        uncommitted = uncommitted.slice(0, before);
        throw error;
      }
      if (outermost) settle();
      return result;
    },
    record(event) {
      if (!database.inTransaction) throw new Error('an event is recorded with its change, in a transaction');
      const atMs = clock.nowMs();
      const row = insert.get(atMs, event.type, JSON.stringify(event));
      uncommitted.push({ ...event, log, sequence: row?.sequence ?? 0, atMs });
    },
    since: (sequence, limit) =>
      after.all(sequence, limit).map(({ body, ...row }) => ({
        ...(JSON.parse(body) as DomainEvent),
        ...{ log, ...row },
      })),
    position: () => last.get()?.position ?? 0,
  };
}
