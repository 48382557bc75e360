import type { Server, Socket } from 'node:net';
import type { Log } from '../../foundation/index.ts';
import { type Arrival, type Flow, type Peer, plainAddress } from './flow.ts';
import { type LossCause, StreamFramer } from './framing.ts';

/** What both stream transports have from the transport layer. */
export interface StreamOptions {
  readonly host: string;
  readonly log: Log;
  readonly onArrival: Arrival;
  /** A stream's head that broke the framing: to be refused; the connection closes after it. */
  readonly onLost: (octets: Buffer, flow: Flow, cause: LossCause) => void;
  /** Every message that leaves. */
  readonly onSent: Arrival;
  /** False: the connection is dropped without a word. */
  readonly admits: (address: string) => boolean;
  /** Our address as that peer can reach it. */
  readonly addressFor: (peer: string, own: string) => string;
  readonly limits?: Partial<StreamLimits>;
}

export interface StreamLimits {
  readonly connections: number;
  readonly connectionsPerSource: number;
  /** A message that has begun, and the first one of a connection, must be complete by then. */
  readonly partialMs: number;
}

/** How one transport makes connections; the rest is the same for TCP and TLS. */
export interface StreamWire {
  readonly transport: 'tcp' | 'tls';
  /** Null where it only dials. Not yet listening. */
  readonly server: Server | null;
  readonly port: number;
  /** The server's event for a connection that can be used. */
  readonly readyEvent: 'connection' | 'secureConnection';
  readonly dial: (peer: Peer) => { readonly socket: Socket; readonly openEvent: 'connect' | 'secureConnect' };
  /** Whether a connection to that place that was opened for `known` will do for `asked`. */
  readonly servesFor: (known: string | null, asked: string | null) => boolean;
}

export interface StreamTransport {
  /** Null where it only dials. */
  readonly port: number | null;
  /** An open connection to that place, or a new one. Rejects with the socket's error or after a time-out. */
  flowTo(peer: Peer, timeoutMs?: number): Promise<Flow>;
  stop(): Promise<void>;
}

const standardLimits: StreamLimits = { connections: 1000, connectionsPerSource: 100, partialMs: 8000 };
const connectTimeoutMs = 5000;
/** How long what a refused stream still sends is read away, so that our refusal is not lost by a reset. */
const lingerMs = 2000;
/** How long a refused stream stays open for the answers to what it sent before. */
const answerMs = 500;
const stopMs = 200;
const keepAliveMs = 60_000;
/** More than this unsent means that the other side does not read. */
const maxUnsentBytes = 1 << 20;
const pong = Buffer.from('\r\n');

interface Connection {
  readonly flow: Flow;
  /** What the other side was dialled as; null for a connection that it opened. */
  readonly name: string | null;
}

/** @throws the socket's own error (EADDRINUSE, EADDRNOTAVAIL, …) */
export async function openStream(wire: StreamWire, options: StreamOptions): Promise<StreamTransport> {
  const { log } = options;
  const limits = { ...standardLimits, ...options.limits };
  const connections = new Map<string, Connection>();
  const sockets = new Set<Socket>();
  /** As accepted: below TLS. */
  const raw = new Set<Socket>();
  const pending = new Map<string, Promise<Flow>>();
  const { server } = wire;
  let listensAt: number | null = null;

  const adopt = (socket: Socket, name: string | null): Flow => {
    // A connection that we opened has a port of its own, but we are reached back at the one we listen on.
    const flow = connectionFlow(socket, { wire, options, port: listensAt ?? socket.localPort ?? 0 });
    const key = keyOf(flow.peer.address, flow.peer.port);
    sockets.add(socket);
    connections.set(key, { flow, name });
    socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
    read(socket, flow, { ...options, partialMs: limits.partialMs, opened: name !== null });
    socket.on('error', (error) => log.debug({ error: error.message }, 'sip connection error'));
    socket.on('close', () => {
      sockets.delete(socket);
      if (connections.get(key)?.flow === flow) connections.delete(key);
    });
    return flow;
  };

  if (server) {
    server.maxConnections = limits.connections;
    limitSources(server, { admits: options.admits, perSource: limits.connectionsPerSource, raw });
    server.on(wire.readyEvent, (socket: Socket) => {
      if (!socket.destroyed) adopt(socket, null);
    });
    await listen(server, wire.port, options.host);
    server.on('error', (error) => log.warn({ error: error.message }, 'sip listener error'));
    const bound = server.address();
    listensAt = typeof bound === 'object' && bound ? bound.port : wire.port;
  }

  const open = async (peer: Peer, timeoutMs: number): Promise<Flow> => {
    const { socket, openEvent } = wire.dial(peer);
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => socket.destroy(timedOut()), timeoutMs);
      socket.once('error', reject);
      socket.once('close', () => clearTimeout(limit));
      socket.once(openEvent, () => {
        clearTimeout(limit);
        socket.off('error', reject);
        resolve();
      });
    });
    return adopt(socket, peer.serverName ?? peer.address);
  };

  return {
    port: listensAt,
    flowTo: async (peer, timeoutMs = connectTimeoutMs) => {
      const key = keyOf(peer.address, peer.port);
      const name = peer.serverName ?? null;
      const known = connections.get(key);
      if (known?.flow.isOpen() && wire.servesFor(known.name, name)) return known.flow;
      const dialled = `${key} ${name ?? ''}`;
      const waiting = pending.get(dialled) ?? open(peer, timeoutMs).finally(() => pending.delete(dialled));
      pending.set(dialled, waiting);
      return waiting;
    },
    stop: async () => {
      const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
      // What was just written (a last BYE) is let out before the connection goes.
      for (const socket of sockets) socket.destroySoon();
      // Those that never finished their handshake have nothing to let out.
      const limit = setTimeout(() => {
        for (const socket of raw) socket.destroy();
      }, stopMs);
      await closed;
      clearTimeout(limit);
    },
  };
}

const keyOf = (address: string, port: number): string => `${address} ${port}`;

const timedOut = (): Error => Object.assign(new Error('connection attempt timed out'), { code: 'ETIMEDOUT' });

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Drops connections of banned sources, and those beyond the share of one source, before anything is read. */
function limitSources(
  server: Server,
  options: {
    readonly admits: (address: string) => boolean;
    readonly perSource: number;
    readonly raw: Set<Socket>;
  },
): void {
  const counts = new Map<string, number>();
  server.prependListener('connection', (socket: Socket) => {
    const address = plainAddress(socket.remoteAddress ?? '');
    const count = counts.get(address) ?? 0;
    // Until a connection is adopted nobody else hears its errors.
    socket.on('error', () => {});
    if (count >= options.perSource || !options.admits(address)) {
      socket.destroy();
      return;
    }
    counts.set(address, count + 1);
    options.raw.add(socket);
    socket.once('close', () => {
      options.raw.delete(socket);
      const left = (counts.get(address) ?? 1) - 1;
      if (left > 0) counts.set(address, left);
      else counts.delete(address);
    });
  });
}

/** Cuts the stream into messages, and closes it when one takes too long or cannot be told from the next. */
function read(
  socket: Socket,
  flow: Flow,
  options: Pick<StreamOptions, 'onArrival' | 'onLost'> & {
    readonly partialMs: number;
    /** We opened it: it may stay silent. */
    readonly opened: boolean;
  },
): void {
  const framer = new StreamFramer();
  const expire = (): NodeJS.Timeout => setTimeout(() => socket.destroy(), options.partialMs).unref();
  let limit: NodeJS.Timeout | null = options.opened ? null : expire();
  const settle = (): void => {
    if (limit !== null) clearTimeout(limit);
    limit = null;
  };
  socket.on('data', (chunk: Buffer) => {
    const frames = framer.push(chunk);
    for (const frame of frames) {
      if (frame.kind === 'message') options.onArrival(frame.octets, flow);
      else if (frame.kind === 'ping') socket.write(pong);
      else {
        options.onLost(frame.octets, flow, frame.cause);
        // Requests that came whole before it may still be with the application.
        setTimeout(() => socket.end(), answerMs).unref();
        setTimeout(() => socket.destroy(), lingerMs).unref();
      }
    }
    // What is complete pays for the time of what has begun after it.
    if (frames.length > 0) settle();
    if (framer.isPartial) limit ??= expire();
  });
  socket.on('close', settle);
}

function connectionFlow(
  socket: Socket,
  context: { readonly wire: StreamWire; readonly options: StreamOptions; readonly port: number },
): Flow {
  const { wire, options, port } = context;
  const peer = {
    transport: wire.transport,
    address: plainAddress(socket.remoteAddress ?? ''),
    port: socket.remotePort ?? 0,
  } as const;
  const own = plainAddress(socket.localAddress ?? '');
  const flow: Flow = {
    peer,
    get local() {
      return { address: options.addressFor(peer.address, own), port };
    },
    reliable: true,
    isOpen: () => socket.writable && !socket.destroyed,
    send: (octets) => {
      if (!socket.writable) return;
      if (socket.writableLength > maxUnsentBytes) {
        socket.destroy();
        return;
      }
      options.onSent(octets, flow);
      socket.write(octets);
    },
  };
  return flow;
}
