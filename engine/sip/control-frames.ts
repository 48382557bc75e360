/**
 * The framing of drachtio's control protocol: `<octets>#<text>`, where the number counts the UTF-8 octets
 * of the text.
 */
export const frame = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${payload.length}#`, 'latin1'), payload]);

/** A frame holds one SIP message and a line about it. */
const maxFrameBytes = 1 << 20;
const maxPrefixBytes = 8;

/** Cuts the stream of one connection into frames. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /** @returns the complete frames, or null where the stream is none of this protocol */
  push(chunk: Buffer): Buffer[] | null {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Buffer[] = [];
    for (;;) {
      const hash = this.#pending.subarray(0, maxPrefixBytes).indexOf('#');
      if (hash < 0) return this.#pending.length < maxPrefixBytes ? frames : null;
      const digits = this.#pending.toString('latin1', 0, hash);
      const length = Number(digits);
      if (!/^[0-9]+$/.test(digits) || length > maxFrameBytes) return null;
      const end = hash + 1 + length;
      if (this.#pending.length < end) return frames;
      frames.push(this.#pending.subarray(hash + 1, end));
      this.#pending = this.#pending.subarray(end);
    }
  }
}
