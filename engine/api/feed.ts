import type { WebSocket } from '@fastify/websocket';
import type { Log } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import type { BoxStatus, FeedMessage } from './contract/index.ts';
import type { LiveCalls } from './live.ts';

export interface Feed {
  /** Sends the snapshot, then everything that happens until the socket closes. */
  join(socket: WebSocket): void;
  /** Tells what neither calls nor stored events do. */
  tell(message: FeedMessage): void;
  /** Idempotent. */
  stop(): void;
}

export interface FeedParts {
  readonly box: Box;
  readonly live: LiveCalls;
  readonly status: () => BoxStatus;
  readonly log: Log;
}

/** A reader that is this far behind is let go; it comes back and gets a fresh snapshot. */
const farthestBehindBytes = 4 * 1024 * 1024;
const statusEveryMs = 1000;
/** A socket that has not answered a ping by the next one is gone. */
const pingEveryMs = 30_000;
/** RFC 6455 §7.4.1 leaves 1013 to the registry: "try again later". */
const tryAgainLater = 1013;

export function createFeed({ box, live, status, log }: FeedParts): Feed {
  const sockets = new Set<WebSocket>();
  const answering = new WeakSet<WebSocket>();
  let lastStatus = '';

  const send = (socket: WebSocket, text: string): void => {
    if (socket.bufferedAmount > farthestBehindBytes) {
      log.warn({ bufferedBytes: socket.bufferedAmount }, 'a reader of the feed fell behind');
      sockets.delete(socket);
      socket.close(tryAgainLater, 'too far behind');
      return;
    }
    socket.send(text);
  };
  const broadcast = (message: FeedMessage): void => {
    if (sockets.size === 0) return;
    const text = JSON.stringify(message);
    for (const socket of [...sockets]) send(socket, text);
  };
  const tellStatus = (): void => {
    if (sockets.size === 0) return;
    const current = status();
    const text = JSON.stringify(current);
    if (text === lastStatus) return;
    lastStatus = text;
    broadcast({ type: 'status.changed', status: current });
  };

  const leaveLive = live.on((event) => {
    broadcast(event);
    if (event.type !== 'call.interim') tellStatus();
  });
  const leaveBox = box.onEvent((event) => broadcast({ type: 'event.stored', event }));
  const statusTimer = setInterval(tellStatus, statusEveryMs).unref();
  const pingTimer = setInterval(() => {
    for (const socket of sockets) {
      if (!answering.delete(socket)) {
        socket.terminate();
        continue;
      }
      socket.ping();
    }
  }, pingEveryMs).unref();

  return {
    tell: broadcast,
    join(socket) {
      answering.add(socket);
      socket.on('pong', () => answering.add(socket));
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', (error) => log.debug({ error }, 'a reader of the feed broke off'));
      const current = status();
      if (sockets.size === 0) lastStatus = JSON.stringify(current);
      // Nothing can happen between the snapshot and the first event: both belong to this tick.
      sockets.add(socket);
      send(
        socket,
        JSON.stringify({ type: 'snapshot', status: current, calls: live.list() } satisfies FeedMessage),
      );
    },
    stop() {
      leaveLive();
      leaveBox();
      clearInterval(statusTimer);
      clearInterval(pingTimer);
      for (const socket of sockets) socket.close(1001, 'the engine stops');
      sockets.clear();
    },
  };
}
