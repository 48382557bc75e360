import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** What somebody of the business wrote down of a call. */
export interface WrittenNote {
  readonly id: string;
  readonly callId: string;
  readonly text: string;
  /** Name of who wrote it; null where nobody had signed in. */
  readonly author: string | null;
  readonly createdAtMs: number;
  readonly changedAtMs: number;
}

export interface CallNotes {
  /** Earliest first. */
  list(callId: string): WrittenNote[];
  /** @throws VoxboxError `not_found` where there is no such call */
  add(callId: string, note: { readonly text: string; readonly author: string | null }): WrittenNote;
  /** @throws VoxboxError `not_found` */
  change(id: string, text: string): WrittenNote;
  /** @throws VoxboxError `not_found` */
  remove(id: string): void;
}

const columns = `id, call_id as callId, text, author, created_at_ms as createdAtMs, changed_at_ms as changedAtMs`;

export function callNoteRows(
  database: Database,
  {
    tenantId,
    clock,
    ids,
    events,
  }: { readonly tenantId: string; readonly clock: Clock; readonly ids: Ids; readonly events: EventLog },
): CallNotes {
  const list = database.prepare<WrittenNote>(
    `select ${columns} from call_notes where call_id = ? order by created_at_ms, id`,
  );
  const find = database.prepare<WrittenNote>(`select ${columns} from call_notes where id = ?`);
  const call = database.prepare('select 1 from calls where id = ?');
  const insert = database.prepare(
    `insert into call_notes (id, call_id, text, author, created_at_ms, changed_at_ms)
     values (:id, :callId, :text, :author, :createdAtMs, :changedAtMs)`,
  );
  const update = database.prepare('update call_notes set text = ?, changed_at_ms = ? where id = ?');
  const remove = database.prepare('delete from call_notes where id = ?');
  const need = (id: string): WrittenNote => {
    const note = find.get(id);
    if (!note) throw new VoxboxError('not_found', `there is no note ${id}`);
    return note;
  };
  const tell = (callId: string): void => events.record({ type: 'call.noted', tenantId, callId });
  return {
    list: (callId) => list.all(callId),
    add: (callId, { text, author }) =>
      events.transaction(() => {
        if (!call.get(callId)) throw new VoxboxError('not_found', `there is no call ${callId}`);
        const atMs = clock.nowMs();
        const note = { id: ids.uuid(), callId, text, author, createdAtMs: atMs, changedAtMs: atMs };
        insert.run(note);
        tell(callId);
        return note;
      }),
    change: (id, text) =>
      events.transaction(() => {
        const { callId } = need(id);
        update.run(text, clock.nowMs(), id);
        tell(callId);
        return need(id);
      }),
    remove: (id) =>
      events.transaction(() => {
        const { callId } = need(id);
        remove.run(id);
        tell(callId);
      }),
  };
}
