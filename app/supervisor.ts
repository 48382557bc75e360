import type { EngineHandle, Launch } from './engine-process.ts';
import { type EngineState, firstWatch, type WatchEvent, watch } from './watchdog.ts';

export interface SupervisorOptions {
  readonly launch: Launch;
  readonly nowMs: () => number;
  /** Told every state, the first one included. */
  readonly onState: (state: EngineState) => void;
}

/** Models are read within it, on the slowest box and disk. */
export const startLimitMs = 5 * 60_000;
/** Calls are ended and their records closed within it. */
export const stopLimitMs = 20_000;

/** Keeps one engine running: does what the watchdog's states ask for. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  #watch = firstWatch;
  #engine: EngineHandle | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #stopped = Promise.withResolvers<void>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  get state(): EngineState {
    return this.#watch.state;
  }

  start(): void {
    this.#enter(this.state);
  }

  /** Starts it again now, where it waits or was given up. */
  restart(): void {
    this.#on({ kind: 'restart' });
  }

  /** Ends the engine in order, by force when it takes too long. Idempotent. */
  stop(): Promise<void> {
    this.#on({ kind: 'quit' });
    return this.#stopped.promise;
  }

  #on(event: WatchEvent): void {
    const next = watch(this.#watch, event, this.#options.nowMs());
    if (next === this.#watch) return;
    this.#watch = next;
    this.#enter(next.state);
  }

  #enter(state: EngineState): void {
    clearTimeout(this.#timer);
    if (state.kind === 'starting') this.#launch();
    else if (state.kind === 'waiting') this.#after(state.delayMs, () => this.#on({ kind: 'due' }));
    else if (state.kind === 'stopping') {
      this.#after(stopLimitMs, () => this.#engine?.kill());
      this.#engine?.stop();
    } else if (state.kind === 'stopped') this.#stopped.resolve();
    this.#options.onState(state);
  }

  #launch(): void {
    this.#after(startLimitMs, () => this.#engine?.kill());
    this.#engine = this.#options.launch({
      onReady: (engine) => this.#on({ kind: 'ready', engine }),
      onExit: (exit, lastWords) => this.#on({ kind: 'exited', exit, lastWords }),
    });
  }

  #after(delayMs: number, act: () => void): void {
    this.#timer = setTimeout(act, delayMs);
  }
}
