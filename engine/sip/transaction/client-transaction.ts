import type { SipResponse } from '../message/model.ts';
import { transactionTimeoutMs } from './schedule.ts';
import { Transaction, type TransactionOptions } from './transaction.ts';

export interface ClientTransactionOptions extends TransactionOptions {
  /** The request's octets. */
  readonly request: Buffer;
  /** Every provisional, the first final; for INVITE also each repeated 2xx. */
  readonly onResponse: (response: SipResponse) => void;
  /** So long there may be no response at all; 64·T1 (timers B and F) where left out. */
  readonly silenceMs?: number;
  /** No final response in time. */
  readonly onTimeout: () => void;
}

export interface InviteClientOptions extends ClientTransactionOptions {
  /** For a final response other than 2xx. */
  readonly createAck: (response: SipResponse) => Buffer;
}

/** Timer D for unreliable transports: at least 32 s (RFC 3261 §17.1.1.2). */
const timerDMs = 32_000;

abstract class ClientTransaction<
  State extends string,
  Options extends ClientTransactionOptions,
> extends Transaction<State, Options> {
  /** @param capMs longest pause between repetitions */
  protected begin(capMs: number): void {
    const { reliable, timers, request, send } = this.options;
    send(request);
    if (!reliable) this.repeat(request, { firstMs: timers.t1Ms, capMs });
    this.limit(this.options.silenceMs);
  }

  /** From now on the final response may stay out for so long. */
  protected limit(timeoutMs = transactionTimeoutMs(this.options.timers)): void {
    this.setDeadline(timeoutMs, () => {
      this.options.onTimeout();
      this.end();
    });
  }
}

type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted';

/** RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2. */
export class InviteClientTransaction extends ClientTransaction<InviteClientState, InviteClientOptions> {
  #ack: Buffer | null = null;

  constructor(options: InviteClientOptions) {
    super(options, 'calling');
  }

  start(): void {
    this.begin(Number.POSITIVE_INFINITY);
  }

  received(response: SipResponse): void {
    const { status } = response;
    const { reliable, timers, send, onResponse, createAck } = this.options;
    if (this.state === 'terminated') return;
    if (this.state === 'accepted') {
      if (status >= 200 && status < 300) onResponse(response);
      return;
    }
    if (this.state === 'completed') {
      if (status >= 300 && this.#ack) send(this.#ack);
      return;
    }
    this.stopRepeating();
    if (status < 200) {
      this.cancelDeadline();
      this.state = 'proceeding';
    } else if (status < 300) {
      this.state = 'accepted';
      this.endAfter(transactionTimeoutMs(timers));
    } else {
      this.state = 'completed';
      this.#ack = createAck(response);
      send(this.#ack);
      this.endAfter(reliable ? 0 : timerDMs);
    }
    onResponse(response);
  }

  /** After a CANCEL the final response may stay out for 64·T1 at most (RFC 3261 §9.1). */
  cancelled(): void {
    if (this.state === 'calling' || this.state === 'proceeding') this.limit();
  }
}

type ClientState = 'trying' | 'proceeding' | 'completed';

/** RFC 3261 §17.1.2. */
export class NonInviteClientTransaction extends ClientTransaction<ClientState, ClientTransactionOptions> {
  constructor(options: ClientTransactionOptions) {
    super(options, 'trying');
  }

  start(): void {
    this.begin(this.options.timers.t2Ms);
  }

  received(response: SipResponse): void {
    if (this.state !== 'trying' && this.state !== 'proceeding') return;
    const { reliable, timers, request, onResponse } = this.options;
    if (response.status < 200) {
      const pace = { firstMs: timers.t2Ms, capMs: timers.t2Ms };
      if (this.state === 'trying' && !reliable) this.repeat(request, pace);
      if (this.state === 'trying' && this.options.silenceMs !== undefined) this.limit();
      this.state = 'proceeding';
    } else {
      this.state = 'completed';
      this.stopRepeating();
      this.endAfter(reliable ? 0 : timers.t4Ms);
    }
    onResponse(response);
  }
}
