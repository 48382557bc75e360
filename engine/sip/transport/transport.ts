import { isIPv4, isIPv6 } from 'node:net';
import { type Log, VoxboxError } from '../../foundation/index.ts';
import type { Arrival, Flow, Peer } from './flow.ts';
import type { LossCause } from './framing.ts';
import { isPrivateAddress } from './local-address.ts';
import type { Names } from './names.ts';
import { createResolve, type Resolve } from './resolve.ts';
import type { StreamLimits, StreamOptions } from './stream.ts';
import { openTcp } from './tcp.ts';
import { openTls, type TlsTrust } from './tls.ts';
import { openUdp } from './udp.ts';

export interface Transport {
  readonly port: number;
  /** Null where it does not listen for TLS. */
  readonly tlsPort: number | null;
  datagramFlow(address: string, port: number): Flow;
  readonly placesOf: Resolve;
  /** Rejects where no connection comes about. */
  flowTo(peer: Peer, timeoutMs?: number): Promise<Flow>;
  stop(): Promise<void>;
}

export interface TransportOptions {
  readonly host: string;
  /** 0 takes one that is free for both UDP and TCP. */
  readonly port: number;
  readonly log: Log;
  readonly onArrival: Arrival;
  readonly onLost: (octets: Buffer, flow: Flow, cause: LossCause) => void;
  readonly onSent?: Arrival;
  readonly tls?: { readonly port: number; readonly key: string; readonly cert: string };
  readonly tlsTrust?: TlsTrust;
  readonly externalAddress?: () => string | null;
  /** The system's where left out. */
  readonly names?: Names;
  /** Asked for each connection; datagrams are left to `onArrival`. */
  readonly admits?: (source: Pick<Peer, 'address' | 'transport'>) => boolean;
  readonly limits?: Partial<StreamLimits>;
}

/** A free UDP port may be taken for TCP: that many others are tried. */
const attempts = 10;

/** Opens UDP and TCP on one port, and TLS. @throws VoxboxError `port_in_use` naming the port */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openAll(options);
    } catch (cause) {
      if (!isInUse(cause)) throw cause;
      const port = options.tls && portOf(cause) === options.tls.port ? options.tls.port : options.port;
      if (port !== 0 || attempt === attempts) {
        throw new VoxboxError('port_in_use', `SIP port ${port} of ${options.host} is in use`, {
          cause,
          details: { port },
        });
      }
    }
  }
}

async function openAll(options: TransportOptions): Promise<Transport> {
  const { host, log, onArrival, onLost, onSent = () => {}, admits = () => true, limits } = options;
  const addressFor = externalAddressing(options.externalAddress ?? (() => null));
  const shared = { host, log, onArrival, onLost, onSent, addressFor, limits };
  const streamOptions = (transport: 'tcp' | 'tls'): StreamOptions => ({
    ...shared,
    admits: (address) => admits({ address, transport }),
  });
  const opened: { stop(): Promise<void> }[] = [];
  const keep = async <T extends { stop(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const transport = await opening;
    opened.push(transport);
    return transport;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(opened.map((transport) => transport.stop()));
  };
  try {
    const tcp = await keep(openTcp({ ...streamOptions('tcp'), port: options.port }));
    const port = tcp.port ?? options.port;
    const udp = await keep(openUdp({ ...shared, port }));
    const tls = await keep(
      openTls({ ...streamOptions('tls'), listen: options.tls, trust: options.tlsTrust }),
    );
    return {
      port,
      tlsPort: tls.port,
      datagramFlow: udp.flowTo,
      placesOf: reachableFrom(host, createResolve(options.names)),
      flowTo: async (peer, timeoutMs) => {
        if (peer.transport === 'udp') return udp.flowTo(peer.address, peer.port);
        return (peer.transport === 'tcp' ? tcp : tls).flowTo(peer, timeoutMs);
      },
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** A socket of IPv4 sends no datagrams to IPv6: what would be lost is not tried. */
const reachableFrom =
  (host: string, resolve: Resolve): Resolve =>
  async (uri) => {
    const places = await resolve(uri);
    const reachable = places.filter(
      ({ transport, address }) => transport !== 'udp' || isIPv6(host) || isIPv4(address),
    );
    if (reachable.length > 0) return reachable;
    throw Object.assign(new Error(`${uri.host} has no address of IPv4`), { code: 'EAFNOSUPPORT' });
  };

/** Peers beyond the local network are told the address that the router lets them reach us at. */
const externalAddressing =
  (external: () => string | null) =>
  (peer: string, own: string): string => {
    if (isPrivateAddress(peer)) return own;
    const address = external();
    return address !== null && isIPv4(address) === isIPv4(peer) ? address : own;
  };

const isInUse = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';

const portOf = (cause: unknown): number | null =>
  cause instanceof Error && 'port' in cause && typeof cause.port === 'number' ? cause.port : null;
