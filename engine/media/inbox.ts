import type { RemoteInfo } from 'node:dgram';

/** One who takes datagrams: protected ones are read for all legs in a row, and then made use of. */
export interface Addressee {
  /** The datagram as the other side meant it; null when it is not to be made use of. */
  read(bytes: Uint8Array): Uint8Array | null;
  /** @param arrivalMs monotonic */
  accept(bytes: Uint8Array, source: RemoteInfo, arrivalMs: number): void;
}

interface Datagram {
  readonly to: Addressee;
  readonly bytes: Uint8Array;
  readonly source: RemoteInfo;
  readonly arrivalMs: number;
}

/**
 * Datagrams of all legs until the end of the event loop's turn. With hundreds of legs many come in each turn: one kind
 * of work for all of them in a row finds its code and tables in the processor's cache, which between two system calls
 * it does not.
 */
export class Inbox {
  private readonly nowMs: () => number;
  private waiting: Datagram[] = [];

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  put(to: Addressee, bytes: Uint8Array, source: RemoteInfo): void {
    if (this.waiting.length === 0) setImmediate(() => this.empty());
    this.waiting.push({ to, bytes, source, arrivalMs: this.nowMs() });
  }

  private empty(): void {
    const datagrams = this.waiting;
    this.waiting = [];
    const read = datagrams.map(({ to, bytes }) => to.read(bytes));
    for (const [n, { to, source, arrivalMs }] of datagrams.entries()) {
      const bytes = read[n];
      if (bytes) to.accept(bytes, source, arrivalMs);
    }
  }
}
