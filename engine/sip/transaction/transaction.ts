import { repeat, type Schedule, type SipTimers } from './schedule.ts';

export interface TransactionOptions {
  readonly reliable: boolean;
  readonly schedule: Schedule;
  readonly timers: SipTimers;
  readonly send: (octets: Buffer) => void;
  /** The transaction is over and can be forgotten. */
  readonly onEnd: () => void;
}

/** What the four kinds of RFC 3261 §17 share: octets that are repeated, one deadline, an end that comes once. */
export abstract class Transaction<State extends string, Options extends TransactionOptions> {
  state: State | 'terminated';
  protected readonly options: Options;
  #stopRepeating = () => {};
  #cancelDeadline = () => {};

  constructor(options: Options, initial: State) {
    this.options = options;
    this.state = initial;
  }

  protected repeat(octets: Buffer, pace: { readonly firstMs: number; readonly capMs: number }): void {
    const { schedule, send } = this.options;
    this.#stopRepeating();
    this.#stopRepeating = repeat(schedule, { ...pace, run: () => send(octets) });
  }

  protected stopRepeating(): void {
    this.#stopRepeating();
  }

  /** In place of the deadline so far. */
  protected setDeadline(delayMs: number, run: () => void): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.options.schedule.after(delayMs, run);
  }

  protected cancelDeadline(): void {
    this.#cancelDeadline();
  }

  protected endAfter(delayMs: number): void {
    this.setDeadline(delayMs, () => this.end());
  }

  end(): void {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    this.#stopRepeating();
    this.#cancelDeadline();
    this.options.onEnd();
  }
}
