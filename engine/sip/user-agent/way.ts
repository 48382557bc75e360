import type { Header, SipRequest } from '../message/model.ts';
import { parseUri, type Uri } from '../message/uri.ts';
import type { Flow, Peer } from '../transport/flow.ts';
import type { Core } from './core.ts';

/** Why there is no way to the other side: the code of the socket, of TLS or of DNS, and what it means. */
export interface NoWay {
  readonly code: string;
  readonly text: string;
}

/** A way to a peer, and where else it may be found. */
export interface Way {
  readonly flow: Flow;
  /** Further servers of the same name, best first (RFC 3263 §4.3). */
  readonly others: readonly Peer[];
}

/** Above it a request may be cut in pieces that networks lose (RFC 3261 §18.1.1). */
const maxDatagramBytes = 1300;
/** A firewall that swallows the attempt must not keep the call waiting. */
const upgradeTimeoutMs = 1000;
/** The same for one of several servers: there is another to try. */
const oneOfSeveralMs = 2000;
const shunnedForMs = 300_000;
/** So long a peer that took no TCP connection is not asked again. */
const refusedForMs = 600_000;

const keyOf = ({ transport, address, port }: Peer): string => `${transport} ${address} ${port}`;

/** Finds the flows that requests go out on. */
export class Ways {
  readonly #core: Pick<Core, 'transport' | 'log' | 'schedule'>;
  readonly #refusesTcp = new Set<string>();
  readonly #shunned = new Set<string>();

  constructor(core: Pick<Core, 'transport' | 'log' | 'schedule'>) {
    this.#core = core;
  }

  /** @param known a flow that is kept where it leads to one of the places */
  async to(uri: Uri, known: Flow | null = null): Promise<Way | NoWay> {
    const { transport, log } = this.#core;
    try {
      const places = await transport.placesOf(uri);
      const leadsThere = known?.isOpen() && places.some((place) => keyOf(place) === keyOf(known.peer));
      if (known && leadsThere) return { flow: known, others: [] };
      const shunned = (place: Peer): number => (this.#shunned.has(keyOf(place)) ? 1 : 0);
      return await this.first(places.toSorted((one, other) => shunned(one) - shunned(other)));
    } catch (error) {
      const way = noWayOf(error);
      log.info({ pii: { host: uri.host }, code: way.code, error: way.text }, 'no way to sip peer');
      return way;
    }
  }

  /** A server that failed: for a while it comes after the others of its name. */
  shun(place: Peer): void {
    const key = keyOf(place);
    if (this.#shunned.has(key)) return;
    this.#shunned.add(key);
    this.#core.schedule.after(shunnedForMs, () => this.#shunned.delete(key));
  }

  /** The first of the places that a connection comes about with. Rejects with the last failure where none does. */
  async first(places: readonly Peer[]): Promise<Way> {
    const [place, ...others] = places;
    if (!place) throw new Error('no place is left');
    const { transport, log } = this.#core;
    try {
      const flow = await transport.flowTo(place, others.length > 0 ? oneOfSeveralMs : undefined);
      return { flow, others };
    } catch (error) {
      if (others.length === 0) throw error;
      this.shun(place);
      const { code } = noWayOf(error);
      log.info({ pii: { address: place.address }, port: place.port, code }, 'next server of a sip peer');
      return this.first(others);
    }
  }

  /**
   * A connection for a request that is too long for a datagram, where the peer takes one; null leaves it at
   * UDP. A URI that says `transport=udp` means it.
   */
  async forLong(request: SipRequest, flow: Flow, uri: Uri): Promise<Flow | null> {
    const { peer } = flow;
    if (peer.transport !== 'udp' || uri.params.has('transport')) return null;
    if (lengthOf(request) <= maxDatagramBytes) return null;
    const key = keyOf(peer);
    if (this.#refusesTcp.has(key)) return null;
    try {
      const target: Peer = { transport: 'tcp', address: peer.address, port: peer.port };
      return await this.#core.transport.flowTo(target, upgradeTimeoutMs);
    } catch {
      this.#refusesTcp.add(key);
      this.#core.schedule.after(refusedForMs, () => this.#refusesTcp.delete(key));
      return null;
    }
  }
}

/** Start line, Via and Content-Length, which are still missing. */
const frameBytes = 150;

const lengthOf = ({ uri, headers, body }: SipRequest): number =>
  headers.reduce((sum, { name, value }) => sum + name.length + value.length + 4, frameBytes) +
  uri.length +
  body.length;

const untrusted = 'the certificate comes from an issuer that is not trusted here';
/** OpenSSL's own words, and what Node advises in them, help nobody who has a carrier to reach. */
const certificateTroubles: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
};

const noWayOf = (error: unknown): NoWay => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'NO_WAY';
  const text = certificateTroubles[code] ?? (error instanceof Error ? error.message : String(error));
  return { code, text };
};

/** What the application reads in the 503 that stands for a way that does not exist. */
export const noWayHeaders = ({ code, text }: NoWay): Header[] => {
  const plain = `${code}: ${text}`.replaceAll(/["\\\r\n]/g, ' ').slice(0, 200);
  return [
    { name: 'Warning', value: `399 voxbox "${plain}"` },
    { name: 'Reason', value: `SIP;cause=503;text="${plain}"` },
  ];
};

/** The next hop that the application names; one that says nothing of TLS follows a `sips:` Request-URI. */
export function hopOf(text: string, secure: boolean): Uri | null {
  const uri = parseUri(/^sips?:/i.test(text) ? text : `sip:${text}`);
  return uri && secure && uri.scheme === 'sip' ? { ...uri, scheme: 'sips' } : uri;
}

/** Stands for a way that does not exist. */
export const deadFlow = (like: Flow): Flow => ({
  peer: like.peer,
  local: like.local,
  reliable: true,
  isOpen: () => false,
  send: () => {},
});
