export interface BreakerLimits {
  /** So many failures … */
  readonly failures: number;
  /** … within this time open the breaker; */
  readonly withinMs: number;
  /** after this one probe may go through. */
  readonly openMs: number;
}

export type BreakerState = 'closed' | 'open' | 'half-open';

export const usualBreakerLimits: BreakerLimits = { failures: 3, withinMs: 30_000, openMs: 15_000 };

/**
 * Keeps requests away from a service that fails (M. Nygard, "Release It!", circuit breaker). Times are passed
 * in, monotonic milliseconds; it has no timers of its own.
 */
export class CircuitBreaker {
  readonly #limits: BreakerLimits;
  /** When the latest failures were, oldest first. */
  #failedAtMs: number[] = [];
  #openedAtMs: number | null = null;
  #probeAtMs: number | null = null;

  constructor(limits: BreakerLimits = usualBreakerLimits) {
    this.#limits = limits;
  }

  state(nowMs: number): BreakerState {
    if (this.#openedAtMs === null) return 'closed';
    return nowMs - this.#openedAtMs >= this.#limits.openMs ? 'half-open' : 'open';
  }

  /** Whether `admit` would say yes, without taking the one probe. */
  admits(nowMs: number): boolean {
    const state = this.state(nowMs);
    if (state !== 'half-open') return state === 'closed';
    // A probe of which nothing was heard for that long is lost, and must not shut the way for ever.
    return this.#probeAtMs === null || nowMs - this.#probeAtMs >= this.#limits.openMs;
  }

  /** Whether a request may go now. Half-open, it is then the probe: `succeeded`, `failed` or `withdrawn` must follow. */
  admit(nowMs: number): boolean {
    if (!this.admits(nowMs)) return false;
    if (this.state(nowMs) === 'half-open') this.#probeAtMs = nowMs;
    return true;
  }

  succeeded(): void {
    this.#failedAtMs = [];
    this.#openedAtMs = null;
    this.#probeAtMs = null;
  }

  failed(nowMs: number): void {
    this.#probeAtMs = null;
    const state = this.state(nowMs);
    // News of requests that went out before it opened; they do not keep it open for longer.
    if (state === 'open') return;
    const { failures, withinMs } = this.#limits;
    this.#failedAtMs = [...this.#failedAtMs.filter((atMs) => nowMs - atMs < withinMs), nowMs];
    if (state === 'half-open' || this.#failedAtMs.length >= failures) {
      this.#openedAtMs = nowMs;
      this.#failedAtMs = [];
    }
  }

  /** The request was given up without a verdict. */
  withdrawn(): void {
    this.#probeAtMs = null;
  }
}
