import type { SipResponse } from '../message/model.ts';
import { repeat, type Schedule, type SipTimers, transactionTimeoutMs } from './schedule.ts';

export interface ClientTransactionOptions {
  readonly reliable: boolean;
  readonly schedule: Schedule;
  readonly timers: SipTimers;
  /** The request's octets. */
  readonly request: Buffer;
  readonly send: (octets: Buffer) => void;
  /** Every provisional, the first final; for INVITE also each repeated 2xx. */
  readonly onResponse: (response: SipResponse) => void;
  /** No final response in time. */
  readonly onTimeout: () => void;
  readonly onEnd: () => void;
}

/** Timer D for unreliable transports: at least 32 s (RFC 3261 §17.1.1.2). */
const timerDMs = 32_000;

export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

/** RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2. */
export class InviteClientTransaction {
  state: InviteClientState = 'calling';
  readonly #options: ClientTransactionOptions & { readonly createAck: (response: SipResponse) => Buffer };
  #stopRepeating = () => {};
  #cancelTimer = () => {};
  #ack: Buffer | null = null;

  constructor(options: ClientTransactionOptions & { readonly createAck: (response: SipResponse) => Buffer }) {
    this.#options = options;
  }

  start(): void {
    const { reliable, schedule, timers, request, send } = this.#options;
    send(request);
    if (!reliable) {
      const run = () => send(request);
      this.#stopRepeating = repeat(schedule, { firstMs: timers.t1Ms, capMs: Number.POSITIVE_INFINITY, run });
    }
    this.#timeoutAfter(transactionTimeoutMs(timers));
  }

  received(response: SipResponse): void {
    if (this.state === 'terminated') return;
    if (this.state === 'accepted') {
      if (response.status >= 200 && response.status < 300) this.#options.onResponse(response);
      return;
    }
    if (this.state === 'completed') {
      if (response.status >= 300 && this.#ack) this.#options.send(this.#ack);
      return;
    }
    this.#stopRepeating();
    this.#cancelTimer();
    if (response.status < 200) this.state = 'proceeding';
    else if (response.status < 300) {
      this.state = 'accepted';
      this.#endAfter(transactionTimeoutMs(this.#options.timers));
    } else {
      this.state = 'completed';
      this.#ack = this.#options.createAck(response);
      this.#options.send(this.#ack);
      this.#endAfter(this.#options.reliable ? 0 : timerDMs);
    }
    this.#options.onResponse(response);
  }

  /** After a CANCEL the final response may stay out for 64·T1 at most (RFC 3261 §9.1). */
  cancelled(): void {
    if (this.state === 'calling' || this.state === 'proceeding') {
      this.#timeoutAfter(transactionTimeoutMs(this.#options.timers));
    }
  }

  #timeoutAfter(delayMs: number): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#options.schedule.after(delayMs, () => {
      this.#options.onTimeout();
      this.end();
    });
  }

  #endAfter(delayMs: number): void {
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

export type ClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';

/** RFC 3261 §17.1.2. */
export class NonInviteClientTransaction {
  state: ClientState = 'trying';
  readonly #options: ClientTransactionOptions;
  #stopRepeating = () => {};
  #cancelTimer = () => {};

  constructor(options: ClientTransactionOptions) {
    this.#options = options;
  }

  start(): void {
    const { reliable, schedule, timers, request, send } = this.#options;
    send(request);
    if (!reliable) this.#repeatFrom(timers.t1Ms);
    this.#cancelTimer = schedule.after(transactionTimeoutMs(timers), () => {
      this.#options.onTimeout();
      this.end();
    });
  }

  #repeatFrom(firstMs: number): void {
    const { schedule, timers, request, send } = this.#options;
    this.#stopRepeating();
    this.#stopRepeating = repeat(schedule, { firstMs, capMs: timers.t2Ms, run: () => send(request) });
  }

  received(response: SipResponse): void {
    if (this.state !== 'trying' && this.state !== 'proceeding') return;
    const { reliable, schedule, timers, onResponse } = this.#options;
    if (response.status < 200) {
      if (this.state === 'trying' && !reliable) this.#repeatFrom(timers.t2Ms);
      this.state = 'proceeding';
    } else {
      this.state = 'completed';
      this.#stopRepeating();
      this.#cancelTimer();
      this.#cancelTimer = schedule.after(reliable ? 0 : timers.t4Ms, () => this.end());
    }
    onResponse(response);
  }

  end(): void {
    if (this.state === 'terminated') return;
    this.state = 'terminated';
    this.#stopRepeating();
    this.#cancelTimer();
    this.#options.onEnd();
  }
}
