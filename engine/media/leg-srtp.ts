import type { SrtpKeys } from './model.ts';
import type { SrtpCrypto } from './srtp/crypto.ts';
import { createSrtp, type SrtpSession } from './srtp/session.ts';

/** One leg's SRTP: the keys in use, and what did not pass their check. */
export class LegSrtp {
  private readonly crypto: SrtpCrypto;
  private readonly onFirstFailure: () => void;
  private keys: SrtpKeys | null = null;
  private failuresBefore = 0;
  private hasFailed = false;
  /** Null where nothing is protected. */
  session: SrtpSession | null = null;

  constructor(crypto: SrtpCrypto, onFirstFailure: () => void) {
    this.crypto = crypto;
    this.onFirstFailure = onFirstFailure;
  }

  /** Keys that stay keep their session: its counters must go on (RFC 3711 §3.2.1). @throws VoxboxError `input_invalid` */
  use(keys: SrtpKeys | null): void {
    if (sameKeys(this.keys, keys)) return;
    const session = keys ? createSrtp(keys, this.crypto) : null;
    this.failuresBefore = this.failures;
    this.session?.close();
    this.keys = keys;
    this.session = session;
  }

  get failures(): number {
    return this.failuresBefore + (this.session?.failures ?? 0);
  }

  /** The packet as it was meant; null when it did not pass. */
  plain(bytes: Uint8Array): Uint8Array | null {
    if (!this.session) return bytes;
    const plain = this.session.unprotectRtp(bytes);
    if (!plain && !this.hasFailed) {
      this.hasFailed = true;
      this.onFirstFailure();
    }
    return plain;
  }
}

function sameKeys(a: SrtpKeys | null, b: SrtpKeys | null): boolean {
  if (!a || !b) return a === b;
  return (['send', 'receive'] as const).every(
    (way) => a[way].suite === b[way].suite && Buffer.compare(a[way].keySalt, b[way].keySalt) === 0,
  );
}
