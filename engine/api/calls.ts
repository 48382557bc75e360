import { redact, redactTurnsGently } from '../agent/index.ts';
import { pauses, VoxboxError } from '../foundation/index.ts';
import type { Box, CallAnalysis as StoredAnalysis, Call as StoredCall, TenantStore } from '../store/index.ts';
import { appointmentAnswer } from './answers.ts';
import type { Call, CallAnalysis, CallWhole, Slots, Turn } from './contract/index.ts';

interface FoundCall {
  readonly store: TenantStore;
  readonly call: StoredCall;
}

/** Calls one by one, in the nouns of the contract. Details that the business wants masked are masked. */
export interface CallBook {
  /** @param tenants the businesses in one of which it has to be @throws VoxboxError `not_found`, `tenant_unknown` */
  find(id: string, tenants: readonly string[]): FoundCall;
  whole(found: FoundCall): Promise<CallWhole>;
  transcript(found: FoundCall): Promise<Turn[]>;
  extraction(found: FoundCall): { readonly slots: Slots; readonly analysis: CallAnalysis | null };
  /** Path of its recording, relative to the data directory. @throws VoxboxError `not_found` */
  recording(found: FoundCall): string;
}

export function createCallBook(box: Box): CallBook {
  const book: CallBook = {
    find(id, tenants) {
      for (const tenant of tenants) {
        const store = box.tenant(tenant);
        const call = store.calls.find(id);
        if (call) return { store, call };
      }
      throw new VoxboxError('not_found', `there is no call ${id}`);
    },
    async whole(found) {
      const { store, call } = found;
      const clean = maskerOf(store);
      return {
        call: callAnswer(call, store.tenantId),
        practice: call.practice,
        transcript: await book.transcript(found),
        ...book.extraction(found),
        appointments: store.appointments.ofCall(call.id).map((one) => appointmentAnswer(one, store.tenantId)),
        submissions: store.submissions.ofCall(call.id).map(({ id, kind, title, fields }) => ({
          ...{ id, kind, title },
          fields: fields.map((field) => ({ ...field, value: clean(field.value, field.label) })),
        })),
        answers: store.groundings(call.id).map(({ question, answer, source, passageId, atMs }) => ({
          ...{ question: clean(question, ''), answer: clean(answer, ''), source, atMs },
          passage: passageId === null ? null : (store.passages.get([passageId])[0]?.text ?? null),
        })),
        notes: store.callNotes.list(call.id),
        quality: call.quality,
      };
    },
    async transcript({ store, call }) {
      const turns = store.transcript.list(call.id).map(({ callId: _, ...turn }) => turn);
      const { mode, kinds } = store.privacy.policy().redaction;
      if (mode === 'none') return turns;
      const redacted = await redactTurnsGently(turns, kinds, pauses());
      const texts = new Map(redacted.map(({ id, text }) => [id, text]));
      return turns.map((turn) => ({ ...turn, text: texts.get(turn.id) ?? turn.text }));
    },
    extraction({ store, call }) {
      const clean = maskerOf(store);
      // What was asked of the documents is told as `answers`.
      const understood = store.understood(call.id).filter(({ skill }) => skill !== 'knowledge');
      const slots: Slots = Object.assign({}, ...understood.map((one) => one.slots));
      const analysis = store.analyses.find(call.id);
      return {
        slots: Object.fromEntries(Object.entries(slots).map(([slot, value]) => [slot, clean(value, slot)])),
        analysis: analysis && analysisAnswer(analysis),
      };
    },
    recording({ call }) {
      if (call.recording === null) throw new VoxboxError('not_found', `call ${call.id} was not recorded`);
      return call.recording;
    },
  };
  return book;
}

function maskerOf(store: TenantStore): (text: string, label: string) => string {
  const { mode, kinds } = store.privacy.policy().redaction;
  return (text, label) => (mode === 'none' ? text : redact(text, kinds, { asked: label }).text);
}

/** Made of words that were cleaned already. */
const analysisAnswer = ({
  summary,
  sentiment,
  revenue,
  extractions,
  cost,
}: StoredAnalysis): CallAnalysis => ({
  ...{ summary, sentiment, revenue, extractions, cost },
});

export const callAnswer = (call: StoredCall, tenantId: string): Call => ({
  id: call.id,
  tenantId,
  direction: call.direction,
  callerNumber: call.callerNumber,
  callerName: call.callerName,
  calledNumber: call.calledNumber,
  state: call.state,
  outcome: call.outcome,
  startedAtMs: call.startedAtMs,
  answeredAtMs: call.answeredAtMs,
  endedAtMs: call.endedAtMs,
  // Its file is complete when the call is over.
  hasRecording: call.recording !== null && call.endedAtMs !== null,
});
