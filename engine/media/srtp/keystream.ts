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

/** AES-CM keystream of one SSRC (RFC 3711 §4.1.1). */
export class Keystream {
  /** Of the packet last asked for, from `from` on, as words in the order of the bytes. */
  words: Int32Array = new Int32Array(0);
  from = 0;
  private readonly cipher: Cipheriv;
  private readonly salt: Uint8Array;
  private readonly ssrc: number;
  private readonly start = new DataView(new ArrayBuffer(blockBytes));
  private readonly counters: CounterBlocks;
  private ready: Int32Array = this.words;
  /** Index of the first packet that has its keystream ready. */
  private readyFrom = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly key: Uint8Array;
    readonly salt: Uint8Array;
    readonly ssrc: number;
    readonly counters: CounterBlocks;
  }) {
    this.cipher = blockCipher(options.key);
    this.salt = options.salt;
    this.ssrc = options.ssrc;
    this.counters = options.counters;
    this.putStart(new Uint8Array(this.start.buffer), 0);
  }

  /** Points `words` and `from` at what the packet with this 48-bit index (SRTCP: 31-bit) needs. */
  find(index: number, length: number): void {
    const ahead = index - this.readyFrom;
    if (length <= readyBytes && ahead >= 0 && ahead < packetsAhead) {
      this.words = this.ready;
      this.from = (ahead * readyBytes) >> 2;
      return;
    }
    this.from = 0;
    // A straggler must not throw away what the next packets need.
    if (length > readyBytes || (ahead < 0 && ahead > -64)) {
      this.words = this.alone(index, length);
      return;
    }
    this.ready = wordsOf(this.cipher.update(this.counters.of(this.start, index)));
    this.words = this.ready;
    this.readyFrom = index;
  }

  private alone(index: number, length: number): Int32Array {
    const count = Math.max(1, Math.ceil(length / blockBytes));
    const blocks = new Uint8Array(count * blockBytes);
    this.putStart(blocks, index);
    countUp(blocks, 0, count);
    return wordsOf(this.cipher.update(blocks));
  }

  /** IV = (salt · 2^16) XOR (SSRC · 2^64) XOR (index · 2^16). */
  private putStart(blocks: Uint8Array, index: number): void {
    blocks.set(this.salt);
    const upper = Math.floor(index / 0x10000);
    for (let i = 0; i < 4; i += 1) {
      const shift = 24 - i * 8;
      blocks[4 + i] = (blocks[4 + i] ?? 0) ^ (this.ssrc >>> shift);
      blocks[8 + i] = (blocks[8 + i] ?? 0) ^ (upper >>> shift);
    }
    blocks[12] = (blocks[12] ?? 0) ^ (index >>> 8);
    blocks[13] = (blocks[13] ?? 0) ^ index;
  }
}

/** Room for the counter blocks of the packets ahead, used by one stream after the other. */
export class CounterBlocks {
  private readonly bytes = new Uint8Array(packetsAhead * readyBytes);
  private readonly view = new DataView(this.bytes.buffer);

  /** @param start the block that index 0 begins with: salt and index meet in bytes 8–13 */
  of(start: DataView, index: number): Uint8Array {
    const { view } = this;
    const [first, second, middle, low] = [
      start.getInt32(0),
      start.getInt32(4),
      start.getInt32(8),
      start.getUint16(12),
    ];
    for (let packet = 0; packet < packetsAhead; packet += 1) {
      const upper = middle ^ Math.floor((index + packet) / 0x10000);
      const lower = (low ^ (index + packet)) << 16;
      const from = packet * readyBytes;
      for (let block = 0; block < readyBytes / blockBytes; block += 1) {
        const at = from + block * blockBytes;
        view.setInt32(at, first);
        view.setInt32(at + 4, second);
        view.setInt32(at + 8, upper);
        view.setInt32(at + 12, lower | block);
      }
    }
    return this.bytes;
  }
}

function wordsOf(bytes: Buffer): Int32Array {
  const isAligned = bytes.byteOffset % 4 === 0;
  const { buffer, byteOffset, length } = isAligned ? bytes : new Uint8Array(bytes);
  return new Int32Array(buffer, byteOffset, length >> 2);
}
