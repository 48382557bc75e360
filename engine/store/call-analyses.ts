import type { Clock } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { PrivacyPolicy, SensitiveKind } from './privacy.ts';

/** What was worked out of a call that is over; each part is null until its step is done. */
export interface CallAnalysis {
  readonly callId: string;
  readonly redaction: CallRedaction | null;
  readonly summary: CallSummary | null;
  readonly sentiment: CallSentiment | null;
  /** What the call has brought, by currency; empty where nothing has a price. */
  readonly revenue: readonly Money[] | null;
  readonly extractions: readonly Extraction[] | null;
  readonly cost: CallCost | null;
}

export interface CallRedaction {
  /** The tenant's policy when the call was worked on. */
  readonly mode: PrivacyPolicy['redaction']['mode'];
  /** How often each kind of sensitive detail was said. */
  readonly found: readonly { readonly kind: SensitiveKind; readonly count: number }[];
  /** Where they are in the recording, milliseconds from its beginning; silenced where the mode is `erase`. */
  readonly spans: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export interface CallSummary {
  readonly text: string;
  /** `model`: worded by a language model, checked against the facts. */
  readonly by: 'code' | 'model';
}

export interface CallSentiment {
  readonly label: 'positive' | 'neutral' | 'negative';
  /** −1 to 1. */
  readonly score: number;
  readonly abusive: boolean;
}

export interface Money {
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** One field that was read out of a call. */
export interface Extraction {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** 0–1. */
  readonly confidence: number;
  /** `slot`: the record of the call; `recogniser`: the caller's words; `model`: the language model. */
  readonly source: 'slot' | 'recogniser' | 'model';
}

/** What the services of a call come to by their list prices; what the box does itself costs nothing. */
export interface CallCost {
  readonly parts: readonly CostPart[];
  /** Millionths of a US dollar: a turn costs far less than a cent. */
  readonly totalMicroUsd: number;
}

export interface CostPart {
  readonly use: 'stt' | 'tts' | 'llm';
  readonly provider: string;
  readonly amount: number;
  readonly unit: 'seconds' | 'characters' | 'tokens';
  /** Null where the price is not known. */
  readonly microUsd: number | null;
  /** The amount is estimated from the transcript. */
  readonly estimated: boolean;
}

export type AnalysisPart = Exclude<keyof CallAnalysis, 'callId'>;

export interface CallAnalyses {
  find(callId: string): CallAnalysis | null;
  /** Replaces parts; what is not given stays. */
  save(callId: string, parts: Partial<Omit<CallAnalysis, 'callId'>>): void;
  /** Ids of the appointments that the call cancelled, and of those it moved with the time they were moved from. */
  appointmentChanges(callId: string): {
    readonly cancelled: readonly string[];
    readonly moved: readonly { readonly appointmentId: string; readonly fromMs: number }[];
  };
}

const parts = [
  'redaction',
  'summary',
  'sentiment',
  'revenue',
  'extractions',
  'cost',
] as const satisfies readonly AnalysisPart[];

type Row = Readonly<Record<AnalysisPart, string | null>> & { readonly callId: string };

export function analysisRows(database: Database, { clock }: { clock: Clock }): CallAnalyses {
  const find = database.prepare<Row>(
    `select call_id as callId, ${parts.join(', ')} from call_analyses where call_id = ?`,
  );
  const put = database.prepare(
    `insert into call_analyses (call_id, ${parts.join(', ')}, changed_at_ms)
     values (:callId, ${parts.map((part) => `:${part}`).join(', ')}, :changedAtMs)
     on conflict (call_id) do update set ${parts.map((part) => `${part} = excluded.${part}`).join(', ')},
       changed_at_ms = excluded.changed_at_ms`,
  );
  const changes = database.prepare<ChangeRow>(
    `select type, json_extract(body, '$.appointmentId') as appointmentId, json_extract(body, '$.fromMs') as fromMs
     from events where json_extract(body, '$.callId') = ? and type in ('appointment.cancelled', 'appointment.moved')
     order by sequence`,
  );
  return {
    find: (callId) => {
      const row = find.get(callId);
      return row ? analysisOf(row) : null;
    },
    save: (callId, given) => {
      const before: Row = find.get(callId) ?? { callId, ...nothing };
      const changed = Object.fromEntries(
        Object.entries(given).map(([part, value]) => [part, value === null ? null : JSON.stringify(value)]),
      );
      put.run({ ...before, ...changed, changedAtMs: clock.nowMs() });
    },
    appointmentChanges: (callId) => {
      const rows = changes.all(callId);
      const moved = new Map<string, number>();
      for (const { type, appointmentId, fromMs } of rows) {
        if (type === 'appointment.moved' && !moved.has(appointmentId)) moved.set(appointmentId, fromMs ?? 0);
      }
      return {
        cancelled: rows.flatMap(({ type, appointmentId }) =>
          type === 'appointment.cancelled' ? [appointmentId] : [],
        ),
        moved: [...moved].map(([appointmentId, fromMs]) => ({ appointmentId, fromMs })),
      };
    },
  };
}

interface ChangeRow {
  readonly type: string;
  readonly appointmentId: string;
  readonly fromMs: number | null;
}

const nothing: Readonly<Record<AnalysisPart, null>> = {
  redaction: null,
  summary: null,
  sentiment: null,
  revenue: null,
  extractions: null,
  cost: null,
};

const analysisOf = (row: Row): CallAnalysis => ({
  callId: row.callId,
  redaction: read<CallRedaction>(row.redaction),
  summary: read<CallSummary>(row.summary),
  sentiment: read<CallSentiment>(row.sentiment),
  revenue: read<readonly Money[]>(row.revenue),
  extractions: read<readonly Extraction[]>(row.extractions),
  cost: read<CallCost>(row.cost),
});

const read = <T>(stored: string | null): T | null => (stored === null ? null : (JSON.parse(stored) as T));
