import { deserialize, serialize } from 'node:v8';

/** Longest frame that is accepted: 30 s of audio are 2 MB, everything else is smaller. */
export const maxFrameBytes = 64 * 1024 * 1024;

/** One message: length (32 bits, big-endian), then its structured clone (v8 serialisation). */
export function encodeFrame(message: unknown): Buffer {
  const payload = serialize(message);
  const frame = Buffer.allocUnsafe(4 + payload.length);
  frame.writeUInt32BE(payload.length);
  payload.copy(frame, 4);
  return frame;
}

/** Puts messages together again from the pieces in which a stream delivers them. */
export class FrameReader {
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** @throws RangeError when the other side announces a frame over `maxFrameBytes` */
  *push(piece: Buffer): Generator<unknown> {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    while (this.#bytes >= 4) {
      const length = this.#peekLength();
      if (length > maxFrameBytes) throw new RangeError(`a frame of ${length} bytes`);
      if (this.#bytes < 4 + length) return;
      const all =
        this.#pieces.length === 1 && this.#pieces[0] ? this.#pieces[0] : Buffer.concat(this.#pieces);
      const rest = all.subarray(4 + length);
      this.#pieces = rest.length > 0 ? [rest] : [];
      this.#bytes = rest.length;
      yield deserialize(all.subarray(4, 4 + length));
    }
  }

  #peekLength(): number {
    const first = this.#pieces[0];
    if (first && first.length >= 4) return first.readUInt32BE();
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [all];
    return all.readUInt32BE();
  }
}
