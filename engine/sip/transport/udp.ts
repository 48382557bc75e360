import { createSocket, type Socket } from 'node:dgram';
import { isIPv4, isIPv6 } from 'node:net';
import type { Log } from '../../foundation/index.ts';
import { type Arrival, type Flow, plainAddress } from './flow.ts';
import { localAddressFor } from './local-address.ts';

export interface UdpTransport {
  readonly port: number;
  flowTo(address: string, port: number): Flow;
  stop(): Promise<void>;
}

/** Room for a burst of set-ups while the event loop is busy elsewhere. */
const receiveBufferBytes = 1 << 20;

const maxKeepAliveBytes = 4;

/** @throws the socket's own error (EADDRINUSE, EADDRNOTAVAIL, …) */
export async function openUdp(options: {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly onArrival: Arrival;
  /** Every message that leaves. */
  readonly onSent: Arrival;
  /** Our address as that peer can reach it. */
  readonly addressFor: (peer: string, own: string) => string;
}): Promise<UdpTransport> {
  const v6 = isIPv6(options.host);
  const socket = createSocket({ type: v6 ? 'udp6' : 'udp4' });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ port: options.port, address: options.host }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  socket.on('error', (error) => options.log.warn({ error: error.message }, 'udp socket error'));
  growReceiveBuffer(socket);
  const { port } = socket.address();
  let open = true;
  const localAddresses = createAddressCache(options.host);

  const flowTo = (address: string, peerPort: number): Flow => {
    const flow: Flow = {
      peer: { transport: 'udp', address, port: peerPort },
      get local() {
        return { address: options.addressFor(address, localAddresses(address)), port };
      },
      reliable: false,
      isOpen: () => open,
      send: (octets) => {
        if (!open || peerPort < 1) return;
        options.onSent(octets, flow);
        const target = v6 && isIPv4(address) ? `::ffff:${address}` : address;
        socket.send(octets, peerPort, target, (error) => {
          if (error) options.log.debug({ error: error.message }, 'datagram not sent');
        });
      },
    };
    return flow;
  };

  socket.on('message', (octets, from) => {
    // Line ends and zeros that keep a NAT open.
    if (octets.length <= maxKeepAliveBytes) return;
    options.onArrival(octets, flowTo(plainAddress(from.address), from.port));
  });

  return {
    port,
    flowTo,
    stop: async () => {
      if (!open) return;
      open = false;
      await new Promise<void>((resolve) => socket.close(() => resolve()));
    },
  };
}

/** Asking the system for its interfaces is too slow to do for every datagram. */
function createAddressCache(host: string): (remote: string) => string {
  const known = new Map<string, { readonly address: string; readonly untilMs: number }>();
  return (remote) => {
    const nowMs = performance.now();
    const entry = known.get(remote);
    if (entry && entry.untilMs > nowMs) return entry.address;
    if (known.size >= 1000) known.clear();
    const address = localAddressFor(host, remote);
    known.set(remote, { address, untilMs: nowMs + 10_000 });
    return address;
  };
}

function growReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(receiveBufferBytes);
  } catch {
    // The system's limit is lower; its default will do.
  }
}
