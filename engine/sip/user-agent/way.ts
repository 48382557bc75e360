import type { Header, SipRequest } from '../message/model.ts';
import { parseUri, type Uri } from '../message/uri.ts';
import type { Flow, Peer } from '../transport/flow.ts';
import { resolveTarget } from '../transport/resolve.ts';
import type { Core } from './core.ts';

/** Why there is no way to the other side: the code of the socket, of TLS or of DNS, and what it means. */
export interface NoWay {
  readonly code: string;
  readonly text: string;
}

/** Above it a request may be cut in pieces that networks lose (RFC 3261 §18.1.1). */
const maxDatagramBytes = 1300;
/** A firewall that swallows the attempt must not keep the call waiting. */
const upgradeTimeoutMs = 1000;
/** So long a peer that took no TCP connection is not asked again. */
const refusedForMs = 600_000;

/** Finds the flows that requests go out on. */
export class Ways {
  readonly #core: Pick<Core, 'transport' | 'log' | 'schedule'>;
  readonly #refusesTcp = new Set<string>();

  constructor(core: Pick<Core, 'transport' | 'log' | 'schedule'>) {
    this.#core = core;
  }

  async to(uri: Uri): Promise<Flow | NoWay> {
    const { transport, log } = this.#core;
    try {
      return await transport.flowTo(await resolveTarget(uri));
    } catch (error) {
      const way = noWayOf(error);
      log.info({ pii: { host: uri.host }, code: way.code, error: way.text }, 'no way to sip peer');
      return way;
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
    const key = `${peer.address} ${peer.port}`;
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

const noWayOf = (error: unknown): NoWay => {
  const text = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'NO_WAY';
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
