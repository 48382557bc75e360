import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../foundation/index.ts';
import { InferenceClient } from './client.ts';
import type { Inference, LoadedModel } from './contract.ts';
import { Supervisor } from './supervisor.ts';

export type * from './contract.ts';
export { ownedBy } from './owned.ts';
export { placeModels } from './placement.ts';
export type { Survey } from './survey.ts';
export { surveyDevices } from './survey.ts';

export interface InferenceStart {
  readonly modelsDir: string;
  readonly log: Log;
  /** Loaded before `startInference` resolves; the other uses follow in the background. */
  readonly uses?: readonly LoadedModel['use'][];
  /** Unix socket or Windows named pipe; a private one of its own when absent. */
  readonly socketPath?: string;
  /** Models in place of those of the starter set. */
  readonly models?: Readonly<Partial<Record<LoadedModel['use'], string>>>;
  /** CPU threads of a language model. */
  readonly threads?: number;
  /** Called once, as soon as others may connect: what they ask for waits until its model is loaded. */
  readonly onListening?: (socketPath: string) => void;
}

export interface InferenceHost extends Inference {
  /** For `connectInference` in other processes; stays the same when the worker is restarted. */
  readonly socketPath: string;
  /** Process id of the worker that runs now; 0 while there is none. */
  readonly pid: number;
  /** Ends the worker. Idempotent. */
  stop(): Promise<void>;
}

const defaultUses = ['stt', 'tts', 'embedding', 'turn'] as const satisfies readonly LoadedModel['use'][];

/**
 * Starts the process that holds the models and connects to it. A worker that dies later is started again.
 *
 * @throws VoxboxError `model_missing`, `model_corrupted`, `inference_failed`, `inference_unavailable`
 */
export async function startInference(options: InferenceStart): Promise<InferenceHost> {
  const ownDirectory = options.socketPath ? null : privateDirectory();
  const socketPath = options.socketPath ?? pathIn(ownDirectory);
  const supervisor = new Supervisor(
    {
      socketPath,
      modelsDir: options.modelsDir,
      uses: options.uses ?? defaultUses,
      models: options.models ?? {},
      threads: options.threads,
    },
    options.log,
  );
  const tidy = async () => {
    if (ownDirectory) await rm(ownDirectory, { recursive: true, force: true });
    else if (process.platform !== 'win32') await rm(socketPath, { force: true });
  };
  try {
    await supervisor.start(() => options.onListening?.(socketPath));
  } catch (error) {
    await tidy();
    throw error;
  }
  const client = new InferenceClient(socketPath, options.log);
  await client.connected();
  const stop = async () => {
    await client.close();
    await supervisor.stop();
    await tidy();
  };
  return {
    socketPath,
    get pid() {
      return supervisor.pid;
    },
    stop,
    close: stop,
    transcribe: (samples, request) => client.transcribe(samples, request),
    synthesise: (speech, request) => client.synthesise(speech, request),
    embed: (texts, request) => client.embed(texts, request),
    generate: (prompt, request) => client.generate(prompt, request),
    openDialogue: (dialogue, request) => client.openDialogue(dialogue, request),
    closeDialogue: (id) => client.closeDialogue(id),
    endOfTurn: (samples, request) => client.endOfTurn(samples, request),
    completeness: (exchange, request) => client.completeness(exchange, request),
    swap: async (use, modelId) => {
      const models = await client.swap(use, modelId);
      supervisor.remember(use, modelId);
      return models;
    },
    loaded: () => client.loaded(),
    devices: () => client.devices(),
  };
}

/**
 * Connects to a worker that another process has started. The connection comes back by itself.
 *
 * @throws VoxboxError `inference_unavailable` when no worker answers within ten seconds
 */
export async function connectInference(socketPath: string, log: Log): Promise<Inference> {
  const client = new InferenceClient(socketPath, log);
  try {
    await client.connected();
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

/** Only this user may speak to the models. Windows pipes have no directory. */
function privateDirectory(): string | null {
  return process.platform === 'win32' ? null : mkdtempSync(join(tmpdir(), 'voxbox-'));
}

function pathIn(directory: string | null): string {
  return directory ? join(directory, 'inference.sock') : `\\\\.\\pipe\\voxbox-${randomUUID()}`;
}
