import { connect, createServer, type Socket } from 'node:net';
import type { Log } from '../../foundation/index.ts';
import { type Arrival, type Flow, plainAddress } from './flow.ts';
import { StreamFramer } from './framing.ts';

export interface TcpTransport {
  readonly port: number;
  /** An open connection to that address, or a new one. Rejects with the socket's error or after a time-out. */
  flowTo(address: string, port: number): Promise<Flow>;
  stop(): Promise<void>;
}

const maxConnections = 1000;
const connectTimeoutMs = 5000;
/** A message that has begun must be complete by then; also the linger of a stream that lost its framing. */
const partialTimeoutMs = 32_000;
const keepAliveMs = 60_000;
/** More than this unsent means that the other side does not read. */
const maxUnsentBytes = 1 << 20;

/** @throws the socket's own error (EADDRINUSE, EADDRNOTAVAIL, …) */
export async function openTcp(options: {
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly onArrival: Arrival;
  /** A stream's head that broke the framing: to be refused; the connection closes after it. */
  readonly onLost: Arrival;
}): Promise<TcpTransport> {
  const flows = new Map<string, Flow>();
  const sockets = new Set<Socket>();
  const pending = new Map<string, Promise<Flow>>();

  let port = options.port;

  const adopt = (socket: Socket): Flow => {
    // A connection that we opened has a port of its own, but we are reached back at the one we listen on.
    const flow = connectionFlow(socket, port);
    const key = keyOf(flow.peer.address, flow.peer.port);
    const framer = new StreamFramer();
    let partial: NodeJS.Timeout | null = null;
    sockets.add(socket);
    flows.set(key, flow);
    socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
    socket.on('data', (chunk) => {
      for (const frame of framer.push(chunk)) {
        if (frame.kind === 'message') options.onArrival(frame.octets, flow);
        else if (frame.kind === 'ping') flow.send(Buffer.from('\r\n'));
        else {
          options.onLost(frame.octets, flow);
          socket.end();
        }
      }
      if (partial !== null && !framer.isPartial) {
        clearTimeout(partial);
        partial = null;
      } else if (partial === null && framer.isPartial) {
        partial = setTimeout(() => socket.destroy(), partialTimeoutMs).unref();
      }
    });
    socket.on('error', (error) => options.log.debug({ error: error.message }, 'tcp connection error'));
    socket.on('close', () => {
      if (partial !== null) clearTimeout(partial);
      sockets.delete(socket);
      if (flows.get(key) === flow) flows.delete(key);
    });
    return flow;
  };

  const server = createServer({ keepAlive: true }, adopt);
  server.maxConnections = maxConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => options.log.warn({ error: error.message }, 'tcp listener error'));
  const bound = server.address();
  if (typeof bound === 'object' && bound) port = bound.port;

  const open = async (address: string, remotePort: number): Promise<Flow> => {
    const socket = connect({ host: address, port: remotePort });
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(connectTimeoutMs, () => socket.destroy(new Error('connection attempt timed out')));
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.setTimeout(0);
        resolve();
      });
    });
    return adopt(socket);
  };

  return {
    port,
    flowTo: async (address, remotePort) => {
      const key = keyOf(address, remotePort);
      const known = flows.get(key);
      if (known?.isOpen()) return known;
      const waiting = pending.get(key) ?? open(address, remotePort).finally(() => pending.delete(key));
      pending.set(key, waiting);
      return waiting;
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // What was just written (a last BYE) is let out before the connection goes.
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

const keyOf = (address: string, port: number): string => `${address} ${port}`;

function connectionFlow(socket: Socket, localPort: number): Flow {
  const peer = {
    transport: 'tcp',
    address: plainAddress(socket.remoteAddress ?? ''),
    port: socket.remotePort ?? 0,
  } as const;
  const local = { address: plainAddress(socket.localAddress ?? ''), port: localPort };
  return {
    peer,
    local,
    reliable: true,
    isOpen: () => socket.writable && !socket.destroyed,
    send: (octets) => {
      if (!socket.writable) return;
      if (socket.writableLength > maxUnsentBytes) socket.destroy();
      else socket.write(octets);
    },
  };
}
