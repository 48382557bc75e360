import type { Ids } from '../foundation/index.ts';
import type { Database } from './database.ts';
import type { EventLog } from './events.ts';
import type { TranscriptTurn, TurnLatency } from './model.ts';

export interface Transcript {
  /** @throws VoxboxError `not_found` when there is no such call */
  add(turn: Omit<TranscriptTurn, 'id' | 'position'>): TranscriptTurn;
  /** In the order in which the turns were added. */
  list(callId: string): TranscriptTurn[];
}

export interface TranscriptParts {
  readonly tenantId: string;
  readonly ids: Ids;
  readonly events: EventLog;
}

type Row = Omit<TranscriptTurn, 'interrupted' | 'latency'> & {
  readonly interrupted: number;
  readonly latency: string | null;
};

export function transcriptRows(database: Database, { tenantId, ids, events }: TranscriptParts): Transcript {
  const insert = database.prepare(
    `insert into turns (id, call_id, position, speaker, text, started_at_ms, ended_at_ms, confidence,
                        interrupted, latency)
     values (:id, :callId, :position, :speaker, :text, :startedAtMs, :endedAtMs, :confidence, :interrupted, :latency)`,
  );
  const next = database.prepare<{ position: number }>(
    'select coalesce(max(position) + 1, 0) as position from turns where call_id = ?',
  );
  const list = database.prepare<Row>(
    `select id, call_id as callId, position, speaker, text, started_at_ms as startedAtMs,
            ended_at_ms as endedAtMs, confidence, interrupted, latency
     from turns where call_id = ? order by position`,
  );
  return {
    add: (input) =>
      events.transaction(() => {
        const { callId, speaker, text, startedAtMs, endedAtMs, confidence, interrupted, latency } = input;
        const turn: TranscriptTurn = {
          id: ids.uuid(),
          callId,
          position: next.get(callId)?.position ?? 0,
          speaker,
          text,
          startedAtMs,
          endedAtMs,
          confidence,
          interrupted,
          latency,
        };
        insert.run({
          ...turn,
          interrupted: interrupted ? 1 : 0,
          latency: latency ? JSON.stringify(latency) : null,
        });
        events.record({ type: 'turn.recorded', tenantId, callId, turnId: turn.id, speaker, text });
        return turn;
      }),
    list: (callId) =>
      list.all(callId).map((row) => ({
        ...row,
        interrupted: row.interrupted === 1,
        latency: row.latency === null ? null : latencyOf(row.latency),
      })),
  };
}

/** Turns of before the output was measured have none. */
const latencyOf = (stored: string): TurnLatency => ({
  outputMs: null,
  ...(JSON.parse(stored) as Omit<TurnLatency, 'outputMs'> & Partial<TurnLatency>),
});
