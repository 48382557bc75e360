import { type Clock, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { PassageRows } from './passages.ts';

export type SourceKind = 'file' | 'address' | 'answer';

/** A document, a page of the web or an owner's answer, in passages. */
export interface Source {
  readonly id: string;
  readonly kind: SourceKind;
  /** For people: the file's name, the page's title, the question. */
  readonly name: string;
  /** What makes it the same source when it comes again: the file's name, the address, the question. */
  readonly origin: string;
  /** SHA-256 of what it was made of. */
  readonly fingerprint: string;
  readonly passages: number;
  readonly words: number;
  readonly createdAtMs: number;
  readonly indexedAtMs: number;
}

export type NewSource = Omit<Source, 'passages' | 'createdAtMs' | 'indexedAtMs'>;

export interface Sources {
  /** By name. */
  list(): Source[];
  find(id: string): Source | null;
  findByOrigin(kind: SourceKind, origin: string): Source | null;
  /** Its passages are those of the edition from now on, and no others. */
  publish(source: NewSource, edition: number): Source;
  /**
   * Nothing of it is found from now on; `Passages.tidy` takes what is left. Questions that it answered are open again.
   *
   * @throws VoxboxError `not_found`
   */
  remove(id: string): void;
}

const columns = `id, kind, name, origin, fingerprint, passages, words, created_at_ms as createdAtMs,
  indexed_at_ms as indexedAtMs`;

interface RowParts {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly events: EventLog;
  readonly passages: Pick<PassageRows, 'countOf'>;
}

export function sourceRows(database: Database, { tenantId, clock, events, passages }: RowParts): Sources {
  const list = database.prepare<Source>(`select ${columns} from sources order by name, id`);
  const find = database.prepare<Source>(`select ${columns} from sources where id = ?`);
  const byOrigin = database.prepare<Source>(`select ${columns} from sources where kind = ? and origin = ?`);
  const put = database.prepare(
    `insert into sources (id, kind, name, origin, fingerprint, edition, passages, words, created_at_ms,
                          indexed_at_ms)
     values (:id, :kind, :name, :origin, :fingerprint, :edition, :passages, :words, :nowMs, :nowMs)
     on conflict (id) do update set name = excluded.name, fingerprint = excluded.fingerprint,
       edition = excluded.edition, passages = excluded.passages, words = excluded.words,
       indexed_at_ms = excluded.indexed_at_ms`,
  );
  const remove = database.prepare('delete from sources where id = ?');
  const reopen = database.prepare<{ id: string }>(
    `update unanswered set status = 'open' where source_id = ? and status = 'answered' returning id`,
  );
  return {
    list: () => list.all(),
    find: (id) => find.get(id) ?? null,
    findByOrigin: (kind, origin) => byOrigin.get(kind, origin) ?? null,
    publish: (source, edition) =>
      events.transaction(() => {
        // Somebody else may have brought the same source meanwhile: it stays one.
        const id = byOrigin.get(source.kind, source.origin)?.id ?? source.id;
        put.run({ ...source, id, edition, passages: passages.countOf(edition), nowMs: clock.nowMs() });
        events.record({ type: 'knowledge.changed', tenantId, sourceId: id });
        const row = find.get(id);
        if (!row) throw new VoxboxError('database_broken', 'a source was not kept');
        return row;
      }),
    remove: (id) =>
      events.transaction(() => {
        for (const question of reopen.all(id)) {
          events.record({ type: 'question.reopened', tenantId, questionId: question.id });
        }
        if (remove.run(id) === 0) throw new VoxboxError('not_found', `there is no source ${id}`);
        events.record({ type: 'knowledge.removed', tenantId, sourceId: id });
      }),
  };
}
