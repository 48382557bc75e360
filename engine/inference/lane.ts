import { isVoxboxError, VoxboxError } from '../foundation/index.ts';
import type { InferencePriority } from './contract.ts';
import type { Engine } from './engines/engine.ts';
import type { Work, WorkResult } from './messages.ts';
import { PriorityQueue } from './queue.ts';

export interface LaneRequest {
  readonly work: Work;
  readonly priority: InferencePriority;
  /** See `InferenceOptions`. */
  readonly owner?: string;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

interface Waiting extends LaneRequest {
  readonly resolve: (result: WorkResult[keyof WorkResult]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The work of one use (recognition, voice …) on its own engines, so that a long job of one use never
 * holds up another. Requests wait while the engines are loading.
 */
export class Lane {
  readonly #queue = new PriorityQueue<Waiting>();
  readonly #reserved: number;
  #slots: Engine[] = [];
  #engines: readonly Engine[] = [];
  readonly #running = new WeakMap<Engine, number>();
  #failure: unknown = null;

  /** @param reserved slots that only a caller on the line may take */
  constructor(reserved = 0) {
    this.#reserved = reserved;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  models() {
    return this.#engines.flatMap((engine) => engine.models());
  }

  /**
   * Gives the lane its engines; `slotsEach` is how much one of them does at the same time. Those that it had
   * before take no new work and are closed when they have finished what is under way.
   */
  open(engines: readonly Engine[], slotsEach = 1): void {
    const before = this.#engines;
    this.#failure = null;
    this.#engines = engines;
    this.#slots = engines.flatMap((engine) => Array.from({ length: slotsEach }, () => engine));
    for (const engine of before) this.#retire(engine);
    this.#pump();
  }

  /** The engines could not be loaded: everything is refused with that error. */
  fail(error: unknown): void {
    this.#failure = error;
    for (let next = this.#queue.take(); next; next = this.#queue.take()) next.reject(error);
  }

  /** Rejects at once when the signal is aborted, although an engine may need a moment to stop. */
  submit(request: LaneRequest): Promise<WorkResult[keyof WorkResult]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      const waiting: Waiting = { ...request, resolve, reject };
      request.signal.addEventListener(
        'abort',
        () => {
          this.#queue.remove(waiting);
          reject(withdrawal(request.signal));
        },
        { once: true },
      );
      this.#queue.push(waiting, request);
      this.#pump();
    });
  }

  #pump(): void {
    for (;;) {
      const lowest = this.#slots.length > this.#reserved ? 'summary' : 'greeting';
      if (this.#slots.length === 0) return;
      const next = this.#queue.take(lowest);
      if (!next) return;
      const engine = this.#slots.pop();
      if (engine) void this.#run(engine, next);
    }
  }

  /** Closes an engine that serves no longer, once nothing runs on it. */
  #retire(engine: Engine): void {
    if (this.#engines.includes(engine) || (this.#running.get(engine) ?? 0) > 0) return;
    // what it had loaded is lost either way
    engine.close().catch(() => {});
  }

  async #run(engine: Engine, request: Waiting): Promise<void> {
    this.#running.set(engine, (this.#running.get(engine) ?? 0) + 1);
    try {
      request.signal.throwIfAborted();
      const live = request.priority === 'live' || request.priority === 'greeting';
      request.resolve(
        await engine.run(request.work, { signal: request.signal, onText: request.onText, live }),
      );
    } catch (error) {
      request.reject(request.signal.aborted ? withdrawal(request.signal) : error);
    } finally {
      this.#running.set(engine, (this.#running.get(engine) ?? 1) - 1);
      if (this.#engines.includes(engine)) this.#slots.push(engine);
      else this.#retire(engine);
      this.#pump();
    }
  }
}

/** Why a request was withdrawn: the signal's own coded reason, else `aborted`. */
const withdrawal = (signal: AbortSignal): VoxboxError =>
  isVoxboxError(signal.reason) ? signal.reason : new VoxboxError('aborted', 'the request was withdrawn');
