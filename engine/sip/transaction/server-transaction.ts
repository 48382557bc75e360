import { transactionTimeoutMs } from './schedule.ts';
import { Transaction, type TransactionOptions } from './transaction.ts';

export interface ServerTransactionOptions extends TransactionOptions {
  /** False for requests outside of every dialog: anybody may send them, and from an address that is not theirs. */
  readonly inDialog: boolean;
}

abstract class ServerTransaction<State extends string> extends Transaction<State, ServerTransactionOptions> {
  /** The last response. */
  protected last: Buffer | null = null;

  protected sendLast(octets: Buffer): void {
    this.last = octets;
    this.options.send(octets);
  }

  /**
   * A challenge to a stranger keeps next to no state (RFC 3261 §8.2.7, §26.3.2.4): until the other side's
   * first repetition had the same answer; any later one is challenged anew.
   */
  protected isBrief(status: number): boolean {
    return !this.options.inDialog && (status === 401 || status === 407);
  }

  protected get briefMs(): number {
    return 2 * this.options.timers.t1Ms;
  }
}

type InviteServerState = 'proceeding' | 'accepted' | 'completed' | 'confirmed';

/** RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1. */
export class InviteServerTransaction extends ServerTransaction<InviteServerState> {
  #isBrief = false;

  constructor(options: ServerTransactionOptions) {
    super(options, 'proceeding');
  }

  /** Sends that 100 where no other response went out within 200 ms. */
  trying(create: () => Buffer): void {
    this.setDeadline(0.4 * this.options.timers.t1Ms, () => this.respond(100, create()));
  }

  respond(status: number, octets: Buffer): void {
    if (this.state !== 'proceeding') return;
    const wasSilent = this.last === null;
    this.sendLast(octets);
    this.cancelDeadline();
    if (status < 200) return;
    const { reliable, timers, inDialog } = this.options;
    const timeoutMs = transactionTimeoutMs(timers);
    if (status < 300) {
      // The core repeats a 2xx until its ACK; here the repeated INVITE is only absorbed (timer L).
      this.state = 'accepted';
      this.endAfter(timeoutMs);
      return;
    }
    this.state = 'completed';
    // Who heard nothing before repeats the INVITE until it has this. Repeating it from here as well would send
    // eleven messages for one to whoever the source address belongs to.
    const isStateless = wasSilent && !inDialog;
    if (!reliable && !isStateless) this.repeat(octets, { firstMs: timers.t1Ms, capMs: timers.t2Ms });
    this.#isBrief = isStateless && this.isBrief(status);
    this.endAfter(this.#isBrief ? this.briefMs : timeoutMs);
  }

  /** The same INVITE came again. */
  repeated(): void {
    if ((this.state === 'proceeding' || this.state === 'completed') && this.last) {
      this.options.send(this.last);
    }
  }

  /** An ACK for a final response other than 2xx. */
  acknowledged(): void {
    if (this.state !== 'completed') return;
    this.state = 'confirmed';
    this.stopRepeating();
    this.endAfter(this.#isBrief || this.options.reliable ? 0 : this.options.timers.t4Ms);
  }
}

type ServerState = 'trying' | 'proceeding' | 'completed';

/** RFC 3261 §17.2.2. */
export class NonInviteServerTransaction extends ServerTransaction<ServerState> {
  constructor(options: ServerTransactionOptions) {
    super(options, 'trying');
    // An answer that never comes must not keep the transaction: the other side gave up long before.
    this.endAfter(2 * transactionTimeoutMs(options.timers));
  }

  respond(status: number, octets: Buffer): void {
    if (this.state !== 'trying' && this.state !== 'proceeding') return;
    this.sendLast(octets);
    if (status < 200) {
      this.state = 'proceeding';
      return;
    }
    this.state = 'completed';
    const { reliable, timers } = this.options;
    const unreliableMs = this.isBrief(status) ? this.briefMs : transactionTimeoutMs(timers);
    this.endAfter(reliable ? 0 : unreliableMs);
  }

  repeated(): void {
    if (this.last) this.options.send(this.last);
  }
}
