import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type ErrorShape, fromErrorShape, toErrorShape } from '../foundation/index.ts';
import type { LoadedModel } from './contract.ts';
import type { Engine, EngineStart } from './engines/engine.ts';
import { loadMoonshine } from './engines/moonshine.ts';
import { loadSmartTurn } from './engines/smart-turn.ts';
import { loadVoices } from './engines/voices.ts';
import type { Work, WorkResult } from './messages.ts';

/*
 * onnxruntime computes on the thread that calls it. Each of its engines therefore lives in a thread of
 * its own; this file is both ends of the way there.
 */

/** Uses whose engines run on onnxruntime. */
export type ThreadUse = 'stt' | 'tts' | 'turn';

interface ThreadConfig {
  readonly use: ThreadUse;
  readonly start: EngineStart;
}

type ToThread =
  | { readonly type: 'run'; readonly id: number; readonly work: Work }
  | { readonly type: 'abort'; readonly id: number };

type FromThread =
  | { readonly type: 'loaded'; readonly models: readonly LoadedModel[] }
  | { readonly type: 'load-failed'; readonly error: ErrorShape }
  | {
      readonly type: 'result';
      readonly id: number;
      readonly result: WorkResult[keyof WorkResult];
      readonly models: readonly LoadedModel[];
    }
  | { readonly type: 'error'; readonly id: number; readonly error: ErrorShape };

const loaders: Record<ThreadUse, (start: EngineStart) => Promise<Engine>> = {
  stt: loadMoonshine,
  tts: loadVoices,
  turn: loadSmartTurn,
};

/**
 * Starts a thread with one engine in it and resolves when the engine is ready.
 *
 * @throws VoxboxError `model_missing`, `model_corrupted` or `inference_failed`
 */
export async function startEngineThread(config: ThreadConfig): Promise<Engine> {
  const thread = new Worker(new URL(import.meta.url), {
    workerData: config,
    name: `inference-${config.use}`,
  });
  // an error inside a thread that is not a request's own leaves nothing to go on with
  thread.on('error', (error) => {
    setImmediate(() => {
      throw error;
    });
  });
  const [first]: FromThread[] = await once(thread, 'message');
  if (first?.type !== 'loaded') {
    await thread.terminate();
    throw fromErrorShape(
      first?.type === 'load-failed' ? first.error : { code: 'inference_failed', message: 'no answer' },
    );
  }
  let models = first.models;
  let lastId = 0;
  const pending = new Map<number, PromiseWithResolvers<WorkResult[keyof WorkResult]>>();
  thread.on('message', (message: FromThread) => {
    if (message.type !== 'result' && message.type !== 'error') return;
    const request = pending.get(message.id);
    pending.delete(message.id);
    if (message.type === 'result') {
      models = message.models;
      request?.resolve(message.result);
    } else {
      request?.reject(fromErrorShape(message.error));
    }
  });
  const send = (message: ToThread) => thread.postMessage(message);
  return {
    models: () => models,
    run: async (work, { signal }) => {
      lastId += 1;
      const id = lastId;
      const request = Promise.withResolvers<WorkResult[keyof WorkResult]>();
      pending.set(id, request);
      const abort = () => send({ type: 'abort', id });
      signal.addEventListener('abort', abort, { once: true });
      send({ type: 'run', id, work });
      try {
        return await request.promise;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    close: async () => void (await thread.terminate()),
  };
}

/** The other end: inside the thread. */
async function serve(config: ThreadConfig): Promise<void> {
  const reply = (message: FromThread) => parentPort?.postMessage(message);
  let engine: Engine;
  try {
    engine = await loaders[config.use](config.start);
  } catch (error) {
    reply({ type: 'load-failed', error: toErrorShape(error, 'inference_failed') });
    return;
  }
  const running = new Map<number, AbortController>();
  const run = async (id: number, work: Work) => {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const result = await engine.run(work, { signal: controller.signal, onText: () => {}, live: true });
      reply({ type: 'result', id, result, models: engine.models() });
    } catch (error) {
      const code = controller.signal.aborted ? 'aborted' : 'inference_failed';
      reply({ type: 'error', id, error: toErrorShape(error, code) });
    } finally {
      running.delete(id);
    }
  };
  parentPort?.on('message', (message: ToThread) => {
    if (message.type === 'run') void run(message.id, message.work);
    else running.get(message.id)?.abort();
  });
  reply({ type: 'loaded', models: engine.models() });
}

if (!isMainThread && isThreadConfig(workerData)) await serve(workerData);

function isThreadConfig(data: unknown): data is ThreadConfig {
  return typeof data === 'object' && data !== null && 'use' in data && 'start' in data;
}
