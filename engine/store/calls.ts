import { type Clock, type DomainEvent, VoxboxError } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { Call, CallOutcome, CallQuality, CallState } from './model.ts';
import { placesPerMs } from './schema/calls.ts';

export interface NewCall {
  readonly id: string;
  readonly sipCallId: string;
  /** E.164 with +, or null when withheld. */
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  readonly calledNumber: string;
  /** BCP 47, that it is answered in; null where no agent answers. */
  readonly language?: string | null;
  /** Default `inbound`. */
  readonly direction?: Call['direction'];
  /** Somebody of the house tries the agent; default false. */
  readonly practice?: boolean;
}

type Noted = Extract<
  DomainEvent,
  {
    type:
      | 'call.transferred'
      | 'call.taken-over'
      | 'call.given-back'
      | 'call.whispered'
      | 'call.held'
      | 'call.resumed'
      | 'call.conferenced'
      | 'call.overflowed'
      | 'call.outside-hours'
      | 'recording.paused'
      | 'recording.resumed';
  }
>;
/** What happened on a call that changes no row: event alone. */
export type CallNote = Noted extends infer Event
  ? Event extends Noted
    ? Omit<Event, 'tenantId' | 'callId'>
    : never
  : never;

/** Every method that names a call throws VoxboxError `not_found` when there is none; an illegal move throws Error. */
export interface Calls {
  start(call: NewCall): Call;
  /** @param recording path of the recording, relative to the data directory */
  answer(id: string, options: { readonly recording: string | null }): void;
  /** While an answered call is put through, and back. */
  transferring(id: string, on: boolean): void;
  note(id: string, note: CallNote): void;
  /** How it sounded; also after its end. */
  quality(id: string, quality: CallQuality): void;
  /** An unanswered call is cancelled when abandoned, rejected when refused, else ended. */
  end(id: string, outcome: CallOutcome): void;
  /** Says of a call that is over what became of it. @throws VoxboxError `input_invalid` while it goes on */
  complete(id: string, outcome: CallOutcome): void;
  find(id: string): Call | null;
  /** Latest first; `before` is the id of the last call of the page before. */
  list(options: { readonly limit: number; readonly before?: string }): Call[];
  inProgress(): Call[];
  /** At the engine's start: closes what a dead engine left open. Returns how many. */
  markInterrupted(): number;
  /** Calls of that number that are over; the one under way does not count. */
  countFrom(callerNumber: string): number;
  /** The name last given for an appointment under that number, else the caller's last known name. */
  lastNameFor(callerNumber: string): string | null;
}

export interface CallParts {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly events: EventLog;
  /** In the transaction that ends a call. */
  readonly whenEnded?: (callId: string) => void;
}

const columns = `id, sip_call_id as sipCallId, direction, caller_number as callerNumber,
  called_number as calledNumber, caller_name as callerName, state, outcome, started_at_ms as startedAtMs,
  answered_at_ms as answeredAtMs, ended_at_ms as endedAtMs, recording, practice, quality`;

type Row = Omit<Call, 'quality' | 'practice'> & {
  readonly quality: string | null;
  readonly practice: number;
};
const fromRow = (row: Row): Call => ({
  ...row,
  practice: row.practice === 1,
  quality: row.quality === null ? null : (JSON.parse(row.quality) as CallQuality),
});

const open: readonly CallState[] = ['invited', 'ringing', 'answered', 'transferring'];

export function callRows(database: Database, { tenantId, clock, events, whenEnded }: CallParts): Calls {
  const insert = database.prepare(
    // Later calls stand behind earlier ones, even where the clock was put back a little.
    `insert into calls (id, sip_call_id, direction, caller_number, called_number, caller_name, state, started_at_ms,
                        practice, language, place)
     values (:id, :sipCallId, :direction, :callerNumber, :calledNumber, :callerName, 'invited', :startedAtMs,
             :practice, :language,
             max(:startedAtMs * ${placesPerMs},
                 coalesce((select max(place) + 1 from calls
                           where place >= :startedAtMs * ${placesPerMs}
                             and place < (:startedAtMs + 1000) * ${placesPerMs}), 0)))`,
  );
  const answer = database.prepare(
    `update calls set state = 'answered', answered_at_ms = ?, recording = ? where id = ?`,
  );
  const end = database.prepare('update calls set state = ?, outcome = ?, ended_at_ms = ? where id = ?');
  const byId = database.prepare<Row>(`select ${columns} from calls where id = ?`);
  const list = database.prepare<Row>(
    `select ${columns} from calls
     where :before is null
        or (started_at_ms, id) < (select started_at_ms, id from calls where id = :before)
     order by started_at_ms desc, id desc limit :limit`,
  );
  const inProgress = database.prepare<Row>(
    `select ${columns} from calls where ended_at_ms is null order by started_at_ms, id`,
  );
  const count = database.prepare<{ count: number }>(
    'select count(*) as count from calls where caller_number = ? and ended_at_ms is not null',
  );
  const bookedName = database.prepare<{ name: string }>(
    // Those of a caller who was forgotten stand, and name nobody any more: their calls do not know the number.
    `select customer_name as name from appointments where customer_phone = ?
       and (call_id is null or exists (select 1 from calls where id = call_id and caller_number is not null))
     order by created_at_ms desc, id desc limit 1`,
  );
  const callerName = database.prepare<{ name: string }>(
    `select caller_name as name from calls where caller_number = ? and caller_name is not null
     order by started_at_ms desc, id desc limit 1`,
  );

  const move = database.prepare('update calls set state = ? where id = ?');
  const setOutcome = database.prepare('update calls set outcome = ? where id = ?');
  const measure = database.prepare('update calls set quality = ? where id = ?');

  const need = (id: string): Call => {
    const row = byId.get(id);
    if (!row) throw new VoxboxError('not_found', `there is no call ${id}`);
    return fromRow(row);
  };
  const close = (call: Call, state: CallState, outcome: CallOutcome): void => {
    if (!open.includes(call.state)) throw new Error(`a call cannot go from ${call.state} to ${state}`);
    end.run(state, outcome, clock.nowMs(), call.id);
    events.record({ type: 'call.ended', tenantId, callId: call.id, outcome });
    whenEnded?.(call.id);
  };

  return {
    start: (call) =>
      events.transaction(() => {
        const { id, callerNumber, calledNumber, direction = 'inbound', practice = false } = call;
        const { language = null } = call;
        insert.run({ ...call, direction, language, practice: practice ? 1 : 0, startedAtMs: clock.nowMs() });
        events.record({ type: 'call.started', tenantId, callId: id, callerNumber, calledNumber });
        return need(id);
      }),
    answer: (id, { recording }) =>
      events.transaction(() => {
        const { state } = need(id);
        if (state !== 'invited' && state !== 'ringing') {
          throw new Error(`a call cannot go from ${state} to answered`);
        }
        answer.run(clock.nowMs(), recording, id);
        events.record({ type: 'call.answered', tenantId, callId: id });
      }),
    transferring: (id, on) =>
      events.transaction(() => {
        const { state } = need(id);
        const [from, to] = on ? ['answered', 'transferring'] : ['transferring', 'answered'];
        if (state !== from) throw new Error(`a call cannot go from ${state} to ${to}`);
        move.run(to, id);
      }),
    note: (id, note) =>
      events.transaction(() => {
        need(id);
        events.record({ ...note, tenantId, callId: id });
      }),
    quality: (id, quality) =>
      events.transaction(() => {
        need(id);
        measure.run(JSON.stringify(quality), id);
        events.record({ type: 'call.measured', tenantId, callId: id, mos: quality.mos });
      }),
    end: (id, outcome) =>
      events.transaction(() => {
        const call = need(id);
        close(call, lastState(call, outcome), outcome);
      }),
    complete: (id, outcome) =>
      events.transaction(() => {
        const call = need(id);
        if (call.endedAtMs === null) throw new VoxboxError('input_invalid', `call ${id} is not over yet`);
        if (call.outcome === outcome) return;
        setOutcome.run(outcome, id);
        events.record({ type: 'call.completed', tenantId, callId: id, outcome });
      }),
    find(id) {
      const row = byId.get(id);
      return row ? fromRow(row) : null;
    },
    list: ({ limit, before }) => list.all({ limit, before: before ?? null }).map(fromRow),
    inProgress: () => inProgress.all().map(fromRow),
    markInterrupted: () =>
      events.transaction(() => {
        const left = inProgress.all().map(fromRow);
        for (const call of left) close(call, 'ended', 'interrupted');
        return left.length;
      }),
    countFrom: (callerNumber) => count.get(callerNumber)?.count ?? 0,
    lastNameFor: (callerNumber) =>
      bookedName.get(callerNumber)?.name ?? callerName.get(callerNumber)?.name ?? null,
  };
}

function lastState(call: Call, outcome: CallOutcome): CallState {
  if (call.answeredAtMs !== null) return 'ended';
  if (outcome === 'abandoned') return 'cancelled';
  return outcome === 'refused' ? 'rejected' : 'ended';
}
