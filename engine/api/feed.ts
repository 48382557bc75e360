import type { WebSocket } from '@fastify/websocket';
import type { Log } from '../foundation/index.ts';
import type { Box } from '../store/index.ts';
import type { Who } from './access/index.ts';
import { changesRights, hears, isFor } from './access/visibility.ts';
import type { BoxStatus, FeedMessage } from './contract/index.ts';
import { missedSince, parsePositions, positionsOf } from './feed-resume.ts';
import type { LiveCalls } from './live.ts';

/** Somebody who listens. */
export interface Reader {
  readonly who: Who;
  /** Who it is by now; null where they may not listen any more. */
  readonly still: () => Who | null;
  /** How far they had heard when the connection broke. */
  readonly after?: string;
}

export interface Feed {
  /** Sends the snapshot, then everything that is for them until the socket closes. */
  join(socket: WebSocket, reader: Reader): void;
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
/** RFC 6455 §7.4.2 leaves 4000-4999 to us. */
const signedOut = 4401;
const rightsChanged = 4403;

export function createFeed({ box, live, status, log }: FeedParts): Feed {
  const readers = new Map<WebSocket, Reader>();
  const answering = new WeakSet<WebSocket>();
  /** What comes of a call that has just ended names it by its id alone. */
  const tenantOfCall = new Map(live.list().map(({ callId, tenantId }) => [callId, tenantId]));
  let lastStatus = '';

  const send = (socket: WebSocket, text: string): void => {
    if (socket.bufferedAmount > farthestBehindBytes) {
      log.warn({ bufferedBytes: socket.bufferedAmount }, 'a reader of the feed fell behind');
      readers.delete(socket);
      socket.close(tryAgainLater, 'too far behind');
      return;
    }
    socket.send(text);
  };
  const tenantOf = (callId: string): string | null => tenantOfCall.get(callId) ?? null;
  const broadcast = (message: FeedMessage): void => {
    if (readers.size === 0) return;
    let text = '';
    for (const [socket, { who }] of [...readers]) {
      if (!isFor(who, message, tenantOf)) continue;
      text ||= JSON.stringify(message);
      send(socket, text);
    }
  };
  const tellStatus = (): void => {
    if (readers.size === 0) return;
    const current = status();
    const text = JSON.stringify(current);
    if (text === lastStatus) return;
    lastStatus = text;
    broadcast({ type: 'status.changed', status: current });
  };
  /** Whoever may see something else by now comes back and gets a fresh snapshot, or is told to sign in. */
  const look = (socket: WebSocket, { who, still }: Reader): void => {
    const now = still();
    if (now && JSON.stringify(now.rights) === JSON.stringify(who.rights)) return;
    readers.delete(socket);
    if (now) socket.close(rightsChanged, 'the rights have changed');
    else socket.close(signedOut, 'signed out');
  };
  const lookAtAll = (): void => {
    for (const [socket, reader] of [...readers]) look(socket, reader);
  };

  const leaveLive = live.on((event) => {
    if (event.type === 'call.updated') tenantOfCall.set(event.call.callId, event.call.tenantId);
    broadcast(event);
    if (event.type === 'call.removed') tenantOfCall.delete(event.callId);
    if (event.type !== 'call.interim') tellStatus();
  });
  const leaveBox = box.onEvent((event) => {
    broadcast({ type: 'event.stored', event });
    if (changesRights(event)) lookAtAll();
  });
  const statusTimer = setInterval(tellStatus, statusEveryMs).unref();
  const pingTimer = setInterval(() => {
    // A session that nobody used for long is over, though its page is still open.
    lookAtAll();
    for (const socket of readers.keys()) {
      if (!answering.delete(socket)) {
        socket.terminate();
        continue;
      }
      socket.ping();
    }
  }, pingEveryMs).unref();

  return {
    tell: broadcast,
    join(socket, reader) {
      answering.add(socket);
      socket.on('pong', () => answering.add(socket));
      socket.on('close', () => readers.delete(socket));
      socket.on('error', (error) => log.debug({ error }, 'a reader of the feed broke off'));
      const current = status();
      if (readers.size === 0) lastStatus = JSON.stringify(current);
      // Nothing can happen between the snapshot and the first event: both belong to this tick.
      for (const message of beginning(reader, current)) send(socket, JSON.stringify(message));
      readers.set(socket, reader);
    },
    stop() {
      leaveLive();
      leaveBox();
      clearInterval(statusTimer);
      clearInterval(pingTimer);
      for (const socket of readers.keys()) socket.close(1001, 'the engine stops');
      readers.clear();
    },
  };

  /** The present, and what was missed of the past where that is known. */
  function beginning({ who, after }: Reader, current: BoxStatus): FeedMessage[] {
    const heard = parsePositions(after);
    const tenantIds = box.tenants
      .list()
      .map(({ id }) => id)
      .filter((id) => hears(who, id));
    const missed = heard ? missedSince(box, tenantIds, heard) : null;
    const calls = live.list().filter((call) => hears(who, call.tenantId));
    for (const { callId, tenantId } of calls) tenantOfCall.set(callId, tenantId);
    const stored = (missed ?? []).map((event): FeedMessage => ({ type: 'event.stored', event }));
    return [
      {
        ...{ type: 'snapshot', status: current, calls, resumed: missed !== null },
        positions: positionsOf(box, tenantIds),
      },
      ...stored.filter((message) => isFor(who, message, tenantOf)),
    ];
  }
}
