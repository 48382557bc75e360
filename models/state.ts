import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VoxboxError } from '../engine/foundation/index.ts';
import type { Model } from './model.ts';

/**
 * Beside the files of a model lies `.verified`: size, time of change and checksum of each file when
 * it was last hashed. A file that still has that size and time is taken as good in milliseconds.
 */
const markerName = '.verified';

interface Mark {
  readonly sha256: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

export type FileState = 'ready' | 'missing' | 'corrupted';

export async function sha256OfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20, signal })) hash.update(piece);
  return hash.digest('hex');
}

async function readMarks(directory: string): Promise<Record<string, Mark>> {
  try {
    return JSON.parse(await readFile(join(directory, markerName), 'utf8'));
  } catch {
    return {}; // absent or damaged: the files are hashed again
  }
}

async function writeMarks(directory: string, marks: Record<string, Mark>): Promise<void> {
  const path = join(directory, markerName);
  const draft = `${path}.${process.pid}`;
  try {
    await writeFile(draft, JSON.stringify(marks));
    await rename(draft, path);
  } catch {
    // a models directory that cannot be written works all the same, only slower at each start
  }
}

/**
 * State of each file of one model, by name.
 *
 * @param full hashes every file, whatever the marker says
 */
export async function fileStates(
  modelsDir: string,
  model: Model,
  options: { readonly full: boolean },
): Promise<ReadonlyMap<string, FileState>> {
  const directory = join(modelsDir, model.id);
  const marks = await readMarks(directory);
  const fresh: Record<string, Mark> = {};
  const states = new Map<string, FileState>();
  let changed = false;
  for (const file of model.files) {
    const path = join(directory, file.name);
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) {
      states.set(file.name, 'missing');
      continue;
    }
    const mark = marks[file.name];
    const trusted =
      !options.full &&
      mark?.sha256 === file.sha256 &&
      mark.bytes === found.size &&
      mark.mtimeMs === found.mtimeMs;
    const good = found.size === file.bytes && (trusted || (await sha256OfFile(path)) === file.sha256);
    states.set(file.name, good ? 'ready' : 'corrupted');
    if (good) fresh[file.name] = { sha256: file.sha256, bytes: found.size, mtimeMs: found.mtimeMs };
    if (!trusted) changed = true;
  }
  if (changed) await writeMarks(directory, fresh);
  return states;
}

/** @throws VoxboxError `model_missing` or `model_corrupted`, naming the file */
export async function requireFiles(
  modelsDir: string,
  model: Model,
  options: { readonly full: boolean },
): Promise<void> {
  if (model.files.length === 0) {
    throw new VoxboxError(
      'model_missing',
      `${model.id} is listed for orientation only and has no files here`,
    );
  }
  for (const [name, state] of await fileStates(modelsDir, model, options)) {
    if (state === 'ready') continue;
    const path = join(modelsDir, model.id, name);
    throw state === 'missing'
      ? new VoxboxError('model_missing', `${path} is not there`, { details: { id: model.id, file: name } })
      : new VoxboxError('model_corrupted', `${path} does not match its checksum`, {
          details: { id: model.id, file: name },
        });
  }
}
