import { type Clock, VoxboxError } from '../foundation/index.ts';
import type { CallWords } from './call-words.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import { type ForgetOptions, type Forgotten, forgetting } from './forgetting.ts';
import { containing } from './text-search.ts';

/** What is remembered of everybody who calls from one number. A number proves nothing about who speaks. */
export interface Caller {
  /** E.164 with +. */
  readonly number: string;
  /** The name given last. */
  readonly name: string | null;
  /** Every name given under the number, the latest first. */
  readonly names: readonly string[];
  readonly preferences: CallerPreferences;
  /** The latest first. */
  readonly facts: readonly CallerFact[];
  /** The latest first. */
  readonly summaries: readonly CallerSummary[];
  /** What the business wrote down of them; null where it wrote nothing. */
  readonly note: string | null;
  /** Asked not to be remembered: nothing but this is kept. */
  readonly optedOut: boolean;
  readonly firstCallAtMs: number;
  readonly changedAtMs: number;
}

export interface CallerPreferences {
  readonly serviceId: string | null;
  readonly staffId: string | null;
  readonly partOfDay: 'morning' | 'afternoon' | 'evening' | null;
}

export interface CallerFact {
  readonly callId: string;
  /** What it is about: `booked`, `message`, `order`. */
  readonly kind: string;
  readonly text: string;
  readonly atMs: number;
}

export interface CallerSummary {
  readonly callId: string;
  readonly text: string;
  readonly atMs: number;
}

/** What one call adds to the memory of its caller. */
export interface CallMemory {
  readonly number: string;
  readonly callId: string;
  readonly name: string | null;
  readonly preferences: CallerPreferences;
  readonly facts: readonly Pick<CallerFact, 'kind' | 'text'>[];
  readonly summary: string;
  readonly atMs: number;
}

export interface CallerLine {
  readonly number: string;
  readonly name: string | null;
  readonly calls: number;
  readonly optedOut: boolean;
  /** Null where no call of theirs is known. */
  readonly lastCallAtMs: number | null;
  readonly changedAtMs: number;
}

export interface Callers {
  /** Those who were heard of last come first; or who called last, or by name. */
  list(options: {
    readonly sort?: 'changed' | 'last' | 'name';
    /** Somewhere in the name or number. */
    readonly text?: string;
    readonly limit: number;
    readonly offset?: number;
  }): CallerLine[];
  find(number: string): Caller | null;
  /** Again for the same call it replaces what that call had added. Nothing is kept of one who opted out. */
  remember(memory: CallMemory): void;
  /** The summary's vector; nothing happens where the summary is not kept (any more). */
  embed(callId: string, vector: Float32Array): void;
  /** Summaries of one caller by their likeness to the vector, 1 at most, the likest first. */
  recall(
    number: string,
    vector: Float32Array,
    limit: number,
  ): (CallerSummary & { readonly likeness: number })[];
  /** Opting out forgets what was kept; the number itself is kept for it. */
  setOptedOut(number: string, optedOut: boolean): void;
  /** The business's own words; null takes them away. @throws VoxboxError `input_invalid` also for one who opted out */
  setNote(number: string, note: string | null): void;
  /** The name remembered, else the one given with an appointment or shown by a call that is still known as theirs. */
  nameOf(number: string): string | null;
  /**
   * Removes a caller from everything but appointments and the list of those not to be called: what is remembered,
   * and the name and number in calls, transcripts, messages and events. Again it finds nothing, and that is fine.
   */
  forget(number: string, options: ForgetOptions): Forgotten;
}

type Row = Pick<Caller, 'number' | 'name' | 'note' | 'firstCallAtMs' | 'changedAtMs'> & {
  readonly preferences: string;
  readonly optedOut: number;
};

interface CallerParts {
  readonly tenantId: string;
  readonly clock: Clock;
  readonly events: EventLog;
  readonly words: CallWords;
}

const longestNote = 1_000;
const noPreferences: CallerPreferences = { serviceId: null, staffId: null, partOfDay: null };

export function callerRows(database: Database, parts: CallerParts): Callers {
  const { tenantId, clock, events, words } = parts;
  const find = database.prepare<Row>(
    `select number, name, note, preferences, opted_out as optedOut, first_call_at_ms as firstCallAtMs,
            changed_at_ms as changedAtMs from callers where number = ?`,
  );
  const put = database.prepare(
    `insert into callers (number, name, preferences, opted_out, first_call_at_ms, last_call_at_ms, changed_at_ms)
     values (:number, :name, :preferences, :optedOut, :atMs,
             (select max(started_at_ms) from calls where caller_number = :number), :changedAtMs)
     on conflict (number) do update set name = coalesce(excluded.name, name), preferences = excluded.preferences,
       opted_out = excluded.opted_out, first_call_at_ms = min(first_call_at_ms, excluded.first_call_at_ms),
       last_call_at_ms = excluded.last_call_at_ms,
       changed_at_ms = excluded.changed_at_ms`,
  );
  const remove = database.prepare('delete from callers where number = ?');
  const reads = callerReads(database);
  const writes = callerWrites(database);
  const row = (number: string, optedOut: boolean, memory?: CallMemory) => ({
    ...{
      number,
      name: memory?.name ?? null,
      preferences: JSON.stringify(memory?.preferences ?? noPreferences),
    },
    ...{ optedOut: optedOut ? 1 : 0, atMs: memory?.atMs ?? clock.nowMs(), changedAtMs: clock.nowMs() },
  });

  return {
    ...reads,
    ...callerNotes(database, parts),
    find: (number) => {
      const found = find.get(number);
      if (!found) return null;
      return {
        ...found,
        preferences: JSON.parse(found.preferences) as CallerPreferences,
        optedOut: found.optedOut === 1,
        ...reads.details(number),
      };
    },
    remember: (memory) =>
      events.transaction(() => {
        if (find.get(memory.number)?.optedOut === 1) return;
        put.run(row(memory.number, false, memory));
        writes.replace(memory);
      }),
    embed: (callId, vector) => {
      writes.embed(callId, vector);
    },
    setOptedOut: (number, optedOut) =>
      events.transaction(() => {
        checkNumber(number);
        remove.run(number);
        if (optedOut) put.run(row(number, true));
        events.record({ type: 'caller.opted', tenantId, out: optedOut });
      }),
    forget: (number, options) =>
      events.transaction(() => {
        const forgotten = forgetting(database, words)(number, options);
        events.record({ type: 'caller.forgotten', tenantId, calls: forgotten.callIds.length });
        return forgotten;
      }),
  };
}

function callerNotes(database: Database, { tenantId, clock, events }: CallerParts): Pick<Callers, 'setNote'> {
  const put = database.prepare(
    `insert into callers (number, note, preferences, opted_out, first_call_at_ms, last_call_at_ms, changed_at_ms)
     values (:number, :note, :preferences, 0, :nowMs,
             (select max(started_at_ms) from calls where caller_number = :number), :nowMs)
     on conflict (number) do update set note = excluded.note, changed_at_ms = excluded.changed_at_ms
       where opted_out = 0`,
  );
  return {
    setNote: (number, note) =>
      events.transaction(() => {
        checkNumber(number);
        if (note !== null && (note.trim() === '' || note.length > longestNote)) {
          throw new VoxboxError('input_invalid', `note: must have 1 to ${longestNote} characters`);
        }
        const preferences = JSON.stringify(noPreferences);
        if (put.run({ number, note, preferences, nowMs: clock.nowMs() }) === 0) {
          throw new VoxboxError('input_invalid', `${number} asked not to be remembered`);
        }
        events.record({ type: 'caller.noted', tenantId });
      }),
  };
}

function checkNumber(number: string): void {
  if (/^\+[1-9]\d{6,14}$/.test(number)) return;
  throw new VoxboxError('input_invalid', `number: ${number} is not E.164, for example +15555550100`);
}

function callerReads(database: Database): Pick<Callers, 'list' | 'recall' | 'nameOf'> & {
  details(number: string): Pick<Caller, 'names' | 'facts' | 'summaries'>;
} {
  const search = (order: string) =>
    database.prepare<Omit<CallerLine, 'optedOut'> & { optedOut: number }>(
      `select number, name, opted_out as optedOut, last_call_at_ms as lastCallAtMs, changed_at_ms as changedAtMs,
              (select count(*) from calls where caller_number = callers.number) as calls
       from callers
       where :text is null or name like :text escape '\\' or number like :text escape '\\'
       order by ${order}, number limit :limit offset :offset`,
    );
  const lists = {
    changed: search('changed_at_ms desc'),
    last: search('last_call_at_ms desc'),
    name: search('name is null, name collate nocase'),
  };
  const names = database.prepare<{ name: string }>(
    'select name from caller_names where number = ? group by name order by max(at_ms) desc, name',
  );
  const facts = database.prepare<CallerFact>(
    `select call_id as callId, kind, text, at_ms as atMs from caller_facts where number = ?
     order by at_ms desc, kind, text`,
  );
  const summaries = database.prepare<CallerSummary & { embedding: Buffer | null }>(
    `select call_id as callId, text, at_ms as atMs, embedding from caller_summaries where number = ?
     order by at_ms desc, call_id desc`,
  );
  // Appointments outlive their caller's being forgotten; the calls that made them do not know the number any more.
  const name = database.prepare<{ name: string | null }>(
    `select coalesce(
       (select name from callers where number = :number),
       (select a.customer_name from appointments a join calls c on c.id = a.call_id
        where a.customer_phone = :number and c.caller_number = :number order by a.created_at_ms desc, a.id desc limit 1),
       (select caller_name from calls where caller_number = :number and caller_name is not null
        order by started_at_ms desc, id desc limit 1)
     ) as name`,
  );
  return {
    list: ({ sort = 'changed', text, limit, offset = 0 }) =>
      lists[sort]
        .all({ text: text ? containing(text) : null, limit, offset })
        .map((line) => ({ ...line, optedOut: line.optedOut === 1 })),
    recall: (number, vector, limit) =>
      summaries
        .all(number)
        .flatMap(({ embedding, ...summary }) =>
          embedding ? [{ ...summary, likeness: dot(vectorOf(embedding), vector) }] : [],
        )
        .toSorted((one, other) => other.likeness - one.likeness)
        .slice(0, limit),
    nameOf: (number) => name.get({ number })?.name ?? null,
    details: (number) => ({
      names: names.all(number).map((row) => row.name),
      facts: facts.all(number),
      summaries: summaries.all(number).map(({ embedding: _, ...summary }) => summary),
    }),
  };
}

function callerWrites(database: Database) {
  const clear = ['caller_names', 'caller_facts', 'caller_summaries'].map((table) =>
    database.prepare(`delete from ${table} where call_id = ?`),
  );
  const putName = database.prepare(
    'insert into caller_names (number, name, call_id, at_ms) values (:number, :name, :callId, :atMs)',
  );
  const putFact = database.prepare(
    `insert into caller_facts (number, call_id, kind, text, at_ms) values (:number, :callId, :kind, :text, :atMs)
     on conflict do nothing`,
  );
  const putSummary = database.prepare(
    `insert into caller_summaries (call_id, number, text, at_ms) values (:callId, :number, :summary, :atMs)`,
  );
  const embed = database.prepare('update caller_summaries set embedding = ? where call_id = ?');
  return {
    replace({ number, callId, name, facts, summary, atMs }: CallMemory): void {
      for (const statement of clear) statement.run(callId);
      if (name !== null) putName.run({ number, name, callId, atMs });
      for (const { kind, text } of facts) putFact.run({ number, callId, kind, text, atMs });
      putSummary.run({ callId, number, summary, atMs });
    },
    embed(callId: string, vector: Float32Array): void {
      embed.run(Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength), callId);
    },
  };
}

/** Little-endian, as every platform of Node that models run on has it; copied, because blobs may lie askew. */
const vectorOf = (blob: Buffer): Float32Array => new Float32Array(Uint8Array.from(blob).buffer);

const dot = (one: Float32Array, other: Float32Array): number =>
  one.reduce((sum, value, i) => sum + value * (other[i] ?? 0), 0);
