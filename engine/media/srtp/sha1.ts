/** FIPS 180-4 §5.2.1. */
export const blockBytes = 64;
export const stateWords = 5;

/** The compression function of SHA-1, and room for it. In JavaScript on purpose: see `HmacSha1`. */
export class Sha1 {
  /** Five words of the hash being made. */
  readonly state = new Int32Array(stateWords);
  /** The block's sixteen words, and what the rounds make of them. */
  readonly schedule = new Int32Array(80);

  /** Goes on from the state that stands at `at`. */
  begin(states: Int32Array, at: number): void {
    const { state } = this;
    for (let i = 0; i < stateWords; i += 1) state[i] = states[at + i] ?? 0;
  }

  /** FIPS 180-4 §5.3.1. */
  beginAnew(): void {
    this.state.set([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  }

  /** One block. Read as words, which is far quicker than by bytes. */
  compress(message: DataView, from: number): void {
    const { schedule } = this;
    for (let i = 0; i < 16; i += 1) schedule[i] = message.getInt32(from + i * 4);
    this.rounds();
  }

  /**
   * The block in the first sixteen words of the schedule (FIPS 180-4 §6.1.2); a loop for each of the four round functions. Sums are cut to 32 bits at each step, which keeps
   * them integers for the compiler; so are the last two constants, 0x8f1bbcdc and 0xca62c1d6, by 2^32.
   */
  rounds(): void {
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
