import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../foundation/index.ts';
import type { Database } from './database.ts';

/** What somebody did, or tried to do. Never what it was done with: no passwords, no words of callers. */
export interface AuditEntry {
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly atMs: number;
  readonly whoKind: 'user' | 'token' | 'command-line' | 'nobody';
  readonly whoId: string | null;
  readonly whoName: string;
  /** Method of the API, `noun.verb`. */
  readonly what: string;
  /**
   * `done`, `asked` for what was read, or the code of the refusal; `interrupted`: the engine ended before it was known,
   * so that it may have come to be or not.
   */
  readonly outcome: string;
  readonly tenantId: string | null;
  /** Id of what it was done to. */
  readonly thing: string | null;
  readonly address: string | null;
}

export interface AuditFilter {
  /** Of these businesses; all of the box where it is absent. */
  readonly tenantIds?: readonly string[];
  /** Part of a name. */
  readonly who?: string;
  /** Part of a method's name. */
  readonly what?: string;
  /** Entries before this one. */
  readonly before?: number;
  readonly limit: number;
}

export interface AuditVerdict {
  readonly entries: number;
  /** Sequence of the first entry that is not as it was written, or that follows a gap; null when all are. */
  readonly brokenAt: number | null;
  /** Hash of the last entry, in hexadecimal: noted elsewhere, it also proves that none was cut off since. */
  readonly head: string;
}

export interface Audit {
  /** @param entry.atMs now, where it is absent */
  record(entry: Omit<AuditEntry, 'sequence' | 'atMs'> & { readonly atMs?: number }): void;
  /** Latest first. */
  list(filter: AuditFilter): AuditEntry[];
  /** Works through the whole log in small steps. */
  verify(): Promise<AuditVerdict>;
}

interface ChainedEntry extends AuditEntry {
  readonly hash: Buffer;
}

const columns = `sequence, at_ms as atMs, who_kind as whoKind, who_id as whoId, who_name as whoName, what,
  outcome, tenant_id as tenantId, thing, address`;
/** So many take a millisecond or two. */
const verifiedAtOnce = 200;
const beginning = Buffer.alloc(32);

/** An array has one order of its values, so its JSON is canonical. */
const chained = (previous: Buffer, entry: AuditEntry): Buffer =>
  createHash('sha256')
    .update(previous)
    .update(
      JSON.stringify([
        ...[entry.sequence, entry.atMs, entry.whoKind, entry.whoId, entry.whoName],
        ...[entry.what, entry.outcome, entry.tenantId, entry.thing, entry.address],
      ]),
    )
    .digest();

export function auditRows(database: Database, { clock }: { clock: Clock }): Audit {
  const last = database.prepare<{ sequence: number; hash: Buffer }>(
    'select sequence, hash from audit order by sequence desc limit 1',
  );
  const insert = database.prepare(
    `insert into audit (sequence, at_ms, who_kind, who_id, who_name, what, outcome, tenant_id, thing, address, hash)
     values (:sequence, :atMs, :whoKind, :whoId, :whoName, :what, :outcome, :tenantId, :thing, :address, :hash)`,
  );
  const list = database.prepare<AuditEntry>(
    `select ${columns} from audit
     where (:tenantIds is null or tenant_id in (select value from json_each(:tenantIds)))
       and (:who is null or instr(lower(who_name), lower(:who)) > 0)
       and (:what is null or instr(lower(what), lower(:what)) > 0)
       and (:before is null or sequence < :before)
     order by sequence desc limit :limit`,
  );
  const after = database.prepare<ChainedEntry>(
    `select ${columns}, hash from audit where sequence > ? order by sequence limit ${verifiedAtOnce}`,
  );
  return {
    record: ({ whoKind, whoId, whoName, what, outcome, tenantId, thing, address, atMs = clock.nowMs() }) =>
      database.transaction(() => {
        const { sequence, hash } = last.get() ?? { sequence: 0, hash: beginning };
        const entry: AuditEntry = {
          ...{ sequence: sequence + 1, atMs, whoKind, whoId, whoName },
          ...{ what, outcome, tenantId, thing, address },
        };
        insert.run({ ...entry, hash: chained(hash, entry) });
      }),
    list: ({ tenantIds, who, what, before, limit }) =>
      list.all({
        tenantIds: tenantIds === undefined ? null : JSON.stringify(tenantIds),
        ...{ who: who ?? null, what: what ?? null, before: before ?? null, limit },
      }),
    async verify() {
      let entries = 0;
      let head: Buffer = beginning;
      for (;;) {
        const part = after.all(entries);
        for (const { hash, ...entry } of part) {
          if (entry.sequence !== entries + 1 || !hash.equals(chained(head, entry))) {
            return { entries, brokenAt: entry.sequence, head: head.toString('hex') };
          }
          entries = entry.sequence;
          head = hash;
        }
        if (part.length < verifiedAtOnce) return { entries, brokenAt: null, head: head.toString('hex') };
        await nextTurn();
      }
    },
  };
}
