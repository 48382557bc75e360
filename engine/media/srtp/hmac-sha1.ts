/*
 * HMAC-SHA1 (RFC 2104, FIPS 180-4) for many short messages under one key. The states after the key's inner and
 * outer block are kept, so that an RTP packet of 20 ms costs four compressions. In JavaScript on purpose: for
 * 176 bytes the way into the native library and back costs more than the hashing (see the bench media-cores).
 */
const blockBytes = 64;
/** A one-bit and the length in bits, which close every message (FIPS 180-4 §5.1.1). */
const leastPaddingBytes = 9;

export class HmacSha1 {
  private readonly inner: Int32Array;
  private readonly outer: Int32Array;
  /** Five words of the hash being made; after `sign` the tag. */
  private readonly state = new Int32Array(5);
  /** The block's sixteen words, and what the rounds make of them. */
  private readonly schedule = new Int32Array(80);
  /** The padded message; grows with the longest one. Read as words, which is far quicker than by bytes. */
  private message = new Uint8Array(4 * blockBytes);
  private words = new DataView(this.message.buffer);

  constructor(key: Uint8Array) {
    if (key.length > blockBytes) throw new RangeError('a key of more than 64 bytes');
    this.inner = this.keyed(key, 0x36);
    this.outer = this.keyed(key, 0x5c);
  }

  /** The tag of the first `length` bytes and then the 32-bit word `suffix`; valid until the next call. */
  sign(bytes: Uint8Array, length: number, suffix: number): Int32Array {
    const end = Math.ceil((length + 4 + leastPaddingBytes) / blockBytes) * blockBytes;
    this.makeRoom(Math.max(end, bytes.length));
    const { message, words, state, schedule } = this;
    message.set(bytes);
    words.setInt32(length, suffix);
    message[length + 4] = 0x80;
    for (let i = length + 5; i < end - 4; i += 1) message[i] = 0;
    words.setInt32(end - 4, (blockBytes + length + 4) * 8);
    this.begin(this.inner);
    for (let at = 0; at < end; at += blockBytes) this.compress(at);

    // The outer message is always the key's block, these five words and padding.
    for (let i = 0; i < 5; i += 1) schedule[i] = state[i] ?? 0;
    schedule[5] = 0x80000000;
    for (let i = 6; i < 15; i += 1) schedule[i] = 0;
    schedule[15] = (blockBytes + 20) * 8;
    this.begin(this.outer);
    this.rounds();
    return state;
  }

  private begin(from: Int32Array): void {
    for (let i = 0; i < 5; i += 1) this.state[i] = from[i] ?? 0;
  }

  private makeRoom(bytes: number): void {
    if (this.message.length >= bytes) return;
    this.message = new Uint8Array(bytes);
    this.words = new DataView(this.message.buffer);
  }

  private keyed(key: Uint8Array, pad: number): Int32Array {
    const { message, state } = this;
    for (let i = 0; i < blockBytes; i += 1) message[i] = (key[i] ?? 0) ^ pad;
    state.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
    this.compress(0);
    return state.slice();
  }

  private compress(from: number): void {
    const { schedule, words } = this;
    for (let i = 0; i < 16; i += 1) schedule[i] = words.getInt32(from + i * 4);
    this.rounds();
  }

  /**
   * FIPS 180-4 §6.1.2; a loop for each of the four round functions. Sums are cut to 32 bits at each step, which keeps
   * them integers for the compiler; so are the last two constants, 0x8f1bbcdc and 0xca62c1d6, by 2^32.
   */
  private rounds(): void {
    const { state, schedule: w } = this;
    for (let i = 16; i < 80; i += 1) {
      const x = (w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0);
      w[i] = (x << 1) | (x >>> 31);
    }
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    let next = 0;
    for (let i = 0; i < 20; i += 1) {
      next =
        (((((a << 5) | (a >>> 27)) + (d ^ (b & (c ^ d)))) | 0) +
          ((e + (((w[i] ?? 0) + 0x5a827999) | 0)) | 0)) |
        0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let i = 20; i < 40; i += 1) {
      next =
        (((((a << 5) | (a >>> 27)) + (b ^ c ^ d)) | 0) + ((e + (((w[i] ?? 0) + 0x6ed9eba1) | 0)) | 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let i = 40; i < 60; i += 1) {
      next =
        (((((a << 5) | (a >>> 27)) + ((b & c) | (d & (b | c)))) | 0) +
          ((e + (((w[i] ?? 0) - 0x70e44324) | 0)) | 0)) |
        0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    for (let i = 60; i < 80; i += 1) {
      next =
        (((((a << 5) | (a >>> 27)) + (b ^ c ^ d)) | 0) + ((e + (((w[i] ?? 0) - 0x359d3e2a) | 0)) | 0)) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    state[0] = (state[0] ?? 0) + a;
    state[1] = (state[1] ?? 0) + b;
    state[2] = (state[2] ?? 0) + c;
    state[3] = (state[3] ?? 0) + d;
    state[4] = (state[4] ?? 0) + e;
  }
}
