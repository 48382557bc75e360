import { VoxboxError } from '../foundation/index.ts';
import type { CallAnalyses, CallAnalysis } from './call-analyses.ts';
import type { CallWords } from './call-words.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';

/** Stands where words were. */
const erasedWords = '[redacted]';

/** Words of one turn that are to go. */
export interface ChosenWords {
  readonly turnId: string;
  /** As they stand in the turn. */
  readonly text: string;
}

export interface ErasedSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Takes words out of calls that are over, and calls out of the list. Nothing of it can be undone. */
export interface CallErasure {
  /**
   * Where the turns are in which chosen words stand, those of a read-back too: milliseconds from the beginning of the
   * recording.
   *
   * @throws VoxboxError `not_found`; `input_invalid` where a turn does not have the words, or the call goes on
   */
  spansOf(callId: string, chosen: readonly ChosenWords[]): readonly ErasedSpan[];
  /** Takes chosen words out of their turns, and out of everything else that was kept of the call. @throws as `spansOf` */
  words(callId: string, chosen: readonly ChosenWords[]): void;
  /**
   * Everything that was said, and all that was made of it; that the call was stays. Answers the path of the recording,
   * which is to be removed.
   *
   * @throws VoxboxError `not_found`; `input_invalid` while the call goes on
   */
  everything(callId: string): string | null;
  /** The call itself, too. Appointments and messages stay, and belong to no call any more. @throws as `everything` */
  call(callId: string): string | null;
}

interface Parts {
  readonly tenantId: string;
  readonly events: EventLog;
  readonly words: CallWords;
  readonly analyses: CallAnalyses;
}

interface CallRow {
  readonly recording: string | null;
  readonly startMs: number;
  readonly endedAtMs: number | null;
}

interface TurnRow {
  readonly id: string;
  readonly text: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** What hangs on a call and goes with it. */
const own = [
  'turns',
  'understood',
  'call_analyses',
  'after_call_work',
  'caller_names',
  'caller_facts',
  'caller_summaries',
  'call_notes',
] as const;
const loose = ['appointments', 'submissions', 'do_not_call', 'unanswered'] as const;

export function callErasure(database: Database, { tenantId, events, words, analyses }: Parts): CallErasure {
  const find = database.prepare<CallRow>(
    `select recording, coalesce(answered_at_ms, started_at_ms) as startMs, ended_at_ms as endedAtMs
     from calls where id = ?`,
  );
  const turns = database.prepare<TurnRow>(
    'select id, text, started_at_ms as startedAtMs, ended_at_ms as endedAtMs from turns where call_id = ?',
  );
  const change = (sql: string) => database.prepare(sql);
  const dropRecording = change('update calls set recording = null, caller_name = null where id = ?');
  const dropUnderstood = change('delete from understood where call_id = ?');
  const dropNotes = change('delete from call_notes where call_id = ?');
  const dropFacts = change('delete from caller_facts where call_id = ?');
  const dropSummary = change('delete from caller_summaries where call_id = ?');
  const dropEvents = change(`delete from events where json_extract(body, '$.callId') = ?`);
  const dropCall = change('delete from calls where id = ?');
  const drops = own.map((table) => change(`delete from ${table} where call_id = ?`));
  const loosen = loose.map((table) => change(`update ${table} set call_id = null where call_id = ?`));
  const facts = database.prepare<{ kind: string; text: string }>(
    'select kind, text from caller_facts where call_id = ?',
  );
  const putFact = change(
    'update or replace caller_facts set text = ? where call_id = ? and kind = ? and text = ?',
  );
  const summary = database.prepare<{ text: string }>('select text from caller_summaries where call_id = ?');
  const putSummary = change('update caller_summaries set text = ?, embedding = null where call_id = ?');
  const endWork = change(`update after_call_work set state = 'done' where call_id = ?`);

  const over = (callId: string): CallRow => {
    const call = find.get(callId);
    if (!call) throw new VoxboxError('not_found', `there is no call ${callId}`);
    if (call.endedAtMs === null) throw new VoxboxError('input_invalid', `call ${callId} is not over yet`);
    return call;
  };

  const spansOf: CallErasure['spansOf'] = (callId, chosen) => {
    const { startMs } = over(callId);
    const clean = cleanerOf(chosen.map(({ text }) => text));
    const changed = turns.all(callId).filter(({ text }) => clean(text) !== text);
    const stands = ({ turnId, text }: ChosenWords): boolean =>
      changed.some((turn) => turn.id === turnId && turn.text.includes(text));
    if (!chosen.every(stands)) {
      throw new VoxboxError('input_invalid', 'the words do not stand in that turn of the call');
    }
    return changed.map(({ startedAtMs, endedAtMs }) => ({
      fromMs: startedAtMs - startMs,
      toMs: endedAtMs - startMs,
    }));
  };

  return {
    spansOf,
    words: (callId, chosen) =>
      events.transaction(() => {
        spansOf(callId, chosen);
        const clean = cleanerOf(chosen.map(({ text }) => text));
        words.rewrite(callId, { turn: clean, text: clean });
        for (const { kind, text } of facts.all(callId)) {
          const written = clean(text);
          if (written !== text) putFact.run(written, callId, kind, text);
        }
        const remembered = summary.get(callId);
        if (remembered && clean(remembered.text) !== remembered.text) {
          putSummary.run(clean(remembered.text), callId);
        }
        const analysis = analyses.find(callId);
        if (analysis) analyses.save(callId, cleaned(analysis, clean));
        events.record({ type: 'call.redacted', tenantId, callId });
      }),
    everything: (callId) =>
      events.transaction(() => {
        const { recording } = over(callId);
        words.rewrite(callId, { turn: () => erasedWords, text: () => erasedWords });
        for (const drop of [dropUnderstood, dropNotes, dropFacts, dropSummary, endWork]) drop.run(callId);
        if (analyses.find(callId)) analyses.save(callId, { summary: null, extractions: null });
        dropRecording.run(callId);
        events.record({ type: 'call.redacted', tenantId, callId });
        return recording;
      }),
    call: (callId) =>
      events.transaction(() => {
        const { recording } = over(callId);
        for (const cut of [...loosen, ...drops]) cut.run(callId);
        dropEvents.run(callId);
        dropCall.run(callId);
        events.record({ type: 'call.erased', tenantId, callId });
        return recording;
      }),
  };
}

/** Words of one letter or two would tear other words apart: they go only where they stand alone. */
function cleanerOf(chosen: readonly string[]): (text: string) => string {
  const patterns = [...new Set(chosen.map((text) => text.trim()))]
    .filter((text) => text !== '')
    .toSorted((one, other) => other.length - one.length)
    .map((text) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(text)}(?![\\p{L}\\p{N}])`, 'giu'));
  return (text) => patterns.reduce((left, pattern) => left.replace(pattern, erasedWords), text);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const cleaned = (
  { summary, extractions }: CallAnalysis,
  clean: (text: string) => string,
): Partial<Omit<CallAnalysis, 'callId'>> => ({
  summary: summary && { ...summary, text: clean(summary.text) },
  extractions: extractions?.map((field) => ({ ...field, value: clean(field.value) })) ?? null,
});
