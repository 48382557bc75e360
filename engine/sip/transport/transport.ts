import { type Log, VoxboxError } from '../../foundation/index.ts';
import type { Arrival, Flow, Peer } from './flow.ts';
import { openTcp, type TcpTransport } from './tcp.ts';
import { openUdp, type UdpTransport } from './udp.ts';

export interface Transport {
  readonly port: number;
  datagramFlow(address: string, port: number): Flow;
  /** Rejects where no connection comes about. */
  flowTo(peer: Peer): Promise<Flow>;
  stop(): Promise<void>;
}

export interface TransportOptions {
  readonly host: string;
  /** 0 takes one that is free for both transports. */
  readonly port: number;
  readonly log: Log;
  readonly onArrival: Arrival;
  readonly onLost: Arrival;
}

/** A free UDP port may be taken for TCP: that many others are tried. */
const attempts = 10;

/** Opens UDP and TCP on one port. @throws VoxboxError `port_in_use` naming the port */
export async function openTransport(options: TransportOptions): Promise<Transport> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openBoth(options);
    } catch (cause) {
      if (!isInUse(cause)) throw cause;
      if (options.port !== 0 || attempt === attempts) {
        throw new VoxboxError('port_in_use', `SIP port ${options.port} of ${options.host} is in use`, {
          cause,
          details: { port: options.port },
        });
      }
    }
  }
}

async function openBoth(options: TransportOptions): Promise<Transport> {
  const tcp: TcpTransport = await openTcp(options);
  let udp: UdpTransport;
  try {
    udp = await openUdp({ ...options, port: tcp.port });
  } catch (cause) {
    await tcp.stop();
    throw cause;
  }
  return {
    port: tcp.port,
    datagramFlow: udp.flowTo,
    flowTo: async ({ transport, address, port }) =>
      transport === 'udp' ? udp.flowTo(address, port) : tcp.flowTo(address, port),
    stop: async () => {
      await Promise.all([udp.stop(), tcp.stop()]);
    },
  };
}

const isInUse = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
