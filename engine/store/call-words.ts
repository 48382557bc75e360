import type { Database } from './database.ts';
import type { Submission } from './submissions.ts';

/** What is put in the place of words, wherever they are kept. Each answers its input where nothing has to go. */
export interface Rewriting {
  /** Of a turn of the transcript, by its id. */
  readonly turn: (text: string, turnId: string) => string;
  /** Of everything else that was taken down; the label tells what it is, for example "date of birth". */
  readonly text: (text: string, label: string) => string;
}

export interface CallWords {
  /**
   * Only inside `transaction`. Rewrites what was said in a call: its turns, what was understood of it, what the caller
   * left, notes on it, details of what was booked, questions that nobody could answer, and the events that tell of
   * these.
   */
  rewrite(callId: string, rewriting: Rewriting): void;
}

export function callWords(database: Database): CallWords {
  const turns = database.prepare<{ id: string; text: string }>(
    'select id, text from turns where call_id = ? order by position',
  );
  const putTurn = database.prepare('update turns set text = ? where id = ?');
  const understood = database.prepare<{ skill: string; slots: string }>(
    'select skill, slots from understood where call_id = ?',
  );
  const putUnderstood = database.prepare('update understood set slots = ? where call_id = ? and skill = ?');
  const submissions = database.prepare<{ id: string; title: string; fields: string }>(
    'select id, title, fields from submissions where call_id = ?',
  );
  const putSubmission = database.prepare('update submissions set title = ?, fields = ? where id = ?');
  const appointments = database.prepare<{ id: string; details: string }>(
    'select id, details from appointments where call_id = ?',
  );
  const putAppointment = database.prepare('update appointments set details = ? where id = ?');
  const questions = database.prepare<{ id: string; wording: string; question: string }>(
    'select id, wording, question from unanswered where call_id = ?',
  );
  // Two questions that were told apart by what is taken out are one.
  const putQuestion = database.prepare(
    'update or replace unanswered set wording = ?, question = ? where id = ?',
  );
  const notes = database.prepare<{ id: string; text: string }>(
    'select id, text from call_notes where call_id = ?',
  );
  const putNote = database.prepare('update call_notes set text = ? where id = ?');
  const events = database.prepare<{ sequence: number; body: string }>(
    `select sequence, body from events where json_extract(body, '$.callId') = ?`,
  );
  const putEvent = database.prepare('update events set body = ? where sequence = ?');

  return {
    rewrite(callId, { turn, text }) {
      if (!database.inTransaction)
        throw new Error('words are rewritten everywhere at once, in a transaction');
      for (const row of turns.all(callId)) {
        const written = turn(row.text, row.id);
        if (written !== row.text) putTurn.run(written, row.id);
      }
      for (const { skill, slots } of understood.all(callId)) {
        const written = JSON.stringify(mapValues(JSON.parse(slots) as Slots, text));
        if (written !== slots) putUnderstood.run(written, callId, skill);
      }
      for (const { id, title, fields } of submissions.all(callId)) {
        const taken = JSON.parse(fields) as Submission['fields'];
        const written = JSON.stringify(
          taken.map((field) => ({ ...field, value: text(field.value, field.label) })),
        );
        const heading = text(title, '');
        if (written !== fields || heading !== title) putSubmission.run(heading, written, id);
      }
      for (const { id, details } of appointments.all(callId)) {
        const written = JSON.stringify(mapValues(JSON.parse(details) as Slots, text));
        if (written !== details) putAppointment.run(written, id);
      }
      for (const { id, wording, question } of questions.all(callId)) {
        const [words, asked] = [text(wording, ''), text(question, '')];
        if (words !== wording || asked !== question) putQuestion.run(words, asked, id);
      }
      for (const note of notes.all(callId)) {
        const written = text(note.text, '');
        if (written !== note.text) putNote.run(written, note.id);
      }
      for (const { sequence, body } of events.all(callId)) {
        const written = rewrittenEvent(body, { turn, text });
        if (written !== body) putEvent.run(written, sequence);
      }
    },
  };
}

type Slots = Readonly<Record<string, string>>;

const mapValues = (slots: Slots, change: Rewriting['text']): Slots =>
  Object.fromEntries(Object.entries(slots).map(([slot, value]) => [slot, change(value, slot)]));

function rewrittenEvent(body: string, { turn, text }: Rewriting): string {
  const event = JSON.parse(body) as {
    readonly type: string;
    readonly turnId?: string;
    readonly text?: string;
    readonly slots?: Slots;
  };
  if (event.type === 'turn.recorded' && event.text !== undefined) {
    return JSON.stringify({ ...event, text: turn(event.text, event.turnId ?? '') });
  }
  if (event.type === 'slots.understood' && event.slots) {
    return JSON.stringify({ ...event, slots: mapValues(event.slots, text) });
  }
  return body;
}
