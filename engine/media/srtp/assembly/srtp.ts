/**
 * AES-128 in counter mode and HMAC-SHA1 as SRTP uses them (RFC 3711 §4.1.1, §4.2.1), in AssemblyScript: a change is
 * compiled by `npm run build:srtp`, which also writes out `sha1`. One memory for all legs of a thread, each key a few cache lines of it:
 *
 *        0  S-box of AES, 256 bytes
 *      256  S-box and MixColumns in one, 256 words
 *     1280  a block of SHA-1, 16 words
 *     1600  tag, 20 bytes
 *     2048  the packet; 128 bytes behind the longest one are free for padding and keystream
 *    67712  contexts of 256 bytes: round keys (44 words), the two states of the MAC key (5 words each), salt (14 bytes)
 */
import { compress } from './sha1';

const sbox: usize = 0;
const table: usize = 256;
const block: usize = 1280;
const tag: usize = 1600;
const packet: usize = 2048;
const macInContext: usize = 176;
const saltInContext: usize = 216;
const blockBytes: usize = 16;
const lastRoundKey: usize = 160;

/** Makes the tables; to be called once. The S-box comes of walking the field by its generator 3 (FIPS 197 §5.1.1). */
export function prepare(): void {
  let p: u32 = 1;
  let inverse: u32 = 1;
  do {
    p ^= double(p);
    inverse ^= inverse << 1;
    inverse ^= inverse << 2;
    inverse ^= inverse << 4;
    inverse &= 0xff;
    if (inverse & 0x80) inverse ^= 0x09;
    const spread = inverse | (inverse << 8);
    const affine = spread ^ (spread >>> 7) ^ (spread >>> 6) ^ (spread >>> 5) ^ (spread >>> 4);
    store<u8>(sbox + p, affine ^ 0x63);
    // biome-ignore lint/suspicious/noDoubleEquals: as above
  } while (p != 1);
  store<u8>(sbox, 0x63);
  for (let i: u32 = 0; i < 256; i += 1) {
    const s = substituted(i);
    store<u32>(table + (i << 2), (double(s) << 24) | (s << 16) | (s << 8) | (double(s) ^ s));
  }
}

function double(x: u32): u32 {
  return ((x << 1) ^ ((x >>> 7) * 0x11b)) & 0xff;
}

function substituted(x: u32): u32 {
  return load<u8>(sbox + x);
}

/** Makes the round keys of the 16 bytes at the packet's place (FIPS 197 §5.2). */
export function setKey(context: usize): void {
  for (let i: usize = 0; i < 16; i += 4) store<u32>(context + i, bswap(load<u32>(packet + i)));
  let constant: u32 = 1;
  for (let i: usize = 16; i < 176; i += 4) {
    let word = load<u32>(context + i - 4);
    // biome-ignore lint/suspicious/noDoubleEquals: numbers only here, and === compares references
    if ((i & 15) == 0) {
      word = lastColumn(rotl(word, 8), rotl(word, 8), rotl(word, 8), rotl(word, 8)) ^ (constant << 24);
      constant = double(constant);
    }
    store<u32>(context + i, load<u32>(context + i - 16) ^ word);
  }
}

function mixed(x: u32): u32 {
  return load<u32>(table + (x << 2));
}

function column(a: u32, b: u32, c: u32, d: u32): u32 {
  return (
    mixed(a >>> 24) ^
    rotr(mixed((b >>> 16) & 255), 8) ^
    rotr(mixed((c >>> 8) & 255), 16) ^
    rotr(mixed(d & 255), 24)
  );
}

function lastColumn(a: u32, b: u32, c: u32, d: u32): u32 {
  return (
    (substituted(a >>> 24) << 24) |
    (substituted((b >>> 16) & 255) << 16) |
    (substituted((c >>> 8) & 255) << 8) |
    substituted(d & 255)
  );
}

/**
 * XORs the keystream of a packet onto its bytes [from, to), and onto up to 15 behind them.
 * IV = (salt · 2^16) XOR (SSRC · 2^64) XOR (index · 2^16), with index = upper · 2^16 + lower.
 */
export function cipher(context: usize, ssrc: u32, upper: u32, lower: u32, from: usize, to: usize): void {
  const a = bswap(load<u32>(context, saltInContext)) ^ load<u32>(context);
  const b = bswap(load<u32>(context, saltInContext + 4)) ^ ssrc ^ load<u32>(context, 4);
  const c = bswap(load<u32>(context, saltInContext + 8)) ^ upper ^ load<u32>(context, 8);
  const d = bswap(load<u32>(context, saltInContext + 12)) ^ (lower << 16) ^ load<u32>(context, 12);
  const end = packet + to;
  let block: u32 = 0;
  for (let at = packet + from; at < end; at += 256 * blockBytes, block += 256) {
    cipherRun(context, a, b, c, d ^ block, at, min(end, at + 256 * blockBytes));
  }
}

/**
 * Up to 256 blocks: from one to the next only the last byte of the counter changes, so what the first two rounds make
 * of all other bytes is worked out once.
 */
function cipherRun(context: usize, a: u32, b: u32, c: u32, d: u32, from: usize, to: usize): void {
  const a1 = column(a, b, c, d) ^ rotr(mixed(d & 255), 24) ^ load<u32>(context, 16);
  const b1 = column(b, c, d, a) ^ load<u32>(context, 20);
  const c1 = column(c, d, a, b) ^ load<u32>(context, 24);
  const d1 = column(d, a, b, c) ^ load<u32>(context, 28);
  const zero = mixed(0);
  const a2 = column(0, b1, c1, d1) ^ zero ^ load<u32>(context, 32);
  const b2 = column(b1, c1, d1, 0) ^ rotr(zero, 24) ^ load<u32>(context, 36);
  const c2 = column(c1, d1, 0, b1) ^ rotr(zero, 16) ^ load<u32>(context, 40);
  const d2 = column(d1, 0, b1, c1) ^ rotr(zero, 8) ^ load<u32>(context, 44);
  let block: u32 = 0;
  for (let at = from; at < to; at += blockBytes, block += 1) {
    const changing = a1 ^ rotr(mixed((d & 255) ^ block), 24);
    rounds(
      context,
      a2 ^ mixed(changing >>> 24),
      b2 ^ rotr(mixed(changing & 255), 24),
      c2 ^ rotr(mixed((changing >>> 8) & 255), 16),
      d2 ^ rotr(mixed((changing >>> 16) & 255), 8),
      at,
    );
  }
}

/** The third round to the last, XORed onto the block at `at`. */
function rounds(context: usize, a: u32, b: u32, c: u32, d: u32, at: usize): void {
  for (let key = context + 48; key < context + lastRoundKey; key += 16) {
    const nextA = column(a, b, c, d) ^ load<u32>(key);
    const nextB = column(b, c, d, a) ^ load<u32>(key, 4);
    const nextC = column(c, d, a, b) ^ load<u32>(key, 8);
    d = column(d, a, b, c) ^ load<u32>(key, 12);
    a = nextA;
    b = nextB;
    c = nextC;
  }
  const key = context + lastRoundKey;
  store<u32>(at, load<u32>(at) ^ bswap(lastColumn(a, b, c, d) ^ load<u32>(key)));
  store<u32>(at, load<u32>(at, 4) ^ bswap(lastColumn(b, c, d, a) ^ load<u32>(key, 4)), 4);
  store<u32>(at, load<u32>(at, 8) ^ bswap(lastColumn(c, d, a, b) ^ load<u32>(key, 8)), 8);
  store<u32>(at, load<u32>(at, 12) ^ bswap(lastColumn(d, a, b, c) ^ load<u32>(key, 12)), 12);
}

/** Keeps the states after the key's inner and outer block (RFC 2104); the key's 20 bytes stand at the packet's place. */
export function setMacKey(context: usize): void {
  keepMacState(context + macInContext, 0x36363636);
  keepMacState(context + macInContext + 20, 0x5c5c5c5c);
}

function keepMacState(state: usize, pad: u32): void {
  for (let i: usize = 0; i < 64; i += 4) {
    store<u32>(block + i, (i < 20 ? bswap(load<u32>(packet + i)) : 0) ^ pad);
  }
  store<u32>(tag, 0x67452301);
  store<u32>(tag, 0xefcdab89, 4);
  store<u32>(tag, 0x98badcfe, 8);
  store<u32>(tag, 0x10325476, 12);
  store<u32>(tag, 0xc3d2e1f0, 16);
  compress(block, tag, state);
}

/**
 * Leaves the tag (20 bytes) of the packet's first `length` bytes and then the word `suffix`, which is written behind
 * them, and padding behind that.
 */
export function sign(context: usize, length: usize, suffix: u32): void {
  const closing = packet + length;
  // Suffix, a one-bit and the length in bits close the message (FIPS 180-4 §5.1.1).
  const end = packet + ((length + 4 + 9 + 63) & ~63);
  store<u32>(closing, bswap(suffix));
  store<u8>(closing, 0x80, 4);
  for (let at = closing + 5; at < end; at += 8) store<u64>(at, 0);
  store<u32>(end - 4, bswap((64 + <u32>length + 4) << 3));
  let state = context + macInContext;
  for (let at = packet; at < end; at += 64) {
    for (let i: usize = 0; i < 64; i += 4) store<u32>(block + i, bswap(load<u32>(at + i)));
    compress(block, state, tag);
    state = tag;
  }
  // The outer message is always the key's block, these five words and padding.
  for (let i: usize = 0; i < 20; i += 4) store<u32>(block + i, load<u32>(tag + i));
  store<u32>(block, 0x80000000, 20);
  for (let i: usize = 24; i < 60; i += 4) store<u32>(block + i, 0);
  store<u32>(block, (64 + 20) << 3, 60);
  compress(block, context + macInContext + 20, tag);
  for (let i: usize = 0; i < 20; i += 4) store<u32>(tag + i, bswap(load<u32>(tag + i)));
}
