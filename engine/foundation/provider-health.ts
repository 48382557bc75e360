import { type BreakerLimits, type BreakerState, CircuitBreaker, usualBreakerLimits } from './breaker.ts';
import type { Clock } from './clock.ts';
import { type ErrorShape, hasCode, isVoxboxError, toErrorShape } from './errors.ts';

/** How a provider of speech or language has been doing, as this process has seen it. */
export interface ProviderHealth {
  readonly id: string;
  readonly state: BreakerState;
  readonly lastError: ErrorShape | null;
  /** UTC. */
  readonly lastErrorAtMs: number | null;
  readonly lastSuccessAtMs: number | null;
}

/** One provider's breaker and record. */
export interface Health {
  /** Whether `admit` would say yes. */
  admits(): boolean;
  /** Whether a request may go to it; then `succeeded`, `failed` or `withdrawn` must follow. */
  admit(): boolean;
  succeeded(): void;
  /** A request that its asker withdrew is no failure. */
  failed(error: unknown): void;
  withdrawn(): void;
}

export interface HealthBook {
  /** The same for every call of this process that uses the provider. */
  of(id: string): Health;
  list(): ProviderHealth[];
}

/** A success is told again only after this: one a clause would be news to nobody. */
const toldEveryMs = 10_000;

export function createHealthBook(options: {
  readonly clock: Clock;
  readonly onChange?: (health: ProviderHealth) => void;
  readonly limits?: BreakerLimits;
}): HealthBook {
  const { clock, limits = usualBreakerLimits, onChange = () => {} } = options;
  const records = new Map<string, HealthRecord>();
  return {
    of(id) {
      const record = records.get(id) ?? new HealthRecord(id, { clock, limits, onChange });
      records.set(id, record);
      return record;
    },
    list: () => [...records.values()].map((record) => record.read()),
  };
}

class HealthRecord implements Health {
  readonly #id: string;
  readonly #clock: Clock;
  readonly #breaker: CircuitBreaker;
  readonly #onChange: (health: ProviderHealth) => void;
  #lastError: ErrorShape | null = null;
  #lastErrorAtMs: number | null = null;
  #lastSuccessAtMs: number | null = null;
  #toldSuccessAtMs = Number.NEGATIVE_INFINITY;
  #failing = false;

  constructor(
    id: string,
    options: { clock: Clock; limits: BreakerLimits; onChange: (health: ProviderHealth) => void },
  ) {
    this.#id = id;
    this.#clock = options.clock;
    this.#breaker = new CircuitBreaker(options.limits);
    this.#onChange = options.onChange;
  }

  read(): ProviderHealth {
    return {
      id: this.#id,
      state: this.#breaker.state(this.#clock.monotonicMs()),
      lastError: this.#lastError,
      lastErrorAtMs: this.#lastErrorAtMs,
      lastSuccessAtMs: this.#lastSuccessAtMs,
    };
  }

  admits(): boolean {
    return this.#breaker.admits(this.#clock.monotonicMs());
  }

  admit(): boolean {
    return this.#breaker.admit(this.#clock.monotonicMs());
  }

  succeeded(): void {
    this.#breaker.succeeded();
    const nowMs = this.#clock.nowMs();
    this.#lastSuccessAtMs = nowMs;
    if (!this.#failing && nowMs - this.#toldSuccessAtMs < toldEveryMs) return;
    this.#failing = false;
    this.#toldSuccessAtMs = nowMs;
    this.#onChange(this.read());
  }

  failed(error: unknown): void {
    if (hasCode(error, 'aborted')) {
      this.withdrawn();
      return;
    }
    this.#breaker.failed(this.#clock.monotonicMs());
    this.#failing = true;
    this.#lastError = toErrorShape(error, 'provider_failed');
    this.#lastErrorAtMs = this.#clock.nowMs();
    this.#onChange(this.read());
  }

  withdrawn(): void {
    this.#breaker.withdrawn();
  }
}

/** A provider's place in a chain. */
export interface Candidate {
  readonly health: Health;
  /** Tried although its breaker is open where nobody else is left: what runs on the box costs nobody anything. */
  readonly lastResort?: boolean;
}

const mostTries = 3;

/** The way of one request through a chain of providers: who is asked next, at most three times in all. */
export class Tries<C extends Candidate> {
  readonly #candidates: readonly C[];
  readonly #tried = new Map<C, number>();
  readonly #barred = new Set<C>();
  #count = 0;

  constructor(candidates: readonly C[]) {
    this.#candidates = candidates;
  }

  /** The one to ask now, the least tried first; null when nobody may be asked any more. */
  next(): C | null {
    if (this.#count >= mostTries) return null;
    const open = this.#open();
    const chosen = open.find(({ health }) => health.admit()) ?? open.find(({ lastResort }) => lastResort);
    if (!chosen) return null;
    this.#count++;
    this.#tried.set(chosen, (this.#tried.get(chosen) ?? 0) + 1);
    return chosen;
  }

  /** Whether there is somebody else to go to: then nobody is waited for longer than is needed to find out. */
  hasOther(than: C): boolean {
    if (this.#count >= mostTries) return false;
    return this.#open().some(
      (candidate) => candidate !== than && (candidate.health.admits() || candidate.lastResort === true),
    );
  }

  /** @param error a permanent one bars the candidate: asking it the same again cannot help */
  failed(candidate: C, error: unknown): void {
    candidate.health.failed(error);
    if (isVoxboxError(error) && error.entry.permanent) this.#barred.add(candidate);
  }

  #open(): C[] {
    const triesOf = (candidate: C): number => this.#tried.get(candidate) ?? 0;
    return this.#candidates
      .filter((candidate) => !this.#barred.has(candidate))
      .sort((a, b) => triesOf(a) - triesOf(b));
  }
}
