import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { toErrorShape, VoxboxError } from '../foundation/index.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import { House } from './house.ts';
import {
  type ClientMessage,
  type HouseWork,
  type SupervisorMessage,
  useOf,
  type Work,
  type WorkerConfig,
  type WorkerMessage,
  type WorkerReport,
} from './messages.ts';

/*
 * Entry of the process that holds the models. It lives and dies with the process that started it. A model
 * that cannot be loaded closes its own lane only: the process stays, so that nothing restarts in a circle.
 */

const report = (message: WorkerReport) => process.send?.(message);

/** One client: reads requests, answers each exactly once, forgets those of a client that has gone. */
function serveClient(socket: Socket, house: House): void {
  const reader = new FrameReader();
  const running = new Map<number, AbortController>();
  /** Opened and not closed: their calls end with this client. */
  const dialogues = new Set<string>();
  const send = (message: WorkerMessage) => {
    if (!socket.destroyed) socket.write(encodeFrame(message));
  };
  const handle = async (message: ClientMessage) => {
    if (message.type === 'abort') {
      running.get(message.id)?.abort();
      return;
    }
    const { id, work, priority, owner, timeoutMs } = message;
    if (work.kind === 'open-dialogue') dialogues.add(work.id);
    if (work.kind === 'close-dialogue') dialogues.delete(work.id);
    const controller = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => controller.abort(late()), timeoutMs);
    running.set(id, controller);
    try {
      const onText = (text: string) => {
        if (work.kind === 'generate' && work.stream) send({ type: 'text', id, text });
      };
      const result = isHouseWork(work)
        ? await house.run(work)
        : await house.lanes[useOf[work.kind]].submit({
            ...{ work, priority, owner, onText },
            signal: controller.signal,
          });
      send({ type: 'result', id, result });
    } catch (error) {
      send({ type: 'error', id, error: toErrorShape(error, 'inference_failed') });
    } finally {
      clearTimeout(timer);
      running.delete(id);
    }
  };
  socket.on('data', (piece: Buffer) => {
    try {
      for (const message of reader.push(piece)) void handle(message as ClientMessage);
    } catch {
      socket.destroy(); // no frames: not one of ours
    }
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    for (const controller of running.values()) controller.abort();
    for (const id of dialogues) void house.closeDialogue(id);
  });
}

const isHouseWork = (work: Work): work is HouseWork =>
  work.kind === 'swap' || work.kind === 'loaded' || work.kind === 'devices';

const late = () => new VoxboxError('deadline_exceeded', 'the request was not finished in time');

function start(config: WorkerConfig): void {
  const house = new House(config, report);
  const server = createServer((socket) => serveClient(socket, house));
  if (process.platform !== 'win32') {
    mkdirSync(dirname(config.socketPath), { recursive: true, mode: 0o700 });
    rmSync(config.socketPath, { force: true }); // left over from a process that was killed
  }
  server.on('error', (error) => {
    throw new VoxboxError('inference_unavailable', 'the socket cannot be opened', { cause: error });
  });
  server.listen(config.socketPath, () => {
    report({ type: 'listening' });
    void house.open();
  });
}

try {
  // audio that must leave every 20 ms goes first
  setPriority(5);
} catch {
  // not allowed here; everything works all the same
}
process.on('disconnect', () => process.exit(0));
process.on('message', (message: SupervisorMessage) => {
  if (message.type === 'start') start(message.config);
  else if (message.type === 'ping') report({ type: 'pong' });
  else process.exit(0);
});
