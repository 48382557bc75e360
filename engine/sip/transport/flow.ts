/** Transports spoken; the names that stand in URIs, in lower case. */
export type TransportName = 'udp' | 'tcp' | 'tls';

/** Where a message came from or goes to. Addresses are literals; IPv4-mapped ones are written as IPv4. */
export interface Peer {
  readonly transport: TransportName;
  readonly address: string;
  readonly port: number;
  /** The host of the URI, which a TLS certificate has to name; left out where only the address is known. */
  readonly serverName?: string;
}

/** A way to one peer: its UDP address, or one TCP or TLS connection. */
export interface Flow {
  readonly peer: Peer;
  /** Our end, as the peer can reach it: the external address for peers beyond the local network. */
  readonly local: { readonly address: string; readonly port: number };
  /** True where the transport repeats lost octets by itself (RFC 3261 §17: fewer timers). */
  readonly reliable: boolean;
  isOpen(): boolean;
  /** Never throws: what cannot be sent is lost, as on a network, and timers notice. */
  send(octets: Buffer): void;
}

/** What a transport hands up: one message's octets, or the refusal of a stream that lost its framing. */
export type Arrival = (octets: Buffer, flow: Flow) => void;

/** `::ffff:192.0.2.1` → `192.0.2.1`; zone identifiers are dropped. */
export function plainAddress(address: string): string {
  const bare = address.split('%', 1)[0] ?? address;
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(bare) ? bare.slice(7) : bare;
}
