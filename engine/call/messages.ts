import type {
  BookedAppointment,
  CallerContext,
  Opening,
  ProfileSnapshot,
  SessionTurn,
} from '../agent/index.ts';
import type { Config, ErrorShape } from '../foundation/index.ts';
import type { Codec, LegStatistics } from '../media/index.ts';

/** Everything that passes between the engine and a call worker: one tagged union each way. */

export type ToEngineTool =
  | {
      readonly name: 'findOpenings';
      readonly args: { serviceId: string; fromMs: number; toMs: number; limit: number };
    }
  | {
      readonly name: 'book';
      readonly args: { serviceId: string; startsAtMs: number; customerName: string; customerPhone: string };
    };

export type ToolResult =
  | { readonly name: 'findOpenings'; readonly value: readonly Opening[] }
  | { readonly name: 'book'; readonly value: BookedAppointment };

/** Given once, first of all. */
export interface WorkerInit {
  readonly inferenceSocket: string;
  readonly rtpHost: string;
  readonly rtpPortMin: number;
  readonly rtpPortMax: number;
  /** Where ready audio of fixed phrases is kept. */
  readonly phraseDir: string;
  readonly logLevel: Config['logLevel'];
  readonly logFile: string | null;
  readonly logPersonalData: boolean;
}

/** Engine → call worker. `id` asks for a `done` or `failed` with the same id. */
export type ToWorker =
  | { readonly kind: 'init'; readonly id: number; readonly init: WorkerInit }
  | { readonly kind: 'open-leg'; readonly id: number; readonly callId: string }
  | {
      readonly kind: 'start-leg';
      readonly id: number;
      readonly callId: string;
      readonly remote: { readonly address: string; readonly port: number };
      readonly codec: Codec;
      readonly payloadType: number;
      readonly dtmfPayloadType: number | null;
      readonly recordingPath: string | null;
    }
  | {
      readonly kind: 'start-agent';
      readonly id: number;
      readonly callId: string;
      readonly snapshot: ProfileSnapshot;
      readonly caller: CallerContext;
    }
  /** Says a message without an agent, then asks for the call's end. */
  | {
      readonly kind: 'announce';
      readonly id: number;
      readonly callId: string;
      readonly text: string;
      readonly voice: string;
    }
  /** Makes fixed phrases ready ahead of the first call. */
  | { readonly kind: 'prepare'; readonly id: number; readonly snapshot: ProfileSnapshot }
  | { readonly kind: 'stop-call'; readonly id: number; readonly callId: string }
  | {
      readonly kind: 'tool-done';
      readonly callId: string;
      readonly request: number;
      readonly result: ToolResult;
    }
  | {
      readonly kind: 'tool-failed';
      readonly callId: string;
      readonly request: number;
      readonly error: ErrorShape;
    };

/** Call worker → engine. */
export type FromWorker =
  | {
      readonly kind: 'done';
      readonly id: number;
      readonly port?: number;
      readonly statistics?: LegStatistics;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorShape }
  | ({ readonly kind: 'turn'; readonly callId: string } & SessionTurn)
  /** Words still being spoken; not stored. */
  | { readonly kind: 'interim'; readonly callId: string; readonly text: string }
  | {
      readonly kind: 'slots';
      readonly callId: string;
      readonly skill: string;
      readonly slots: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'tool'; readonly callId: string; readonly request: number; readonly tool: ToEngineTool }
  | {
      readonly kind: 'end-call';
      readonly callId: string;
      readonly reason: 'agent' | 'announced' | 'no-audio' | 'failed';
    };
