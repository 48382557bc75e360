import type { Clock } from '../foundation/index.ts';

/** Silence on the line after which something is said, whatever comes. Nobody hears two seconds of nothing. */
const fillAfterMs = 1100;
/** Owed for so long, the answer is given up. */
const giveUpAfterMs = 8000;

export interface DeadAirOptions {
  readonly clock: Clock;
  /** When the last sound on the line was over, or will be; monotonic. */
  readonly quietSinceMs: () => number;
  /** Says something that bridges the waiting; `times` counts from 0. */
  readonly onFill: (times: number) => void;
  /** There will be no answer. */
  readonly onGiveUp: () => void;
}

/** While the agent owes the caller an answer, the line is never silent for long. */
export class DeadAirGuard {
  readonly #options: DeadAirOptions;
  #owedSinceMs: number | null = null;
  #times = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: DeadAirOptions) {
    this.#options = options;
  }

  /** An answer is owed from now on. Idempotent. */
  owe(): void {
    if (this.#owedSinceMs !== null) return;
    this.#owedSinceMs = this.#options.clock.monotonicMs();
    this.#times = 0;
    this.#watch();
  }

  /** It is being heard, or nobody waits for it any more. Idempotent. */
  paid(): void {
    this.#owedSinceMs = null;
    clearTimeout(this.#timer);
  }

  #watch(): void {
    const { clock, quietSinceMs } = this.#options;
    const dueMs = quietSinceMs() + fillAfterMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#check(), Math.max(0, dueMs - clock.monotonicMs()));
  }

  #check(): void {
    const { clock, quietSinceMs, onFill, onGiveUp } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#owedSinceMs === null) return;
    // A timer may fire a moment early.
    if (nowMs < quietSinceMs() + fillAfterMs - 2) {
      this.#watch();
      return;
    }
    if (nowMs - this.#owedSinceMs >= giveUpAfterMs) {
      this.paid();
      onGiveUp();
      return;
    }
    onFill(this.#times++);
    // What could not be said is tried again.
    if (nowMs >= quietSinceMs() + fillAfterMs - 2) this.#timer = setTimeout(() => this.#check(), 200);
    else this.#watch();
  }
}
