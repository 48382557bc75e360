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
  /** Who sees to it. */
  readonly assignee: string | null;
  /** What came of it. */
  readonly note: string | null;
  readonly createdAtMs: number;
}

/** What is worked on it afterwards. */
export type SubmissionChange = Partial<Pick<Submission, 'status' | 'assignee' | 'note'>>;

export interface Submissions {
  /** The latest first. */
  list(options: {
    readonly kind?: SubmissionKind;
    readonly status?: Submission['status'];
    /** Of one customer's number. */
    readonly customerPhone?: string;
    readonly limit: number;
    readonly offset?: number;
  }): Submission[];
  find(id: string): Submission | null;
  ofCall(callId: string): Submission[];
  insert(submission: Omit<Submission, 'assignee' | 'note'>): void;
  /** @throws VoxboxError `not_found` */
  setStatus(id: string, status: Submission['status']): void;
  /** @throws VoxboxError `not_found` */
  change(id: string, change: SubmissionChange): Submission;
}

type Row = Omit<Submission, 'fields' | 'urgent'> & { readonly fields: string; readonly urgent: number };

const columns = `id, skill, kind, title, call_id as callId, customer_name as customerName,
  customer_phone as customerPhone, urgent, fields, total_minor as totalMinor, currency, status, assignee, note,
  created_at_ms as createdAtMs`;

export function submissionRows(
  database: Database,
  { tenantId, events }: { tenantId: string; events: EventLog },
): Submissions {
  const search = (where: string): string =>
    `select ${columns} from submissions
     where ${where} (:kind is null or kind = :kind) and (:status is null or status = :status)
     order by created_at_ms desc, id limit :limit offset :offset`;
  const list = database.prepare<Row>(search(''));
  const listOfPhone = database.prepare<Row>(search('customer_phone = :customerPhone and'));
  const byId = database.prepare<Row>(`select ${columns} from submissions where id = ?`);
  const ofCall = database.prepare<Row>(
    `select ${columns} from submissions where call_id = ? order by created_at_ms, id`,
  );
  const insert = database.prepare(
    `insert into submissions (id, skill, kind, title, call_id, customer_name, customer_phone, urgent, fields,
                              total_minor, currency, status, created_at_ms)
     values (:id, :skill, :kind, :title, :callId, :customerName, :customerPhone, :urgent, :fields, :totalMinor,
             :currency, :status, :createdAtMs)`,
  );
  const change = database.prepare(
    'update submissions set status = :status, assignee = :assignee, note = :note where id = :id',
  );
  const find = (id: string): Submission | null => {
    const row = byId.get(id);
    return row ? submissionOf(row) : null;
  };
  const changeOne = (id: string, given: SubmissionChange): Submission =>
    events.transaction(() => {
      const before = find(id);
      if (!before) throw new VoxboxError('not_found', `there is no message or order ${id}`);
      const { status, assignee, note } = { ...before, ...given };
      change.run({ id, status, assignee, note });
      events.record({ type: 'submission.changed', tenantId, submissionId: id, status });
      return { ...before, status, assignee, note };
    });
  return {
    list: ({ kind, status, customerPhone, limit, offset = 0 }) => {
      const page = { kind: kind ?? null, status: status ?? null, limit, offset };
      const rows = customerPhone === undefined ? list.all(page) : listOfPhone.all({ ...page, customerPhone });
      return rows.map(submissionOf);
    },
    find,
    change: changeOne,
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
    setStatus: (id, status) => {
      changeOne(id, { status });
    },
  };
}

const submissionOf = (row: Row): Submission => ({
  ...row,
  urgent: row.urgent === 1,
  fields: JSON.parse(row.fields) as Submission['fields'],
});
