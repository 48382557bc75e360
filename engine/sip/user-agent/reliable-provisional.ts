import { randomInt } from 'node:crypto';
import { parseNumber } from '../message/grammar.ts';
import { headerValue } from '../message/headers.ts';
import type { Header } from '../message/model.ts';
import { listValues } from '../message/name-addr.ts';
import { repeat, type Schedule, type SipTimers, transactionTimeoutMs } from '../transaction/schedule.ts';

export const needsReliability = (headers: readonly Header[]): boolean =>
  listValues(headers, 'Require').some((option) => option.toLowerCase() === '100rel');

/** RSeq of a provisional that wants a PRACK; null for any other. */
export const reliableNumber = (headers: readonly Header[]): number | null =>
  needsReliability(headers) ? parseNumber(headerValue(headers, 'RSeq') ?? '', 0xffff_ffff) : null;

/** What a PRACK's RAck names (RFC 3262 §7.2). */
export const rackOf = (rseq: number, cseq: number): string => `${rseq} ${cseq} INVITE`;

interface Waiting {
  readonly rseq: number | null;
  readonly send: () => void;
}

/**
 * The server's side of RFC 3262 §3 for one INVITE: one reliable provisional is on its way at a time and is
 * repeated until its PRACK comes; the next one, and the 2xx, wait for that.
 */
export class ReliableProvisionals {
  readonly #options: {
    readonly schedule: Schedule;
    readonly timers: SipTimers;
    readonly cseq: number;
    readonly onTimeout: () => void;
  };
  #number = randomInt(1, 1 << 30);
  #outstanding: { readonly rseq: number; readonly stop: () => void } | null = null;
  #waiting: Waiting[] = [];

  constructor(options: {
    readonly schedule: Schedule;
    readonly timers: SipTimers;
    readonly cseq: number;
    readonly onTimeout: () => void;
  }) {
    this.#options = options;
  }

  /** RSeq of the next one. */
  next(): number {
    this.#number += 1;
    return this.#number;
  }

  /** @param rseq null for the 2xx, which only waits */
  submit(rseq: number | null, send: () => void): void {
    this.#waiting.push({ rseq, send });
    this.#proceed();
  }

  /** @returns false where nothing of that number waits for a PRACK */
  acknowledge(rack: string): boolean {
    if (!this.#outstanding) return false;
    const { rseq, stop } = this.#outstanding;
    if (
      rack
        .trim()
        .split(/[ \t]+/)
        .join(' ') !== rackOf(rseq, this.#options.cseq)
    )
      return false;
    stop();
    this.#outstanding = null;
    this.#proceed();
    return true;
  }

  /** Another final response goes out: nothing of this matters any more. */
  stop(): void {
    this.#outstanding?.stop();
    this.#outstanding = null;
    this.#waiting = [];
  }

  #proceed(): void {
    while (!this.#outstanding) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (next.rseq !== null) this.#await(next.rseq, next.send);
      next.send();
    }
  }

  #await(rseq: number, send: () => void): void {
    const { schedule, timers, onTimeout } = this.#options;
    const run = { firstMs: timers.t1Ms, capMs: Number.POSITIVE_INFINITY, run: send };
    const stopRepeating = repeat(schedule, run);
    const cancelLimit = schedule.after(transactionTimeoutMs(timers), () => {
      this.stop();
      onTimeout();
    });
    const stop = (): void => {
      stopRepeating();
      cancelLimit();
    };
    this.#outstanding = { rseq, stop };
  }
}
