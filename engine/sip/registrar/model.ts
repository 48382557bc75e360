import type { Ha1 } from '../digest.ts';

/** Where a phone can be reached, for as long as it asked for (RFC 3261 §10.3). */
export interface Binding {
  /** The user name that registered: phones register under their own name only. */
  readonly aor: string;
  /** Contact URI, as the phone wrote it. */
  readonly contact: string;
  /** `udp/address:port` that the REGISTER came from: the next hop of calls, through any NAT. */
  readonly flow: string;
  readonly expiresAtMs: number;
  readonly callId: string;
  readonly cseq: number;
  readonly userAgent: string | null;
}

export interface RegistrarPorts {
  /** What is stored in place of the password; null for unknown users. */
  ha1Of(username: string): string | Ha1 | null;
  load(): readonly Binding[];
  /** Every binding of the user, the new ones in place of all the old ones. */
  save(aor: string, bindings: readonly Binding[]): void;
}
