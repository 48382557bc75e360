import { maxHeadBytes, maxMessageBytes } from '../message/model.ts';

/** Why a stream was given up: its length cannot be told, or is more than a message may have. */
export type LossCause = 'length' | 'size';

export type Frame =
  | { readonly kind: 'message'; readonly octets: Buffer }
  /** Double CRLF between messages, answered with a single one (RFC 5626 §3.5.1). */
  | { readonly kind: 'ping' }
  /** Nothing after this can be told apart: the head that broke it, to refuse; then the stream is closed. */
  | { readonly kind: 'lost'; readonly octets: Buffer; readonly cause: LossCause };

const lengthPattern = /^(?:content-length|l)[ \t]*:(.*)$/gim;
/** Told more often, the length is an attack. */
const maxLengths = 4;
const lineEnds = '\r\n\r\n';

const isLineEnd = (octet: number | undefined): boolean => octet === 0x0d || octet === 0x0a;

/** Cuts a byte stream into messages by their Content-Length (RFC 3261 §18.3). */
export class StreamFramer {
  /** What waits lies between start and end. It grows by doubling: tiny pieces are not copied again for each. */
  #buffer: Buffer = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #scanned = 0;
  /** Octets of the message that waits, once its head is complete. */
  #total: number | null = null;
  #lost = false;

  /** True while part of a message waits for the rest; half a keep-alive is none. */
  get isPartial(): boolean {
    return this.#end > this.#start && !isLineEnd(this.#buffer[this.#start]);
  }

  push(chunk: Buffer): Frame[] {
    if (this.#lost) return [];
    this.#append(chunk);
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame; frame = this.#next()) {
      frames.push(frame);
      if (frame.kind === 'lost') break;
    }
    return frames;
  }

  /** Never writes over octets that were given out. */
  #append(chunk: Buffer): void {
    if (this.#end === this.#start) {
      this.#buffer = chunk;
      this.#start = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#end + chunk.length > this.#buffer.length) {
      const held = this.#end - this.#start;
      const grown = Buffer.allocUnsafe(2 * (held + chunk.length));
      this.#buffer.copy(grown, 0, this.#start, this.#end);
      this.#buffer = grown;
      this.#start = 0;
      this.#end = held;
    }
    chunk.copy(this.#buffer, this.#end);
    this.#end += chunk.length;
  }

  #next(): Frame | null {
    const ping = this.#takeLineEnds();
    if (ping) return ping;
    const waiting = this.#buffer.subarray(this.#start, this.#end);
    if (this.#total === null) {
      const headEnd = waiting.indexOf(lineEnds, this.#scanned, 'latin1');
      if (headEnd < 0) {
        this.#scanned = Math.max(0, waiting.length - 3);
        return waiting.length > maxHeadBytes ? this.#lose(waiting, 'size') : null;
      }
      const bodyStart = headEnd + lineEnds.length;
      const length = bodyLength(waiting.toString('latin1', 0, headEnd));
      if (length === null) return this.#lose(waiting.subarray(0, bodyStart), 'length');
      if (bodyStart + length > maxMessageBytes) return this.#lose(waiting.subarray(0, bodyStart), 'size');
      this.#total = bodyStart + length;
    }
    if (waiting.length < this.#total) return null;
    return { kind: 'message', octets: this.#take(this.#total) };
  }

  #takeLineEnds(): Frame | null {
    if (this.#total !== null) return null;
    let count = 0;
    while (this.#start + count < this.#end && isLineEnd(this.#buffer[this.#start + count])) count++;
    if (count === 0) return null;
    const isPing =
      count >= 4 && this.#buffer.toString('latin1', this.#start, this.#start + lineEnds.length) === lineEnds;
    // Half a ping may still be on its way.
    if (!isPing && count === this.#end - this.#start && count < 4) return null;
    // Pings that come at once are answered at once.
    this.#take(isPing ? count - (count % lineEnds.length) : count);
    return isPing ? { kind: 'ping' } : null;
  }

  #take(bytes: number): Buffer {
    const taken = this.#buffer.subarray(this.#start, this.#start + bytes);
    this.#start += bytes;
    this.#scanned = 0;
    this.#total = null;
    return taken;
  }

  #lose(octets: Buffer, cause: LossCause): Frame {
    this.#lost = true;
    this.#buffer = Buffer.alloc(0);
    this.#end = 0;
    this.#start = 0;
    return { kind: 'lost', octets, cause };
  }
}

/** Null where the length is missing, no number, or told twice in different ways. */
function bodyLength(head: string): number | null {
  const values: string[] = [];
  for (const match of head.matchAll(lengthPattern)) {
    if (values.push((match[1] ?? '').trim()) > maxLengths) return null;
  }
  const [first] = values;
  if (first === undefined || !/^[0-9]{1,9}$/.test(first)) return null;
  return values.every((value) => Number(value) === Number(first)) ? Number(first) : null;
}
