import { promises as dns } from 'node:dns';
import type { Uri } from '../message/uri.ts';
import { isAddress } from '../message/uri.ts';
import type { Peer, TransportName } from './flow.ts';

export const defaultSipPort = 5060;
export const defaultTlsPort = 5061;
const srvTimeoutMs = 2000;

/** What the URI asks for; null for a transport that is not spoken. `sips` is TLS, whatever else it says. */
export function transportOf(uri: Uri): TransportName | null {
  const asked = uri.params.get('transport')?.toLowerCase() ?? null;
  if (uri.scheme === 'sips') return asked === null || asked === 'tcp' || asked === 'tls' ? 'tls' : null;
  if (uri.scheme !== 'sip') return null;
  if (asked === null) return 'udp';
  return asked === 'udp' || asked === 'tcp' || asked === 'tls' ? asked : null;
}

/**
 * Where a request to `uri` goes (RFC 3263 §4, without NAPTR): address literals as they are, names with a
 * port by address record, other names by SRV first.
 *
 * @throws Error where the name resolves to nothing, or the URI asks for a transport that is not spoken
 */
export async function resolveTarget(uri: Uri): Promise<Peer> {
  const transport = transportOf(uri);
  if (transport === null) {
    throw new Error(`transport not available: ${uri.scheme} ${uri.params.get('transport') ?? ''}`);
  }
  const host = uri.params.get('maddr') ?? uri.host;
  const defaultPort = transport === 'tls' ? defaultTlsPort : defaultSipPort;
  // The certificate speaks for the domain that was asked for, not for where DNS leads to (RFC 5922 §7.3).
  const named = transport === 'tls' ? { serverName: host } : {};
  if (isAddress(host)) return { transport, address: host, port: uri.port ?? defaultPort, ...named };
  const service = uri.port === null && host !== 'localhost' ? await findService(host, transport) : null;
  const { address } = await lookUp(service?.name ?? host);
  return { transport, address, port: service?.port ?? uri.port ?? defaultPort, ...named };
}

/** IPv4 where there is one: fewer networks lose it on the way. */
async function lookUp(name: string): Promise<{ readonly address: string }> {
  const found = await dns.lookup(name, { all: true, order: 'ipv4first' });
  const [first] = found;
  if (!first) throw Object.assign(new Error(`no address of ${name}`), { code: 'ENOTFOUND' });
  return first;
}

const serviceNames: Readonly<Record<TransportName, string>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
};

async function findService(host: string, transport: TransportName) {
  const resolver = new dns.Resolver({ timeout: srvTimeoutMs, tries: 1 });
  const records = await resolver.resolveSrv(`${serviceNames[transport]}.${host}`).catch(() => []);
  return records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)[0] ?? null;
}
