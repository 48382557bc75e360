import { join } from 'node:path';
import { z } from 'zod';
import { findModel } from '../../models/index.ts';
import type { Config, Log, ProviderHealth } from '../foundation/index.ts';
import { isVoxboxError, VoxboxError } from '../foundation/index.ts';
import {
  type DeviceReport,
  type Inference,
  type InferenceHost,
  type LoadedModel,
  startInference,
} from '../inference/index.ts';
import type { Box } from '../store/index.ts';
import { providerChains } from './providers.ts';
import { snapshotOf } from './router.ts';
import { type CallWorker, type StartedCallWorker, startCallWorker } from './worker-client.ts';

/** What it takes to carry calls: the models' process and the calls' process. */
export interface Serving {
  /** Null while no calls can be carried at all. */
  worker(): CallWorker | null;
  /** Whether agents can answer: the models are there. */
  hasAgents(): boolean;
  /** The models, for what is not a call; null while they are not there. */
  inference(): Inference | null;
  /** How providers have been doing in calls, by `healthId`. */
  providerHealth(): readonly ProviderHealth[];
  /** Why no calls are taken, in words; null when they are. */
  trouble(): string | null;
  health(): {
    readonly status: 'starting' | 'ready' | 'degraded';
    readonly models: ServedModel[];
    readonly devices: readonly DeviceReport[];
    readonly problems: string[];
  };
  /**
   * Serves with another model from now on, and after the next start. What is under way ends with the old one.
   *
   * @throws VoxboxError `model_missing`, `model_corrupted`, `model_too_large`, `inference_unavailable`
   */
  useModel(id: string): Promise<ServedModel[]>;
  /** Settles after the first try, whether it went well or not. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

interface ServedModel {
  readonly id: string;
  readonly kind: string;
  readonly state: 'loaded';
}

const servedModel = ({ id, use }: LoadedModel): ServedModel => ({ id, kind: use, state: 'loaded' });

/** What the owner of the box chose in place of the starter models, by use. */
const chosenModels = {
  key: 'models',
  schema: z.partialRecord(z.enum(['stt', 'tts', 'llm', 'embedding', 'turn']), z.string()),
};

/** Models and devices, as they were at that time (monotonic). */
interface Seen {
  readonly models: readonly LoadedModel[];
  readonly devices: readonly DeviceReport[];
  atMs: number;
}

const lookAgainMs = 5_000;
const nothingSeen: Pick<Seen, 'models' | 'devices'> = { models: [], devices: [] };

const look = async (inference: InferenceHost): Promise<Seen> => ({
  models: await inference.loaded(),
  devices: await inference.devices(),
  atMs: performance.now(),
});

/** How often a box without working models looks whether they are there now. */
const retryMs = 15_000;

/** Brings both processes up; after a failure it tries again until it is stopped. */
export function startServing(options: { config: Config; box: Box; log: Log }): Serving {
  const { log } = options;
  const stopping = new AbortController();
  let worker: StartedCallWorker | null = null;
  let up: { readonly inference: InferenceHost; seen: Seen } | null = null;
  let trouble: string | null = 'the models are being loaded';
  let tried = false;
  let retry: NodeJS.Timeout | undefined;

  const attempt = async (): Promise<void> => {
    try {
      const { box, config } = options;
      const chosen = box.settings.get(chosenModels.key, chosenModels.schema) ?? {};
      const socket = Promise.withResolvers<string>();
      const models = startInference({
        ...{ modelsDir: config.modelsDir, log, models: chosen },
        onListening: socket.resolve,
      });
      // told below, once it is waited for
      models.catch(socket.reject);
      socket.promise.catch(() => {});
      // Calls between people need no models: they are carried while those are loaded, or missing.
      worker ??= await bringWorkerUp(options).catch(async (error) => {
        await models.then((started) => started.stop()).catch(() => {});
        throw error;
      });
      const inference = await bringModelsUp(worker, { models, socket: socket.promise }, options);
      up = { inference, seen: await look(inference) };
      trouble = null;
      log.info({ models: up.seen.models }, 'calls are taken');
    } catch (error) {
      trouble = isVoxboxError(error) ? `${error.message} ${error.entry.help}` : String(error);
      log.error({ err: error }, 'calls cannot be taken');
      if (!stopping.signal.aborted) retry = setTimeout(tryAgain, retryMs);
    } finally {
      tried = true;
    }
  };
  let current = attempt();
  const tryAgain = (): void => {
    current = attempt();
  };

  /** What was seen last; what was seen long ago is looked at again for whoever asks next. */
  const shown = () => {
    const { models, devices } = up?.seen ?? nothingSeen;
    if (up && performance.now() - up.seen.atMs > lookAgainMs) {
      const { inference } = up;
      up.seen.atMs = performance.now();
      void look(inference)
        .then((seen) => {
          if (up?.inference === inference) up.seen = seen;
        })
        // a worker that is being restarted has nothing to show
        .catch(() => {});
    }
    return { models: models.map(servedModel), devices };
  };

  return {
    worker: () => worker,
    hasAgents: () => up !== null,
    inference: () => up?.inference ?? null,
    providerHealth: () => worker?.providerHealth() ?? [],
    trouble: () => trouble,
    health: () => ({
      status: trouble === null ? 'ready' : tried ? 'degraded' : 'starting',
      ...shown(),
      problems: trouble === null ? [] : [trouble],
    }),
    async useModel(id) {
      if (!up) throw new VoxboxError('inference_unavailable', trouble ?? 'the models are not there');
      const { inference } = up;
      const { use } = findModel(id);
      if (use === 'vad') throw new VoxboxError('input_invalid', `${id}: this use has one model`);
      await inference.swap(use, id);
      const { key, schema } = chosenModels;
      options.box.settings.set(key, schema, { ...options.box.settings.get(key, schema), [use]: id });
      up.seen = await look(inference);
      log.info({ id, use }, 'model in use');
      return up.seen.models.map(servedModel);
    },
    ready: current,
    async stop() {
      stopping.abort();
      clearTimeout(retry);
      await current;
      const parts = up;
      up = null;
      trouble = 'the engine is stopping';
      await worker?.stop();
      worker = null;
      await parts?.inference.stop();
    },
  };
}

const bringWorkerUp = ({ config, log }: { config: Config; log: Log }): Promise<StartedCallWorker> =>
  startCallWorker({
    log,
    init: {
      rtpHost: config.sipHost,
      rtpPortMin: config.rtpPortMin,
      rtpPortMax: config.rtpPortMax,
      modelsDir: config.modelsDir,
      phraseDir: join(config.dataDir, 'phrases'),
      logLevel: config.logLevel,
      logFile: join(config.dataDir, 'logs', 'calls.log'),
      logPersonalData: config.logPersonalData,
    },
  });

async function bringModelsUp(
  worker: StartedCallWorker,
  { models, socket }: { readonly models: Promise<InferenceHost>; readonly socket: Promise<string> },
  { box }: { readonly box: Box },
): Promise<InferenceHost> {
  // What it reads first needs one model only: it does so while the others are loaded.
  const connected = socket.then((path) => worker.connectModels(path));
  connected.catch(() => {});
  const inference = await models;
  try {
    await connected;
    for (const tenant of box.tenants.list()) {
      const snapshot = snapshotOf(box, tenant, box.tenant(tenant.id));
      await worker.request({ kind: 'prepare', snapshot, providers: providerChains(box, tenant.id) });
    }
    return inference;
  } catch (error) {
    await inference.stop();
    throw error;
  }
}
