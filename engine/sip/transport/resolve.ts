import type { Uri } from '../message/uri.ts';
import { isAddress, parseUri } from '../message/uri.ts';
import type { Peer, TransportName } from './flow.ts';
import { inOrder, type Names, newSeed, systemNames } from './names.ts';

export const defaultSipPort = 5060;
export const defaultTlsPort = 5061;
/** A name with more servers than this has enough others. */
const maxPlaces = 8;
/** Names whose places are remembered for when DNS is gone. */
const maxRemembered = 500;

/** What the URI asks for; null for a transport that is not spoken. `sips` is TLS, whatever else it says. */
export function transportOf(uri: Uri): TransportName | null {
  const asked = uri.params.get('transport')?.toLowerCase() ?? null;
  if (uri.scheme === 'sips') return asked === null || asked === 'tcp' || asked === 'tls' ? 'tls' : null;
  if (uri.scheme !== 'sip') return null;
  if (asked === null) return 'udp';
  return asked === 'udp' || asked === 'tcp' || asked === 'tls' ? asked : null;
}

/** Every place that a request to `uri` may go to, best first. */
export type Resolve = (uri: Uri) => Promise<readonly Peer[]>;

/**
 * RFC 3263 §4 without NAPTR, as a trunk names its transport: address literals as they are, names with a port
 * by address record, other names by SRV first. While DNS fails a name stands for what it stood for last. The
 * result rejects with an Error where it stands for nothing, or the URI asks for a transport that is not spoken.
 */
export function createResolve(names: Names = systemNames(), seed: string = newSeed()): Resolve {
  const known = new Map<string, readonly Peer[]>();
  const serversOf = async (host: string, port: number | null, transport: TransportName) => {
    const defaultPort = transport === 'tls' ? defaultTlsPort : defaultSipPort;
    const alone = [{ name: host, port: port ?? defaultPort }];
    if (port !== null || host === 'localhost') return alone;
    const services = await names.services(`${serviceNames[transport]}.${host}`);
    return services.length === 0 ? alone : inOrder(services, seed).slice(0, maxPlaces);
  };
  return async (uri) => {
    const transport = transportOf(uri);
    if (transport === null) {
      throw new Error(`transport not available: ${uri.scheme} ${uri.params.get('transport') ?? ''}`);
    }
    const host = uri.params.get('maddr') ?? uri.host;
    // The certificate speaks for the domain that was asked for, not for where DNS leads to (RFC 5922 §7.3).
    const named = transport === 'tls' ? { serverName: host } : {};
    const place = (address: string, port: number): Peer => ({ transport, address, port, ...named });
    if (isAddress(host)) {
      return [place(host, uri.port ?? (transport === 'tls' ? defaultTlsPort : defaultSipPort))];
    }
    const servers = await serversOf(host, uri.port, transport);
    const found = await Promise.allSettled(
      servers.map(async ({ name, port }) =>
        (await names.addresses(name)).map((address) => place(address, port)),
      ),
    );
    const places = found.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const failure = found.find((one) => one.status === 'rejected');
    const key = `${transport} ${host.toLowerCase()} ${uri.port}`;
    const before = known.get(key);
    if (places.length === 0 && before) return before;
    if (places.length === 0) throw failure?.reason ?? new Error(`no address of ${host}`);
    if (known.size >= maxRemembered) known.clear();
    known.set(key, places.slice(0, maxPlaces));
    return places.slice(0, maxPlaces);
  };
}

/** Every address that a SIP URI leads to; empty where it leads nowhere. */
export async function addressesOf(text: string): Promise<readonly string[]> {
  const uri = parseUri(text);
  const places = uri ? await createResolve()(uri).catch(() => []) : [];
  return places.map(({ address }) => address);
}

const serviceNames: Readonly<Record<TransportName, string>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
};
