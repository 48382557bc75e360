import type { LoadedModel } from '../contract.ts';
import type { Work, WorkResult } from '../messages.ts';
import type { Placement } from '../placement.ts';

export interface RunContext {
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
  /** True when a caller waits for the result on the line. */
  readonly live: boolean;
}

export type ResultOf<W extends Work> = WorkResult[W['kind']];

/** What an engine is made of. */
export interface EngineStart {
  readonly modelsDir: string;
  readonly modelId: string;
  /** Threads of one onnxruntime session. */
  readonly threads: number;
  readonly placement: Placement;
}

/**
 * Models that are loaded and ready to work. `run` rejects with the signal's reason soon after it is
 * aborted, where the model lets itself be stopped.
 */
export interface Engine {
  run(work: Work, context: RunContext): Promise<WorkResult[keyof WorkResult]>;
  /** What is loaded by now. */
  models(): readonly LoadedModel[];
  /** Gives its memory back. Nothing runs on it and nothing will. */
  close(): Promise<void>;
}
