import type { ErrorShape } from '../foundation/index.ts';
import type {
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

/** One piece of work, as it crosses the socket and reaches an engine. */
export type Work =
  | { readonly kind: 'transcribe'; readonly samples: Float32Array }
  | { readonly kind: 'synthesise'; readonly text: string; readonly voice: string; readonly speed: number }
  | { readonly kind: 'embed'; readonly texts: readonly string[] }
  | {
      readonly kind: 'generate';
      readonly messages: GenerateRequest['messages'];
      readonly maxTokens: number;
      readonly temperature: number;
      /** Send the text piece by piece too. */
      readonly stream: boolean;
    }
  | { readonly kind: 'end-of-turn'; readonly samples: Float32Array }
  | { readonly kind: 'loaded' };

export type WorkKind = Work['kind'];

/** What each kind of work results in. */
export interface WorkResult {
  transcribe: Transcription;
  synthesise: SynthesisedSpeech;
  embed: Float32Array[];
  generate: GenerateResult;
  'end-of-turn': EndOfTurn;
  loaded: LoadedModel[];
}

/** The lane each kind of work runs in; `loaded` is answered at once. */
export const useOf = {
  transcribe: 'stt',
  synthesise: 'tts',
  embed: 'embedding',
  generate: 'llm',
  'end-of-turn': 'turn',
} as const satisfies Record<Exclude<WorkKind, 'loaded'>, ModelUse>;

/** Client → worker. Ids are the client's own, one connection each. */
export type ClientMessage =
  | {
      readonly type: 'request';
      readonly id: number;
      readonly priority: InferencePriority;
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
  /** CPU threads of a language model; by the number of cores when absent. */
  readonly threads?: number;
}

/** Supervisor → worker, over the process channel. */
export type SupervisorMessage =
  | { readonly type: 'start'; readonly config: WorkerConfig }
  | { readonly type: 'stop' };

/** Worker → supervisor, over the process channel. */
export type WorkerReport =
  | { readonly type: 'listening' }
  | { readonly type: 'ready' }
  | { readonly type: 'load-failed'; readonly use: ModelUse; readonly error: ErrorShape }
  | { readonly type: 'loaded'; readonly model: LoadedModel };
