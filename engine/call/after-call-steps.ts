import { join } from 'node:path';
import { findModel } from '../../models/index.ts';
import {
  type CallRecord,
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
  extract: async ({ store, record }) => {
    const clean = cleanerOf(store);
    const found = await extract(record, { pause: pauses() });
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
  const summary = await worded(facts, await phraserOf(inference, signal));
  return () => store.analyses.save(record.call.id, { summary });
}

const summaryTokens = 160;
const summaryLimitMs = 60_000;

/** Small models invent; the wording is left to code where no large one is loaded. */
async function phraserOf(inference: Inference | null, signal: AbortSignal): Promise<PhraseSummary | null> {
  const models = (await inference?.loaded().catch(() => [])) ?? [];
  const isLarge = models.some(({ id, use }) => use === 'llm' && isLargeModel(id));
  if (!inference || !isLarge) return null;
  return async (facts) => {
    const { text } = await inference.generate(
      {
        messages: [
          {
            role: 'system',
            content:
              'Reword this note about a telephone call in two or three plain sentences. Keep every name, number, day and time. Add nothing.',
          },
          { role: 'user', content: facts },
        ],
        maxTokens: summaryTokens,
      },
      { priority: 'summary', signal, timeoutMs: summaryLimitMs },
    );
    return text;
  };
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
