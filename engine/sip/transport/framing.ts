import { maxMessageBytes } from '../message/model.ts';

export type Frame =
  | { readonly kind: 'message'; readonly octets: Buffer }
  /** Double CRLF between messages, answered with a single one (RFC 5626 §3.5.1). */
  | { readonly kind: 'ping' }
  /** Nothing after this can be told apart: the head that broke it, to refuse; then the stream is closed. */
  | { readonly kind: 'lost'; readonly octets: Buffer };

const lengthPattern = /^(?:content-length|l)[ \t]*:[ \t]*(.*?)[ \t]*$/gim;

/** Cuts a byte stream into messages by their Content-Length (RFC 3261 §18.3). */
export class StreamFramer {
  #pending: Buffer = Buffer.alloc(0);
  #scanned = 0;
  #lost = false;

  /** True while part of a message waits for the rest. */
  get isPartial(): boolean {
    return this.#pending.length > 0;
  }

  push(chunk: Buffer): Frame[] {
    if (this.#lost) return [];
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) {
      frames.push(frame);
      if (frame.kind === 'lost') break;
    }
    return frames;
  }

  #next(): Frame | null {
    const ping = this.#takeLineEnds();
    if (ping) return ping;
    const headEnd = this.#pending.indexOf('\r\n\r\n', this.#scanned, 'latin1');
    if (headEnd < 0) {
      this.#scanned = Math.max(0, this.#pending.length - 3);
      return this.#pending.length > maxMessageBytes ? this.#lose(this.#pending) : null;
    }
    const bodyStart = headEnd + 4;
    const length = bodyLength(this.#pending.toString('latin1', 0, headEnd));
    if (length === null) return this.#lose(this.#pending.subarray(0, bodyStart));
    const total = bodyStart + length;
    if (total > maxMessageBytes) return this.#lose(this.#pending.subarray(0, bodyStart));
    if (this.#pending.length < total) return null;
    return { kind: 'message', octets: this.#take(total) };
  }

  #takeLineEnds(): Frame | null {
    let count = 0;
    while (this.#pending[count] === 0x0d || this.#pending[count] === 0x0a) count++;
    if (count === 0) return null;
    const isPing = count >= 4 && this.#pending.subarray(0, 4).equals(Buffer.from('\r\n\r\n'));
    // Half a ping may still be on its way.
    if (!isPing && count === this.#pending.length && count < 4) return null;
    this.#take(isPing ? 4 : count);
    return isPing ? { kind: 'ping' } : null;
  }

  #take(bytes: number): Buffer {
    const taken = this.#pending.subarray(0, bytes);
    this.#pending = this.#pending.subarray(bytes);
    this.#scanned = 0;
    return taken;
  }

  #lose(octets: Buffer): Frame {
    this.#lost = true;
    this.#pending = Buffer.alloc(0);
    return { kind: 'lost', octets };
  }
}

/** Null where the length is missing, no number, or told twice in different ways. */
function bodyLength(head: string): number | null {
  const values = [...head.matchAll(lengthPattern)].map((match) => match[1] ?? '');
  const [first] = values;
  if (first === undefined || !/^[0-9]{1,9}$/.test(first)) return null;
  return values.every((value) => Number(value) === Number(first)) ? Number(first) : null;
}
