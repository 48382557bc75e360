import { blockBytes, type Sha1, stateWords } from './sha1.ts';
import type { SrtpWorkspace } from './workspace.ts';

/** A one-bit and the length in bits, which close every message (FIPS 180-4 §5.1.1). */
const leastPaddingBytes = 9;
const suffixBytes = 4;

/**
 * HMAC-SHA1 (RFC 2104, FIPS 180-4) for many short messages under one key. The states after the key's inner and outer
 * block are kept, so that an RTP packet of 20 ms costs four compressions. In JavaScript on purpose: for 176 bytes the
 * way into the native library and back costs more than the hashing (see the bench media-cores).
 */
export class HmacSha1 {
  /** The inner state and then the outer one: together, to be near each other in memory. */
  private readonly states = new Int32Array(2 * stateWords);

  constructor(key: Uint8Array, sha1: Sha1) {
    if (key.length > blockBytes) throw new RangeError('a key of more than 64 bytes');
    this.states.set(keyed(key, 0x36, sha1));
    this.states.set(keyed(key, 0x5c, sha1), stateWords);
  }

  /**
   * The tag of the workspace's first `length` bytes and then the 32-bit word `suffix`, which is written behind them,
   * and padding behind that. Valid until the workspace is used again.
   */
  sign(workspace: SrtpWorkspace, length: number, suffix: number): Int32Array {
    const { bytes, view, sha1 } = workspace;
    const end = Math.ceil((length + suffixBytes + leastPaddingBytes) / blockBytes) * blockBytes;
    view.setInt32(length, suffix);
    bytes[length + suffixBytes] = 0x80;
    for (let i = length + suffixBytes + 1; i < end - 4; i += 1) bytes[i] = 0;
    view.setInt32(end - 4, (blockBytes + length + suffixBytes) * 8);
    sha1.begin(this.states, 0);
    for (let at = 0; at < end; at += blockBytes) sha1.compress(view, at);

    // The outer message is always the key's block, these five words and padding.
    const { state, schedule } = sha1;
    for (let i = 0; i < stateWords; i += 1) schedule[i] = state[i] ?? 0;
    schedule[stateWords] = 0x80000000;
    for (let i = stateWords + 1; i < 15; i += 1) schedule[i] = 0;
    schedule[15] = (blockBytes + 4 * stateWords) * 8;
    sha1.begin(this.states, stateWords);
    sha1.rounds();
    return state;
  }
}

/** The state after the block that the key makes with this pad. */
function keyed(key: Uint8Array, pad: number, sha1: Sha1): Int32Array {
  const block = new Uint8Array(blockBytes).fill(pad);
  for (const [i, byte] of key.entries()) block[i] = byte ^ pad;
  sha1.beginAnew();
  sha1.compress(new DataView(block.buffer), 0);
  return sha1.state.slice();
}
