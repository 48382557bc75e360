import { readFileSync } from 'node:fs';

/** The part used here of a global that the types of Node leave to the browser's. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

/** What assembly/srtp.ts exports; all addresses and lengths in bytes. */
interface Core {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  prepare(): void;
  setKey(context: number): void;
  setMacKey(context: number): void;
  cipher(context: number, ssrc: number, upper: number, lower: number, from: number, to: number): void;
  sign(context: number, length: number, suffix: number): void;
}

// The places of assembly/srtp.ts.
const tagAt = 1600;
const packetAt = 2048;
const contextsAt = 67_712;
const contextBytes = 256;
const saltInContext = 216;
const pageBytes = 65_536;

const keyBytes = 16;
const macKeyBytes = 20;
const saltBytes = 14;
export const keySaltBytes = keyBytes + saltBytes;

/** Session keys and salt of one direction and one protocol, where the code that uses them lies. */
export type ContextAddress = number;

/**
 * Where packets are enciphered and signed, one after the other: AES-CM and HMAC-SHA1 (RFC 3711 §4) in WebAssembly. One
 * for all legs of a thread: what a leg needs of it fits in a few cache lines, and hundreds of legs with room of their
 * own would push each other out of the processor's cache in each slot. A call into the platform's library for each
 * packet costs more (see the bench media-cores).
 */
export class SrtpCrypto {
  private readonly core: Core;
  private bytes: Uint8Array;
  private views: Uint8Array[] = [];
  private readonly free: ContextAddress[] = [];
  private end = contextsAt;

  constructor() {
    const code = readFileSync(new URL('./srtp.wasm', import.meta.url));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code));
    this.core = exports as Core;
    this.core.prepare();
    this.bytes = new Uint8Array(this.core.memory.buffer);
  }

  /**
   * Derives session keys (RFC 3711 §4.3, key derivation rate 0).
   * @param keySalt 30 bytes: master key, master salt
   * @param label of the first of the three keys: 0 for SRTP, 3 for SRTCP
   */
  open(keySalt: Uint8Array, label: number): ContextAddress {
    const context = this.takeContext();
    const [key, macKey, salt] = [keyBytes, macKeyBytes, saltBytes].map((length, n) => {
      this.setKey(context, keySalt.subarray(0, keyBytes), keySalt.subarray(keyBytes));
      return this.derived(context, label + n, length);
    }) as [Uint8Array, Uint8Array, Uint8Array];
    this.bytes.set(macKey, packetAt);
    this.core.setMacKey(context);
    this.setKey(context, key, salt);
    return context;
  }

  /** Wipes the keys; the address is given to the next who opens one. */
  close(context: ContextAddress): void {
    this.bytes.fill(0, context, context + contextBytes);
    this.free.push(context);
  }

  /** At most 65,535 bytes, as any datagram. */
  load(packet: Uint8Array): void {
    this.bytes.set(packet, packetAt);
  }

  /**
   * Enciphers or deciphers the loaded packet from the byte `from` up to `to`; up to 15 bytes behind change too. Plain
   * numbers, because it is called for each packet.
   * @param index 48 bits: roll-over counter and sequence number; 31 bits with SRTCP
   */
  cipher(context: ContextAddress, ssrc: number, index: number, from: number, to: number): void {
    this.core.cipher(context, ssrc, Math.floor(index / 0x10000), index % 0x10000, from, to);
  }

  /** Tags the first `length` bytes and the word `suffix`, which is left behind them; padding is behind that. */
  sign(context: ContextAddress, length: number, suffix: number): void {
    this.core.sign(context, length, suffix);
  }

  /** Whether all that `packet` has from `at` on is the tag; takes as long for a wrong one as for a right one. */
  isTagOf(packet: Uint8Array, at: number): boolean {
    const { bytes } = this;
    let difference = 0;
    for (let i = 0; at + i < packet.length; i += 1) {
      difference |= (packet[at + i] ?? 0) ^ (bytes[tagAt + i] ?? 0);
    }
    return difference === 0;
  }

  /** A copy of the packet's first bytes, with the first bytes of the tag behind them. */
  take(length: number, tagBytes = 0): Buffer {
    const copy = Buffer.allocUnsafe(length + tagBytes);
    copy.set(this.view(packetAt, length));
    if (tagBytes > 0) copy.set(this.view(tagAt, tagBytes), length);
    return copy;
  }

  /** To make a view takes longer than to copy a packet: those of packets and tags have few lengths, and are kept. */
  private view(at: number, length: number): Uint8Array {
    const known = this.views[length];
    if (known !== undefined && known.byteOffset === at) return known;
    const view = this.bytes.subarray(at, at + length);
    this.views[length] = view;
    return view;
  }

  private setKey(context: ContextAddress, key: Uint8Array, salt: Uint8Array): void {
    this.bytes.set(key, packetAt);
    this.core.setKey(context);
    this.bytes.set(salt, context + saltInContext);
  }

  /** The label stands where the lowest byte of an SSRC does, above an index of 0 (RFC 3711 §4.3.3). */
  private derived(context: ContextAddress, label: number, length: number): Uint8Array {
    this.bytes.fill(0, packetAt, packetAt + length);
    this.cipher(context, label, 0, 0, length);
    return this.bytes.slice(packetAt, packetAt + length);
  }

  private takeContext(): ContextAddress {
    const known = this.free.pop();
    if (known !== undefined) return known;
    const context = this.end;
    this.end += contextBytes;
    if (this.end > this.bytes.length) {
      this.core.memory.grow(Math.ceil((this.end - this.bytes.length) / pageBytes));
      // Growing takes the memory away from every view of it.
      this.bytes = new Uint8Array(this.core.memory.buffer);
      this.views = [];
    }
    return context;
  }
}
