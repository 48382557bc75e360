import { promises as dns } from 'node:dns';
import type { Uri } from '../message/uri.ts';
import { isAddress } from '../message/uri.ts';
import type { Peer, TransportName } from './flow.ts';

export const defaultSipPort = 5060;
const srvTimeoutMs = 2000;

/**
 * Where a request to `uri` goes (RFC 3263 §4, without NAPTR): address literals as they are, names with a
 * port by address record, other names by SRV first.
 *
 * @throws Error where the name resolves to nothing, or the URI asks for a transport that is not spoken
 */
export async function resolveTarget(uri: Uri): Promise<Peer> {
  const asked = uri.params.get('transport')?.toLowerCase() ?? 'udp';
  if (uri.scheme !== 'sip' || (asked !== 'udp' && asked !== 'tcp')) {
    throw new Error(`transport not available: ${uri.scheme} ${asked}`);
  }
  const transport: TransportName = asked;
  const host = uri.params.get('maddr') ?? uri.host;
  if (isAddress(host)) return { transport, address: host, port: uri.port ?? defaultSipPort };
  const service = uri.port === null && host !== 'localhost' ? await findService(host, transport) : null;
  const { address } = await dns.lookup(service?.name ?? host, { family: 4 });
  return { transport, address, port: service?.port ?? uri.port ?? defaultSipPort };
}

async function findService(host: string, transport: TransportName) {
  const resolver = new dns.Resolver({ timeout: srvTimeoutMs, tries: 1 });
  const records = await resolver.resolveSrv(`_sip._${transport}.${host}`).catch(() => []);
  return records.toSorted((a, b) => a.priority - b.priority || b.weight - a.weight)[0] ?? null;
}
