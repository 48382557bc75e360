import { join } from 'node:path';
import type { Config, Log } from '../foundation/index.ts';
import { isVoxboxError } from '../foundation/index.ts';
import { type InferenceHost, type LoadedModel, startInference } from '../inference/index.ts';
import type { Box } from '../store/index.ts';
import { snapshotOf } from './router.ts';
import { type CallWorker, type StartedCallWorker, startCallWorker } from './worker-client.ts';

/** What it takes to carry calls: the models' process and the calls' process. */
export interface Serving {
  /** Null while no calls can be carried at all. */
  worker(): CallWorker | null;
  /** Whether agents can answer: the models are there. */
  hasAgents(): boolean;
  /** Why no calls are taken, in words; null when they are. */
  trouble(): string | null;
  health(): {
    readonly status: 'starting' | 'ready' | 'degraded';
    readonly models: ServedModel[];
    readonly problems: string[];
  };
  /** Settles after the first try, whether it went well or not. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

interface ServedModel {
  readonly id: string;
  readonly kind: string;
  readonly state: 'loaded';
}

/** How often a box without working models looks whether they are there now. */
const retryMs = 15_000;

/** Brings both processes up; after a failure it tries again until it is stopped. */
export function startServing(options: { config: Config; box: Box; log: Log }): Serving {
  const { log } = options;
  const stopping = new AbortController();
  let worker: StartedCallWorker | null = null;
  let up: { inference: InferenceHost; models: readonly LoadedModel[] } | null = null;
  let trouble: string | null = 'the models are being loaded';
  let tried = false;
  let retry: NodeJS.Timeout | undefined;

  const attempt = async (): Promise<void> => {
    try {
      // Calls between people need no models: they are carried while those are loaded, or missing.
      worker ??= await bringWorkerUp(options);
      up = await bringModelsUp(worker, options);
      trouble = null;
      log.info({ models: up.models }, 'calls are taken');
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

  return {
    worker: () => worker,
    hasAgents: () => up !== null,
    trouble: () => trouble,
    health: () => ({
      status: trouble === null ? 'ready' : tried ? 'degraded' : 'starting',
      models: (up?.models ?? []).map(({ id, use }) => ({ id, kind: use, state: 'loaded' })),
      problems: trouble === null ? [] : [trouble],
    }),
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
      phraseDir: join(config.dataDir, 'phrases'),
      logLevel: config.logLevel,
      logFile: join(config.dataDir, 'logs', 'calls.log'),
      logPersonalData: config.logPersonalData,
    },
  });

async function bringModelsUp(
  worker: StartedCallWorker,
  { config, box, log }: { config: Config; box: Box; log: Log },
): Promise<{ inference: InferenceHost; models: readonly LoadedModel[] }> {
  const inference = await startInference({ modelsDir: config.modelsDir, log });
  try {
    await worker.connectModels(inference.socketPath);
    for (const tenant of box.tenants.list()) {
      const snapshot = snapshotOf(box, tenant, box.tenant(tenant.id));
      await worker.request({ kind: 'prepare', snapshot });
    }
    return { inference, models: await inference.loaded() };
  } catch (error) {
    await inference.stop();
    throw error;
  }
}
