import { VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

export type SubmissionKind = 'message' | 'order' | 'reservation' | 'lead' | 'request';

/** What a caller left with the business: a message, an order, a lead. */
export interface Submission {
  readonly id: string;
  /** Id of the skill that took it. */
  readonly skill: string;
  readonly kind: SubmissionKind;
  readonly title: string;
  readonly callId: string | null;
  readonly customerName: string | null;
  /** E.164 with +; null when withheld. */
  readonly customerPhone: string | null;
  readonly urgent: boolean;
  /** What was taken down, in the order of the skill's slots. */
  readonly fields: readonly { readonly id: string; readonly label: string; readonly value: string }[];
  /** Sum of the items of an order; null where nothing has a price. */
  readonly totalMinor: number | null;
  /** ISO 4217. */
  readonly currency: string | null;
  readonly status: 'open' | 'done';
  readonly createdAtMs: number;
}

export interface Submissions {
  /** The latest first. */
  list(options: {
    readonly kind?: SubmissionKind;
    readonly status?: Submission['status'];
    readonly limit: number;
    readonly offset?: number;
  }): Submission[];
  find(id: string): Submission | null;
  ofCall(callId: string): Submission[];
  insert(submission: Submission): void;
  /** @throws VoxboxError `not_found` */
  setStatus(id: string, status: Submission['status']): void;
}

type Row = Omit<Submission, 'fields' | 'urgent'> & { readonly fields: string; readonly urgent: number };

const columns = `id, skill, kind, title, call_id as callId, customer_name as customerName,
  customer_phone as customerPhone, urgent, fields, total_minor as totalMinor, currency, status,
  created_at_ms as createdAtMs`;

export function submissionRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): Submissions {
  const list = database.prepare<Row>(
    `select ${columns} from submissions
     where (:kind is null or kind = :kind) and (:status is null or status = :status)
     order by created_at_ms desc, id limit :limit offset :offset`,
  );
  const find = database.prepare<Row>(`select ${columns} from submissions where id = ?`);
  const ofCall = database.prepare<Row>(
    `select ${columns} from submissions where call_id = ? order by created_at_ms, id`,
  );
  const insert = database.prepare(
    `insert into submissions (id, skill, kind, title, call_id, customer_name, customer_phone, urgent, fields,
                              total_minor, currency, status, created_at_ms)
     values (:id, :skill, :kind, :title, :callId, :customerName, :customerPhone, :urgent, :fields, :totalMinor,
             :currency, :status, :createdAtMs)`,
  );
  const setStatus = database.prepare('update submissions set status = ? where id = ?');
  return {
    list: ({ kind, status, limit, offset = 0 }) =>
      list.all({ kind: kind ?? null, status: status ?? null, limit, offset }).map(submissionOf),
    find: (id) => {
      const row = find.get(id);
      return row ? submissionOf(row) : null;
    },
    ofCall: (callId) => ofCall.all(callId).map(submissionOf),
    insert: (submission) =>
      events.transaction(() => {
        insert.run({
          ...submission,
          urgent: submission.urgent ? 1 : 0,
          fields: JSON.stringify(submission.fields),
        });
        const { id, kind, callId, urgent } = submission;
        events.record({ type: 'submission.received', tenantId, callId, submissionId: id, kind, urgent });
      }),
    setStatus: (id, status) =>
      events.transaction(() => {
        if (!find.get(id)) throw new VoxboxError('not_found', `there is no message or order ${id}`);
        setStatus.run(status, id);
        events.record({ type: 'submission.changed', tenantId, submissionId: id, status });
      }),
  };
}

const submissionOf = (row: Row): Submission => ({
  ...row,
  urgent: row.urgent === 1,
  fields: JSON.parse(row.fields) as Submission['fields'],
});
