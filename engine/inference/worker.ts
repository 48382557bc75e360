import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { dirname } from 'node:path';
import { toErrorShape, VoxboxError } from '../foundation/index.ts';
import { type DevicePlan, openLlama, planDevice } from './device.ts';
import { startEngineThread } from './engine-thread.ts';
import { loadEmbedding } from './engines/embedding.ts';
import type { Engine } from './engines/engine.ts';
import { loadLlm } from './engines/llm.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import { Lane } from './lane.ts';
import {
  type ClientMessage,
  type ModelUse,
  type SupervisorMessage,
  useOf,
  type WorkerConfig,
  type WorkerMessage,
  type WorkerReport,
} from './messages.ts';

/*
 * Entry of the process that holds the models. It lives and dies with the process that started it. A model
 * that cannot be loaded closes its own lane only: the process stays, so that nothing restarts in a circle.
 */

const report = (message: WorkerReport) => process.send?.(message);

type Lanes = Readonly<Record<ModelUse, Lane>>;

async function loadEngines(
  use: ModelUse,
  options: { config: WorkerConfig; plan: DevicePlan; llama: () => ReturnType<typeof openLlama> },
): Promise<{ engines: Engine[]; slotsEach: number }> {
  const { config, plan } = options;
  if (use === 'embedding') {
    return { engines: [await loadEmbedding(config.modelsDir, await options.llama())], slotsEach: 1 };
  }
  if (use === 'llm') {
    return {
      engines: [await loadLlm(config.modelsDir, await options.llama(), plan)],
      slotsEach: plan.llmSlots,
    };
  }
  const count = use === 'stt' ? plan.sttSlots : use === 'tts' ? plan.ttsSlots : 1;
  const thread = { use, modelsDir: config.modelsDir, sessionThreads: plan.sessionThreads };
  return {
    engines: await Promise.all(Array.from({ length: count }, () => startEngineThread(thread))),
    slotsEach: 1,
  };
}

async function openLanes(config: WorkerConfig, lanes: Lanes): Promise<void> {
  const plan = planDevice(config.threads);
  let opened: ReturnType<typeof openLlama> | null = null;
  const llama = () => {
    opened ??= openLlama();
    return opened;
  };
  const open = async (use: ModelUse) => {
    try {
      const { engines, slotsEach } = await loadEngines(use, { config, plan, llama });
      lanes[use].open(engines, slotsEach);
      for (const model of lanes[use].models()) report({ type: 'loaded', model });
    } catch (error) {
      lanes[use].fail(error);
      report({ type: 'load-failed', use, error: toErrorShape(error, 'inference_failed') });
    }
  };
  await Promise.all(config.uses.map(open));
  report({ type: 'ready' });
  const later = (['stt', 'tts', 'embedding', 'turn', 'llm'] as const).filter(
    (use) => !config.uses.includes(use),
  );
  for (const use of later) await open(use);
}

/** One client: reads requests, answers each exactly once, forgets those of a client that has gone. */
function serveClient(socket: Socket, lanes: Lanes): void {
  const reader = new FrameReader();
  const running = new Map<number, AbortController>();
  const send = (message: WorkerMessage) => {
    if (!socket.destroyed) socket.write(encodeFrame(message));
  };
  const handle = async (message: ClientMessage) => {
    if (message.type === 'abort') {
      running.get(message.id)?.abort();
      return;
    }
    const { id, work, priority, timeoutMs } = message;
    if (work.kind === 'loaded') {
      send({ type: 'result', id, result: Object.values(lanes).flatMap((lane) => lane.models()) });
      return;
    }
    const controller = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => controller.abort(late()), timeoutMs);
    running.set(id, controller);
    try {
      const onText = (text: string) => {
        if (work.kind === 'generate' && work.stream) send({ type: 'text', id, text });
      };
      const lane = lanes[useOf[work.kind]];
      const result = await lane.submit({ work, priority, signal: controller.signal, onText });
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
  });
}

const late = () => new VoxboxError('deadline_exceeded', 'the request was not finished in time');

function start(config: WorkerConfig): void {
  const lanes: Lanes = {
    stt: new Lane(),
    tts: new Lane(),
    embedding: new Lane(),
    turn: new Lane(),
    // one generation at a time may be a background one
    llm: new Lane(1),
  };
  const server = createServer((socket) => serveClient(socket, lanes));
  if (process.platform !== 'win32') {
    mkdirSync(dirname(config.socketPath), { recursive: true, mode: 0o700 });
    rmSync(config.socketPath, { force: true }); // left over from a process that was killed
  }
  server.on('error', (error) => {
    throw new VoxboxError('inference_unavailable', 'the socket cannot be opened', { cause: error });
  });
  server.listen(config.socketPath, () => {
    report({ type: 'listening' });
    void openLanes(config, lanes);
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
  else process.exit(0);
});
