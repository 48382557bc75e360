import { DateTime } from 'luxon';
import type { ExtractionField, TranscriptTurn } from '../../store/index.ts';
import { instantOf, recogniseWhen } from '../understanding/date-time.ts';
import { recogniseEmail } from '../understanding/email.ts';
import { recogniseName } from '../understanding/names.ts';
import { cardinalAt } from '../understanding/numbers.ts';
import { recognisePhone, regionOf } from '../understanding/phone.ts';
import { spaced, type Token, tokenise } from '../understanding/tokens.ts';
import { recogniseYesNo } from '../understanding/yes-no.ts';
import type { CallRecord } from './call-record.ts';

export interface HeardValue {
  readonly value: string;
  /** 0–1: of the recogniser, times that of the speech. */
  readonly confidence: number;
}

interface Said {
  readonly turn: TranscriptTurn;
  readonly tokens: readonly Token[];
  /** Whether the agent had just asked for the field. */
  readonly asked: boolean;
}

/** A value for the field in the caller's own words; the last that was told, and one that was asked for before others. */
export async function recognisedValue(
  field: ExtractionField,
  record: CallRecord,
  pause: () => Promise<void>,
): Promise<HeardValue | null> {
  const keys = keysOf(field);
  let last: HeardValue | null = null;
  let answer: HeardValue | null = null;
  let question = '';
  for (const turn of record.turns) {
    if (turn.speaker !== 'caller') {
      question = turn.text;
      continue;
    }
    await pause();
    const said = { turn, tokens: tokenise(turn.text), asked: asksFor(keys, question) };
    const value = read(field, said, record);
    if (!value) continue;
    last = { ...value, confidence: value.confidence * (turn.confidence ?? unknownConfidence) };
    if (said.asked) answer = last;
  }
  return answer ?? last;
}

/** Of speech whose recogniser tells nothing of how sure it is. */
const unknownConfidence = 0.8;

function asksFor(keys: readonly string[], question: string): boolean {
  if (!question.includes('?')) return false;
  const words = tokenise(question).map((token) => token.text);
  return keys.some((key) => words.includes(key));
}

const empty = new Set(
  `a an the of to for is it if any what when how many much whether caller caller's their they customer his her was were
   and or in on with at be been that this has have had do does did want wants need needs`.split(/\s+/),
);

/** Words that tell a question for the field from others. */
function keysOf({ id, label, description }: ExtractionField): readonly string[] {
  const words = tokenise(`${id.replaceAll('-', ' ')} ${label} ${description}`).map((token) => token.text);
  return [...new Set(words.filter((word) => !empty.has(word) && word.length > 2))];
}

function read(field: ExtractionField, said: Said, record: CallRecord): HeardValue | null {
  switch (field.kind) {
    case 'name':
      return said.asked || /name/.test(field.id)
        ? recogniseName(said.tokens, { expected: said.asked, notNames: new Set() })
        : null;
    case 'phone': {
      const e164 = recognisePhone(said.tokens, regionOf(record.language))?.e164;
      return e164 ? { value: e164, confidence: 0.9 } : null;
    }
    case 'email':
      return emailIn(said);
    case 'date-time':
      return momentIn(said, record);
    case 'yes-no': {
      const answer = said.asked ? recogniseYesNo(said.tokens) : null;
      return answer === 'yes' || answer === 'no' ? { value: answer, confidence: 0.85 } : null;
    }
    case 'choice':
      return choiceIn(field.choices, said);
    case 'number':
      return said.asked ? numberIn(said.tokens) : numberBeside(keysOf(field), said.tokens);
    case 'money':
      return moneyIn(said.turn.text);
    case 'text':
      // Words as they are only where they answer the question for them.
      return said.asked && said.tokens.length >= 2 ? { value: said.turn.text.trim(), confidence: 0.7 } : null;
  }
}

/** Beside other words an address stands in a clause of its own. */
function emailIn({ turn, asked }: Said): HeardValue | null {
  const clauses = turn.text.split(/[,;]|\.\s|\b(?:or|and|is|it's|address)\b/i);
  const found = clauses.flatMap((clause) => recogniseEmail(clause) ?? []).at(-1);
  return found ?? (asked ? recogniseEmail(turn.text) : null);
}

/** ISO 8601 in UTC where a time was said, else the day. */
function momentIn({ tokens, asked }: Said, { call, timeZone, language }: CallRecord): HeardValue | null {
  const when = recogniseWhen(tokens, {
    ...{
      nowMs: call.startedAtMs,
      timeZone,
      language,
      hours: [],
      knownDay: null,
      expected: asked,
      choices: 0,
    },
  });
  if (!when?.days || when.days.from !== when.days.to) return null;
  const { from } = when.days;
  const value =
    when.minute === null
      ? from
      : DateTime.fromMillis(instantOf(from, when.minute, timeZone), { zone: 'utc' }).toISO();
  return value === null ? null : { value, confidence: when.confidence };
}

function choiceIn(choices: readonly string[], { tokens, asked }: Said): HeardValue | null {
  const text = spaced(tokens);
  const said = choices.filter((choice) => text.includes(spaced(tokenise(choice))));
  const [only] = said;
  return only !== undefined && said.length === 1 ? { value: only, confidence: asked ? 0.9 : 0.75 } : null;
}

function numberIn(tokens: readonly Token[]): HeardValue | null {
  for (const i of tokens.keys()) {
    const found = cardinalAt(tokens, i);
    if (found) return { value: String(found.value), confidence: 0.85 };
  }
  return null;
}

/** "for six people", "two guests": a number right before the word for what is counted. */
function numberBeside(keys: readonly string[], tokens: readonly Token[]): HeardValue | null {
  for (const i of tokens.keys()) {
    const found = cardinalAt(tokens, i);
    if (found && keys.includes(tokens[i + found.length]?.text ?? '')) {
      return { value: String(found.value), confidence: 0.75 };
    }
  }
  return null;
}

/** "$120", "£49.50", "500 dollars": with its sign, as it was said. */
function moneyIn(text: string): HeardValue | null {
  const found =
    /[$£€₹]\s?\d[\d,]*(?:\.\d{2})?|\b\d[\d,]*(?:\.\d{2})?\s+(?:dollars|pounds|euros|rupees)\b/i.exec(
      text,
    )?.[0];
  return found === undefined ? null : { value: found, confidence: 0.85 };
}
