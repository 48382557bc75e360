import { freemem } from 'node:os';
import { listModels, type ModelState, type PullProgress, pullModels } from '../../models/index.ts';
import { errorCatalogue, type Log, toErrorShape, VoxboxError } from '../foundation/index.ts';
import type { BoxStatus, CatalogueModel, ModelDownload, ModelProgress } from './contract/index.ts';
import type { Serve } from './method-server.ts';
import { fitOf } from './model-fit.ts';

export interface ModelParts {
  readonly modelsDir: string;
  /** What is in use, and what the machine has. */
  readonly status: () => Pick<BoxStatus, 'models' | 'devices'>;
  readonly tell: (progress: ModelProgress) => void;
  readonly log: Log;
  /** Stands in for the process's environment where models are fetched; see `pullModels`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends every download; what has come stays. */
  readonly signal: AbortSignal;
}

/** The feed hears of a download no more often than this. */
const tellEveryMs = 500;

/** Serves the methods of models that need no engine: what there is, and bringing it here. */
export function serveModels(serve: Serve, parts: ModelParts): void {
  const downloads = new Downloads(parts);
  const known = async (id: string): Promise<ModelState> => {
    const model = (await listModels(parts.modelsDir)).find((one) => one.id === id);
    if (!model) throw new VoxboxError('not_found', `there is no model ${id} in the catalogue`);
    return model;
  };
  serve('model.list', async () => {
    const models = await listModels(parts.modelsDir);
    const { devices } = parts.status();
    const inUse = new Map(devices.flatMap(({ kind, models }) => models.map((id) => [id, kind] as const)));
    return { models: models.map((model) => modelAnswer(model, { inUse, devices, downloads })) };
  });
  serve('model.download', async ({ id }) => ({ download: downloads.start(await known(id)) }));
  serve('model.cancel', ({ id }) => ({ download: downloads.cancel(id) }));
}

function modelAnswer(
  model: ModelState,
  {
    inUse,
    devices,
    downloads,
  }: { inUse: ReadonlyMap<string, string>; devices: BoxStatus['devices']; downloads: Downloads },
): CatalogueModel {
  const { group: _, ...rest } = model;
  // The calls' process hears with it, on the processor, as soon as it is there.
  const heardWith = model.use === 'vad' && model.state === 'ready' ? 'cpu' : null;
  const device = inUse.get(model.id) ?? heardWith;
  const fit = fitOf(model, { devices, runsOn: device, freeRamBytes: freemem() });
  return { ...rest, device, fit, download: downloads.of(model.id) };
}

interface Running {
  readonly stop: AbortController;
  /** By file or package. */
  readonly pieces: Map<string, { readonly bytes: number; readonly totalBytes: number }>;
  download: ModelDownload;
  toldAtMs: number;
}

/** The downloads since the engine started, by model. */
class Downloads {
  readonly #parts: ModelParts;
  readonly #byModel = new Map<string, Running>();

  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  of(id: string): ModelDownload | null {
    return this.#byModel.get(id)?.download ?? null;
  }

  start(model: ModelState): ModelDownload {
    const { id, bytes: totalBytes, page } = model;
    const before = this.of(id);
    if (before?.state === 'running') return before;
    if (totalBytes === 0) {
      const where = page === null ? '' : `; read about it at ${page}`;
      throw new VoxboxError('input_invalid', `${id} is not fetched by the box${where}`);
    }
    const download = {
      state: 'running',
      file: null,
      source: null,
      bytes: 0,
      totalBytes,
      failure: null,
    } as const;
    const running: Running = { stop: new AbortController(), pieces: new Map(), download, toldAtMs: 0 };
    this.#byModel.set(id, running);
    void this.#pull(id, running);
    return download;
  }

  cancel(id: string): ModelDownload {
    const running = this.#byModel.get(id);
    if (running?.download.state !== 'running') {
      throw new VoxboxError('not_found', `${id} is not being downloaded`);
    }
    running.stop.abort();
    this.#become(id, running, { state: 'stopped' });
    return running.download;
  }

  async #pull(id: string, running: Running): Promise<void> {
    const { modelsDir, log, env, signal } = this.#parts;
    try {
      await pullModels({
        ...{ modelsDir, ids: [id], log, env },
        signal: AbortSignal.any([signal, running.stop.signal]),
        onProgress: (progress) => this.#heard(id, running, progress),
      });
      if (running.download.state !== 'running') return;
      this.#become(id, running, { state: 'done', bytes: running.download.totalBytes });
    } catch (error) {
      if (running.download.state !== 'running') return;
      const { code, message } = toErrorShape(error, 'model_source_unreachable');
      if (code === 'aborted') return this.#become(id, running, { state: 'stopped' });
      log.warn({ model: id, err: error }, 'a model could not be downloaded');
      const failure = { code, message, help: errorCatalogue[code].help };
      this.#become(id, running, { state: 'failed', failure });
    }
  }

  #heard(id: string, running: Running, { file, source, bytes, totalBytes }: PullProgress): void {
    if (running.download.state !== 'running') return;
    running.pieces.set(file, { bytes, totalBytes });
    const all = [...running.pieces.values()];
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const nowMs = performance.now();
    const change = {
      ...{ file, source, bytes: sum(all.map((piece) => piece.bytes)) },
      // Packages are larger than what is taken out of them, and their number shows as they come.
      totalBytes: Math.max(running.download.totalBytes, sum(all.map((piece) => piece.totalBytes))),
    };
    running.download = { ...running.download, ...change };
    if (nowMs - running.toldAtMs < tellEveryMs) return;
    running.toldAtMs = nowMs;
    this.#parts.tell({ type: 'model.progressed', model: id, download: running.download });
  }

  #become(id: string, running: Running, change: Partial<ModelDownload>): void {
    running.download = { ...running.download, ...change };
    this.#parts.tell({ type: 'model.progressed', model: id, download: running.download });
  }
}
