import type { ErrorShape } from '../foundation/index.ts';
import type {
  DeviceReport,
  Expected,
  GenerateRequest,
  GenerateResult,
  InferencePriority,
  LoadedModel,
  SynthesisedSpeech,
  Transcription,
} from './contract.ts';

export type ModelUse = LoadedModel['use'];

export interface EndOfTurn {
  readonly probability: number;
  readonly modelMs: number;
}

/** A question of the agent's, and what the caller has said to it so far. */
export interface Exchange {
  readonly asked: string;
  readonly said: string;
}

export interface Completeness {
  readonly probability: number;
  readonly modelMs: number;
}

/** One piece of work, as it crosses the socket and reaches an engine. */
export type Work =
  | {
      readonly kind: 'transcribe';
      readonly samples: Float32Array;
      readonly known: readonly number[];
      readonly expected: Expected | null;
    }
  | { readonly kind: 'synthesise'; readonly text: string; readonly voice: string; readonly speed: number }
  | { readonly kind: 'embed'; readonly texts: readonly string[] }
  | {
      readonly kind: 'generate';
      readonly messages: GenerateRequest['messages'];
      readonly maxTokens: number;
      readonly temperature: number;
      /** Send the text piece by piece too. */
      readonly stream: boolean;
      readonly dialogue: string | null;
    }
  | { readonly kind: 'open-dialogue'; readonly id: string; readonly prefix: GenerateRequest['messages'] }
  | { readonly kind: 'close-dialogue'; readonly id: string }
  | { readonly kind: 'end-of-turn'; readonly samples: Float32Array }
  | ({ readonly kind: 'completeness' } & Exchange)
  | { readonly kind: 'swap'; readonly use: ModelUse; readonly modelId: string }
  | { readonly kind: 'loaded' }
  | { readonly kind: 'devices' };

export type WorkKind = Work['kind'];

/** What each kind of work results in. */
export interface WorkResult {
  transcribe: Transcription;
  synthesise: SynthesisedSpeech;
  embed: Float32Array[];
  generate: GenerateResult;
  'open-dialogue': null;
  'close-dialogue': null;
  'end-of-turn': EndOfTurn;
  completeness: Completeness;
  swap: LoadedModel[];
  loaded: LoadedModel[];
  devices: DeviceReport[];
}

/** What is asked of the process itself and not of a model. */
export type HouseWork = Extract<Work, { kind: 'swap' | 'loaded' | 'devices' }>;

/** The lane each kind of a model's work runs in. */
export const useOf = {
  transcribe: 'stt',
  synthesise: 'tts',
  embed: 'embedding',
  generate: 'llm',
  'open-dialogue': 'llm',
  'close-dialogue': 'llm',
  'end-of-turn': 'turn',
  completeness: 'llm',
} as const satisfies Record<Exclude<WorkKind, HouseWork['kind']>, ModelUse>;

/** Client → worker. Ids are the client's own, one connection each. */
export type ClientMessage =
  | {
      readonly type: 'request';
      readonly id: number;
      readonly priority: InferencePriority;
      readonly owner?: string;
      /** Counted from arrival; the worker drops what nobody waits for any more. */
      readonly timeoutMs?: number;
      readonly work: Work;
    }
  | { readonly type: 'abort'; readonly id: number };

/** Worker → client. */
export type WorkerMessage =
  | { readonly type: 'text'; readonly id: number; readonly text: string }
  | { readonly type: 'result'; readonly id: number; readonly result: WorkResult[WorkKind] }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorShape };

export interface WorkerConfig {
  readonly socketPath: string;
  readonly modelsDir: string;
  /** Loaded at the start; the others follow in the background. */
  readonly uses: readonly ModelUse[];
  /** Models in place of those of the starter set. */
  readonly models: Readonly<Partial<Record<ModelUse, string>>>;
  /** CPU threads of a language model; by the number of cores when absent. */
  readonly threads?: number;
}

/** Supervisor → worker, over the process channel. */
export type SupervisorMessage =
  | { readonly type: 'start'; readonly config: WorkerConfig }
  /** Answered at once by a process that is not frozen. */
  | { readonly type: 'ping' }
  | { readonly type: 'stop' };

/** Worker → supervisor, over the process channel. */
export type WorkerReport =
  | { readonly type: 'listening' }
  | { readonly type: 'pong' }
  | { readonly type: 'ready' }
  | { readonly type: 'load-failed'; readonly use: ModelUse; readonly error: ErrorShape }
  | { readonly type: 'loaded'; readonly model: LoadedModel };
