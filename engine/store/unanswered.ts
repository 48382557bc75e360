import { type Clock, type Ids, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** A question that nothing fitted, once however often it was asked. */
export interface UnansweredQuestion {
  readonly id: string;
  readonly question: string;
  readonly times: number;
  /** The last call in which it was asked. */
  readonly callId: string | null;
  readonly status: 'open' | 'answered' | 'dismissed';
  /** Where the owner's answer is kept. */
  readonly sourceId: string | null;
  readonly firstAskedAtMs: number;
  readonly lastAskedAtMs: number;
}

export interface Unanswered {
  /** Most often asked first. */
  list(options: {
    readonly status?: UnansweredQuestion['status'];
    readonly limit: number;
    readonly offset?: number;
  }): UnansweredQuestion[];
  find(id: string): UnansweredQuestion | null;
  /** Asked again in the same words it is counted; one that was answered or dismissed is open again. */
  record(question: string, callId: string | null): UnansweredQuestion;
  /** Every question in these words has its answer in that source. */
  answered(question: string, sourceId: string): void;
  /** @throws VoxboxError `not_found` */
  dismiss(id: string): void;
  /** One that was dismissed is open again; any other stays as it is. @throws VoxboxError `not_found` */
  reopen(id: string): void;
}

const columns = `id, question, times, call_id as callId, status, source_id as sourceId,
  first_asked_at_ms as firstAskedAtMs, last_asked_at_ms as lastAskedAtMs`;

const longestQuestion = 500;

interface RowParts {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: EventLog;
}

export function unansweredRows(database: Database, { tenantId, clock, ids, events }: RowParts): Unanswered {
  const list = database.prepare<UnansweredQuestion>(
    `select ${columns} from unanswered where (:status is null or status = :status)
     order by times desc, last_asked_at_ms desc, id limit :limit offset :offset`,
  );
  const find = database.prepare<UnansweredQuestion>(`select ${columns} from unanswered where id = ?`);
  const put = database.prepare<UnansweredQuestion>(
    `insert into unanswered (id, wording, question, times, call_id, status, source_id, first_asked_at_ms,
                             last_asked_at_ms)
     values (:id, :wording, :question, 1, :callId, 'open', null, :nowMs, :nowMs)
     on conflict (wording) do update set times = times + 1, call_id = coalesce(excluded.call_id, call_id),
       status = 'open', source_id = null, last_asked_at_ms = excluded.last_asked_at_ms
     returning ${columns}`,
  );
  const answered = database.prepare<{ id: string }>(
    `update unanswered set status = 'answered', source_id = :sourceId
     where wording = :wording and (status <> 'answered' or source_id is not :sourceId) returning id`,
  );
  const dismiss = database.prepare(`update unanswered set status = 'dismissed' where id = ?`);
  const reopen = database.prepare(
    `update unanswered set status = 'open' where id = ? and status = 'dismissed'`,
  );
  return {
    list: ({ status, limit, offset = 0 }) => list.all({ status: status ?? null, limit, offset }),
    find: (id) => find.get(id) ?? null,
    record: (question, callId) =>
      events.transaction(() => {
        const kept = question.trim().slice(0, longestQuestion);
        const row = put.get({
          ...{ id: ids.uuid(), wording: wordingOf(kept), question: kept, callId },
          nowMs: clock.nowMs(),
        });
        if (!row) throw new VoxboxError('database_broken', 'a question was not kept');
        events.record({ type: 'question.unanswered', tenantId, callId, questionId: row.id });
        return row;
      }),
    answered: (question, sourceId) =>
      events.transaction(() => {
        const wording = wordingOf(question.trim().slice(0, longestQuestion));
        for (const { id } of answered.all({ sourceId, wording })) {
          events.record({ type: 'question.answered', tenantId, questionId: id });
        }
      }),
    dismiss: (id) =>
      events.transaction(() => {
        if (dismiss.run(id) === 0) throw new VoxboxError('not_found', `there is no question ${id}`);
        events.record({ type: 'question.dismissed', tenantId, questionId: id });
      }),
    reopen: (id) =>
      events.transaction(() => {
        if (reopen.run(id) > 0) events.record({ type: 'question.reopened', tenantId, questionId: id });
        else if (!find.get(id)) throw new VoxboxError('not_found', `there is no question ${id}`);
      }),
  };
}

/** The same question with other marks or capitals is the same. */
const wordingOf = (question: string): string =>
  question
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
    ?.join(' ') ?? '';
