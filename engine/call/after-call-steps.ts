import { join } from 'node:path';
import { findModel } from '../../models/index.ts';
import {
  type CallRecord,
  type CompleteFields,
  costOf,
  extract,
  memoryOf,
  type PhraseSummary,
  redact,
  redactTurnsGently,
  revenueOf,
  sentimentOf,
  summaryOf,
  worded,
} from '../agent/index.ts';
import { pauses, VoxboxError } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { AfterCallStep, Box, CallRedaction, TenantStore } from '../store/index.ts';
import { type RecordedSpan, silenceRecording } from './after-call-recording.ts';

/** What a step is done with. */
export interface StepParts {
  readonly box: Box;
  readonly store: TenantStore;
  readonly record: CallRecord;
  readonly dataDir: string;
  /** Null while the models are not there. */
  readonly inference: Inference | null;
  readonly signal: AbortSignal;
}

/** Saves what the step made; runs in the transaction that marks the step done. */
export type Save = () => void;

/** How each step is done. It may be done twice, and makes the same of the same call. */
export const stepWork: Readonly<Record<AfterCallStep, (parts: StepParts) => Save | Promise<Save>>> = {
  redact: redactCall,
  summarise: summarise,
  sentiment: ({ store, record }) => {
    const said = record.turns.filter((turn) => turn.speaker === 'caller').map((turn) => turn.text);
    const sentiment = sentimentOf(said);
    return () => store.analyses.save(record.call.id, { sentiment });
  },
  revenue: ({ store, record }) => {
    const revenue = revenueOf(record);
    return () => store.analyses.save(record.call.id, { revenue });
  },
  extract: async ({ store, record, inference, signal }) => {
    const clean = cleanerOf(store);
    const complete = completerOf(await writerOf(inference, signal));
    const found = await extract(record, { complete, pause: pauses() });
    const extractions = found.map((field) => ({ ...field, value: clean(field.value, field.label) }));
    return () => store.analyses.save(record.call.id, { extractions });
  },
  cost: ({ box, store, record }) => {
    const serving = (kind: 'stt' | 'tts' | 'llm') =>
      box.providers.list(store.tenantId, kind)[0] ?? {
        provider: 'local' as const,
        model: null,
        baseUrl: null,
      };
    const cost = costOf(record, { stt: serving('stt'), tts: serving('tts'), llm: serving('llm') });
    return () => store.analyses.save(record.call.id, { cost });
  },
  remember: ({ store, record }) => {
    const summary = store.analyses.find(record.call.id)?.summary?.text ?? '';
    const memory = memoryOf(store, record, { summary, clean: cleanerOf(store) });
    return () => {
      if (memory) store.callers.remember(memory);
    };
  },
  embed,
};

/** How the words of a call are cleaned before anything is made of them: what is shown masked is never copied. */
function cleanerOf(store: TenantStore): (text: string, label?: string) => string {
  const { mode, kinds } = store.privacy.policy().redaction;
  return (text, label = '') => (mode === 'none' ? text : redact(text, kinds, { asked: label }).text);
}

/** Speech begins a little before it is recognised as such, and its last sound fades. */
const marginMs = 600;

async function redactCall({ store, record, dataDir }: StepParts): Promise<Save> {
  const { mode, kinds } = store.privacy.policy().redaction;
  const { call, turns } = record;
  const redacted = mode === 'none' ? [] : await redactTurnsGently(turns, kinds, pauses());
  const texts = new Map(redacted.map(({ id, text }) => [id, text]));
  const counts = new Map<string, CallRedaction['found'][number]>();
  for (const kind of redacted.flatMap((turn) => turn.kinds)) {
    counts.set(kind, { kind, count: (counts.get(kind)?.count ?? 0) + 1 });
  }
  const startMs = call.answeredAtMs ?? call.startedAtMs;
  const spans = merged(
    turns
      .filter((turn) => texts.has(turn.id))
      .map(({ startedAtMs, endedAtMs }) => ({
        fromMs: Math.max(0, startedAtMs - startMs - marginMs),
        toMs: endedAtMs - startMs + marginMs,
      })),
  );
  if (mode === 'erase' && call.recording !== null)
    await silenceRecording(join(dataDir, call.recording), spans);
  const clean = cleanerOf(store);
  return () => {
    const earlier = store.analyses.find(call.id)?.redaction;
    // Done anew it finds nothing where everything was erased before.
    if (!(earlier?.mode === 'erase' && redacted.length === 0)) {
      store.analyses.save(call.id, { redaction: { mode, found: [...counts.values()], spans } });
    }
    if (mode === 'erase') {
      store.words.rewrite(call.id, { turn: (text, id) => texts.get(id) ?? text, text: clean });
    }
  };
}

function merged(spans: readonly RecordedSpan[]): RecordedSpan[] {
  const joined: RecordedSpan[] = [];
  for (const span of spans.toSorted((one, other) => one.fromMs - other.fromMs)) {
    const last = joined.at(-1);
    if (last && span.fromMs <= last.toMs) {
      joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    } else joined.push(span);
  }
  return joined;
}

async function summarise({ store, record, inference, signal }: StepParts): Promise<Save> {
  const facts = cleanerOf(store)(summaryOf(record));
  const summary = await worded(facts, phraserOf(await writerOf(inference, signal)));
  return () => store.analyses.save(record.call.id, { summary });
}

type Write = (order: {
  readonly task: string;
  readonly given: string;
  readonly maxTokens: number;
}) => Promise<string>;

const writingLimitMs = 60_000;

/** Small models invent; all is left to code where no large one is loaded. */
async function writerOf(inference: Inference | null, signal: AbortSignal): Promise<Write | null> {
  const models = (await inference?.loaded().catch(() => [])) ?? [];
  const isLarge = models.some(({ id, use }) => use === 'llm' && isLargeModel(id));
  if (!inference || !isLarge) return null;
  return async ({ task, given, maxTokens }) => {
    const messages = [{ role: 'system', content: task } as const, { role: 'user', content: given } as const];
    const options = { priority: 'summary', signal, timeoutMs: writingLimitMs } as const;
    return (await inference.generate({ messages, maxTokens, temperature: 0 }, options)).text;
  };
}

const phraserOf = (write: Write | null): PhraseSummary | null =>
  write &&
  ((facts) =>
    write({
      task: 'Reword this note about a telephone call in two or three plain sentences. Keep every name, number, day and time. Add nothing.',
      given: facts,
      maxTokens: 160,
    }));

/** The end of a long call: what it came to is told there, and a prompt has its limits. */
const longestTranscript = 12_000;

const completerOf = (write: Write | null): CompleteFields | null =>
  write &&
  (async ({ fields, transcript }) => {
    const keys = fields.map(({ id, description, choices }) =>
      choices.length === 0
        ? `"${id}": ${description}`
        : `"${id}": ${description}, one of ${choices.join(', ')}`,
    );
    const written = await write({
      task: `Read the telephone call. Answer with one JSON object and nothing else. Its keys:\n${keys.join('\n')}\nEach value is a text in the caller's own words. Leave out what the caller did not say.`,
      given: transcript.slice(-longestTranscript),
      maxTokens: 40 * fields.length + 40,
    });
    return valuesIn(written);
  });

/** Models think aloud, and set JSON in marks of code. */
function valuesIn(written: string): Readonly<Record<string, string>> {
  const given: unknown = JSON.parse(/\{[^{}]*\}(?=[^}]*$)/.exec(written)?.[0] ?? '{}');
  const values = Object.entries(given as object).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(values) as Readonly<Record<string, string>>;
}

function isLargeModel(id: string): boolean {
  try {
    return findModel(id).group === 'large';
  } catch {
    return false;
  }
}

const embedLimitMs = 30_000;

/** So that later calls find what is like them. */
async function embed({ store, record, inference, signal }: StepParts): Promise<Save> {
  const { id } = record.call;
  const summary = store.analyses.find(id)?.summary?.text;
  const isKept = memoryOf(store, record, { summary: '', clean: (text) => text }) !== null;
  if (summary === undefined || !isKept) return () => {};
  if (!inference) throw new VoxboxError('inference_unavailable', 'the models are not there');
  const options = { priority: 'embedding', signal, timeoutMs: embedLimitMs } as const;
  const [vector] = await inference.embed([summary], options);
  return () => {
    if (vector) store.callers.embed(id, vector);
  };
}
