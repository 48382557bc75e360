import { CounterBlocks, type Keystream } from './keystream.ts';
import { blockBytes, Sha1 } from './sha1.ts';

/** More than any datagram with room for padding behind it; grows for the odd longer one. */
const usualBytes = 2048;
/** What may stand behind a packet while it is signed: a word, padding, a tag. */
const spareBytes = 2 * blockBytes;

/**
 * Where packets are enciphered and signed, one after the other. One for all legs of a thread: hundreds of legs with
 * room of their own would push each other out of the processor's cache in each slot.
 */
export class SrtpWorkspace {
  readonly sha1 = new Sha1();
  readonly counters = new CounterBlocks();
  bytes = new Uint8Array(usualBytes);
  view = new DataView(this.bytes.buffer);
  private words = new Int32Array(this.bytes.buffer);
  /** By length: to make a view takes longer than to copy a packet. */
  private views: Uint8Array[] = [];

  load(packet: Uint8Array): void {
    if (packet.length + spareBytes > this.bytes.length) this.grow(packet.length + spareBytes);
    this.bytes.set(packet);
  }

  /** Enciphers or deciphers words: up to three bytes behind `to` change too. `from` is a multiple of four. */
  cipher(from: number, to: number, { words: keystream, from: keyFrom }: Keystream): void {
    const { words } = this;
    const end = (to + 3) >> 2;
    for (let at = from >> 2, key = keyFrom; at < end; at += 1, key += 1) {
      words[at] = (words[at] ?? 0) ^ (keystream[key] ?? 0);
    }
  }

  /** A copy of the first bytes. */
  copy(length: number): Buffer {
    const copy = Buffer.allocUnsafe(length);
    let view = this.views[length];
    if (view === undefined) {
      view = this.bytes.subarray(0, length);
      this.views[length] = view;
    }
    copy.set(view);
    return copy;
  }

  private grow(length: number): void {
    this.bytes = new Uint8Array(Math.ceil(length / 4) * 4);
    this.view = new DataView(this.bytes.buffer);
    this.words = new Int32Array(this.bytes.buffer);
    this.views = [];
  }
}
