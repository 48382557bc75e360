import type { CallWords } from './call-words.ts';
import type { Database } from './database.ts';
import type { Submission } from './submissions.ts';

export interface ForgetOptions {
  /** What everybody said in their calls goes too, and so do the recordings. */
  readonly transcripts: boolean;
  /** Takes the names and the number out of a text, however they are written. */
  readonly scrub: (text: string, names: readonly string[]) => string;
}

export interface Forgotten {
  readonly callIds: readonly string[];
  /** Files that are to be removed, relative to the data directory. */
  readonly recordings: readonly string[];
}

/** Stands where a number was that cannot be left out. */
const nobody = 'forgotten';

/** Only inside a transaction. Appointments and the list of those not to be called stay as they are. */
export function forgetting(
  database: Database,
  words: CallWords,
): (number: string, options: ForgetOptions) => Forgotten {
  const calls = database.prepare<{ id: string; recording: string | null }>(
    'select id, recording from calls where caller_number = :number or called_number = :number order by id',
  );
  const change = (sql: string) => database.prepare(sql);
  const hideCaller = change(
    'update calls set caller_number = null, caller_name = null where caller_number = ?',
  );
  const hideCalled = change(
    `update calls set called_number = '${nobody}', caller_name = null where called_number = ?`,
  );
  const dropRecording = change('update calls set recording = null where id = ?');
  const dropAnalysis = change(
    `update call_analyses set summary = null, extractions = null where call_id = ?`,
  );
  // What is still to be done would learn the name again, from the appointments.
  const endWork = change(
    `update after_call_work set forgotten = 1, state = case step when 'redact' then state else 'done' end
     where call_id = ?`,
  );
  const dropUnderstood = change('delete from understood where call_id = ?');
  // Who asked not to be remembered has asked for good.
  const dropCaller = change('delete from callers where number = ? and opted_out = 0');
  const names = database.prepare<{ name: string | null }>(namesSql);
  const submissions = database.prepare<Pick<Submission, 'id' | 'title'> & { fields: string }>(
    'select id, title, fields from submissions where customer_phone = ?',
  );
  const hideSubmission = change(
    `update submissions set title = ?, fields = ?, note = null, customer_name = null, customer_phone = null
     where id = ?`,
  );
  // What was sent to them is kept as having been sent; what is not sent yet belongs to the appointment.
  const hideMail = change(
    `update outgoing_mail set recipient = '', reason = null,
       appointment = json_set(appointment, '$.customerName', '', '$.customerPhone', '', '$.customerEmail', '',
                              '$.details', json('{}'))
     where status <> 'waiting' and appointment_id in (select id from appointments where customer_phone = ?)`,
  );
  const hideCustomer = change(
    'update submissions set customer_name = null, customer_phone = null where call_id = ?',
  );
  const eventsOf = database.prepare<{ sequence: number; body: string }>(
    `select sequence, body from events where json_extract(body, '$.callId') = ?`,
  );
  const putEvent = change('update events set body = ? where sequence = ?');

  return (number, { transcripts, scrub }) => {
    const theirs = calls.all({ number });
    const known = names.all({ number }).flatMap(({ name }) => name ?? []);
    const clean = (text: string): string => scrub(text, known);
    for (const { id } of theirs) {
      words.rewrite(id, { turn: (text) => (transcripts ? '' : clean(text)), text: clean });
      endWork.run(id);
      dropUnderstood.run(id);
      dropAnalysis.run(id);
      hideCustomer.run(id);
      if (transcripts) dropRecording.run(id);
      for (const { sequence, body } of eventsOf.all(id)) putEvent.run(withoutNumber(body, number), sequence);
    }
    for (const { id, title, fields } of submissions.all(number)) {
      const cleaned = (JSON.parse(fields) as Submission['fields']).map((field) => ({
        ...field,
        value: clean(field.value),
      }));
      hideSubmission.run(clean(title), JSON.stringify(cleaned), id);
    }
    hideMail.run(number);
    hideCaller.run(number);
    hideCalled.run(number);
    dropCaller.run(number);
    return {
      callIds: theirs.map(({ id }) => id),
      recordings: transcripts ? theirs.flatMap(({ recording }) => recording ?? []) : [],
    };
  };
}

/** Every name that was ever kept beside the number. */
const namesSql = `
  select name from caller_names where number = :number
  union select name from callers where number = :number
  union select caller_name from calls where caller_number = :number or called_number = :number
  union select customer_name from appointments where customer_phone = :number
  union select customer_name from submissions where customer_phone = :number
  union select json_extract(u.slots, '$.name') from understood u join calls c on c.id = u.call_id
    where c.caller_number = :number or c.called_number = :number`;

/** The number in the other values of an event: who called, what was understood. */
function withoutNumber(body: string, number: string): string {
  const event = JSON.parse(body) as Readonly<Record<string, unknown>>;
  const cleaned = Object.entries(event).map(([key, value]) => {
    if (value === number) return [key, key === 'callerNumber' ? null : nobody];
    return key === 'slots' ? [key, {}] : [key, value];
  });
  return JSON.stringify(Object.fromEntries(cleaned));
}
