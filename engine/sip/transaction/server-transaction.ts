import { repeat, type Schedule, type SipTimers, transactionTimeoutMs } from './schedule.ts';

export interface ServerTransactionOptions {
  readonly reliable: boolean;
  readonly schedule: Schedule;
  readonly timers: SipTimers;
  readonly send: (octets: Buffer) => void;
  /** The transaction is over and can be forgotten. */
  readonly onEnd: () => void;
}

export type InviteServerState = 'proceeding' | 'accepted' | 'completed' | 'confirmed' | 'terminated';

/** RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1. */
export class InviteServerTransaction {
  state: InviteServerState = 'proceeding';
  readonly #options: ServerTransactionOptions;
  #last: Buffer | null = null;
  #stopRepeating = () => {};
  #cancelTimer = () => {};

  constructor(options: ServerTransactionOptions) {
    this.#options = options;
  }

  respond(status: number, octets: Buffer): void {
    if (this.state !== 'proceeding') return;
    this.#last = octets;
    this.#options.send(octets);
    if (status < 200) return;
    const { schedule, timers, reliable } = this.#options;
    if (status < 300) {
      // The core repeats a 2xx until its ACK; here the repeated INVITE is only absorbed (timer L).
      this.state = 'accepted';
      this.#endAfter(transactionTimeoutMs(timers));
      return;
    }
    this.state = 'completed';
    if (!reliable) {
      const run = () => this.#options.send(octets);
      this.#stopRepeating = repeat(schedule, { firstMs: timers.t1Ms, capMs: timers.t2Ms, run });
    }
    this.#endAfter(transactionTimeoutMs(timers));
  }

  /** The same INVITE came again. */
  repeated(): void {
    if ((this.state === 'proceeding' || this.state === 'completed') && this.#last) {
      this.#options.send(this.#last);
    }
  }

  /** An ACK for a final response other than 2xx. */
  acknowledged(): void {
    if (this.state !== 'completed') return;
    this.state = 'confirmed';
    this.#stopRepeating();
    this.#endAfter(this.#options.reliable ? 0 : this.#options.timers.t4Ms);
  }

  #endAfter(delayMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.schedule.after(delayMs, () => this.end());
  }

  end(): void {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    this.#stopRepeating();
    this.#cancelTimer();
    this.#options.onEnd();
  }
}

export type ServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';

/** RFC 3261 §17.2.2. */
export class NonInviteServerTransaction {
  state: ServerState = 'trying';
  readonly #options: ServerTransactionOptions;
  #last: Buffer | null = null;
  #cancelTimer: () => void;

  constructor(options: ServerTransactionOptions) {
    this.#options = options;
    // An answer that never comes must not keep the transaction: the other side gave up long before.
    const limitMs = 2 * transactionTimeoutMs(options.timers);
    this.#cancelTimer = options.schedule.after(limitMs, () => this.end());
  }

  respond(status: number, octets: Buffer): void {
    if (this.state !== 'trying' && this.state !== 'proceeding') return;
    this.#last = octets;
    this.#options.send(octets);
    if (status < 200) {
      this.state = 'proceeding';
      return;
    }
    this.state = 'completed';
    this.#cancelTimer();
    const { reliable, schedule, timers } = this.#options;
    this.#cancelTimer = schedule.after(reliable ? 0 : transactionTimeoutMs(timers), () => this.end());
  }

  repeated(): void {
    if (this.#last) this.#options.send(this.#last);
  }

  end(): void {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    this.#cancelTimer();
    this.#options.onEnd();
  }
}
