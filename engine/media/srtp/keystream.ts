import { type Cipheriv, createCipheriv } from 'node:crypto';

const blockBytes = 16;
/** Keystream is made for this many packets at once: a call of the native cipher costs far more than its blocks. */
const packetsAhead = 8;
/** Ready keystream is for packets of up to this; longer ones get theirs alone. */
const readyBytes = 176;

/** AES-128 of single blocks; the cipher object is made once and lives as long as the key. */
function blockCipher(key: Uint8Array): Cipheriv {
  const cipher = createCipheriv('aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return cipher;
}

/** Counter blocks (RFC 3711 §4.1.1): the 14 upper bytes given, the two lower ones count. */
function countUp(blocks: Uint8Array, from: number, count: number): void {
  for (let block = 0; block < count; block += 1) {
    const at = from + block * blockBytes;
    if (block > 0) blocks.copyWithin(at, from, from + 14);
    blocks[at + 14] = block >> 8;
    blocks[at + 15] = block;
  }
}

/**
 * Session key (RFC 3711 §4.3.3, key derivation rate 0).
 * @param label 0 encryption, 1 authentication, 2 salt of SRTP; 3, 4, 5 the same of SRTCP
 */
export function deriveKey(
  master: { readonly key: Uint8Array; readonly salt: Uint8Array },
  label: number,
  bytes: number,
): Buffer {
  const count = Math.ceil(bytes / blockBytes);
  const blocks = Buffer.alloc(count * blockBytes);
  blocks.set(master.salt);
  // The label stands above the 48-bit index, which is 0 at this rate.
  blocks[7] = (blocks[7] ?? 0) ^ label;
  countUp(blocks, 0, count);
  return blockCipher(master.key).update(blocks).subarray(0, bytes);
}

/** Where the keystream of a packet lies; valid until the next call. */
export interface KeystreamPart {
  readonly bytes: Uint8Array;
  readonly from: number;
}

/** AES-CM keystream of one SSRC (RFC 3711 §4.1.1). */
export class Keystream {
  private readonly cipher: Cipheriv;
  private readonly salt: Uint8Array;
  private readonly ssrc: number;
  private readonly blocks = new Uint8Array(packetsAhead * readyBytes);
  private readonly counters = new DataView(this.blocks.buffer);
  private readonly saltMiddle: number;
  private readonly saltLow: number;
  private ready: Uint8Array = new Uint8Array(0);
  private readyFrom = -1;

  constructor(options: { readonly key: Uint8Array; readonly salt: Uint8Array; readonly ssrc: number }) {
    this.cipher = blockCipher(options.key);
    this.salt = options.salt;
    this.ssrc = options.ssrc;
    const { blocks } = this;
    this.putStart(blocks, 0, 0);
    this.saltMiddle = this.counters.getInt32(8);
    this.saltLow = this.counters.getUint16(12);
    for (let at = blockBytes; at < blocks.length; at += blockBytes) blocks.copyWithin(at, 0, 8);
  }

  /** For the packet with this 48-bit index (SRTCP: 31-bit). */
  of(index: number, length: number): KeystreamPart {
    if (length > readyBytes) return { bytes: this.alone(index, length), from: 0 };
    const ahead = index - this.readyFrom;
    if (ahead >= 0 && ahead < packetsAhead && this.readyFrom >= 0) {
      return { bytes: this.ready, from: ahead * readyBytes };
    }
    // A straggler must not throw away what the next packets need.
    if (this.readyFrom >= 0 && ahead < 0 && ahead > -64) return { bytes: this.alone(index, length), from: 0 };
    this.makeReady(index);
    return { bytes: this.ready, from: 0 };
  }

  /** All but the index stands in the counter blocks from the beginning; salt and index meet in bytes 8–13. */
  private makeReady(index: number): void {
    const { counters, saltMiddle, saltLow } = this;
    for (let packet = 0; packet < packetsAhead; packet += 1) {
      const upper = saltMiddle ^ Math.floor((index + packet) / 0x10000);
      const lower = (saltLow ^ (index + packet)) << 16;
      const start = packet * readyBytes;
      for (let block = 0; block < readyBytes / blockBytes; block += 1) {
        counters.setInt32(start + block * blockBytes + 8, upper);
        counters.setInt32(start + block * blockBytes + 12, lower | block);
      }
    }
    this.ready = this.cipher.update(this.blocks);
    this.readyFrom = index;
  }

  private alone(index: number, length: number): Uint8Array {
    const count = Math.max(1, Math.ceil(length / blockBytes));
    const blocks = new Uint8Array(count * blockBytes);
    this.putStart(blocks, 0, index);
    countUp(blocks, 0, count);
    return this.cipher.update(blocks);
  }

  /** IV = (salt · 2^16) XOR (SSRC · 2^64) XOR (index · 2^16). */
  private putStart(blocks: Uint8Array, at: number, index: number): void {
    blocks.set(this.salt, at);
    const upper = Math.floor(index / 0x10000);
    for (let i = 0; i < 4; i += 1) {
      const shift = 24 - i * 8;
      blocks[at + 4 + i] = (blocks[at + 4 + i] ?? 0) ^ (this.ssrc >>> shift);
      blocks[at + 8 + i] = (blocks[at + 8 + i] ?? 0) ^ (upper >>> shift);
    }
    blocks[at + 12] = (blocks[at + 12] ?? 0) ^ (index >>> 8);
    blocks[at + 13] = (blocks[at + 13] ?? 0) ^ index;
  }
}
