import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { repositoryRoot } from '../caller/engine-process.ts';

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

export interface BuiltSizes {
  /** All scripts, as they go over the wire (gzip). */
  readonly scriptsBytes: number;
  /** Scripts and styles that the first view of the desk waits for. */
  readonly firstViewBytes: number;
  /** Each part of them, the largest first: file and gzip bytes. */
  readonly parts: readonly (readonly [file: string, bytes: number])[];
}

const dist = join(repositoryRoot, 'renderer', 'dist');

/** Weighs the page as it is built. */
export function builtSizes(): BuiltSizes {
  const manifest: Readonly<Record<string, Chunk>> = JSON.parse(
    readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'),
  );
  const weigh = (file: string): number => gzipSync(readFileSync(join(dist, file))).length;
  const filesOf = (name: string, seen: Set<string>): Set<string> => {
    const chunk = manifest[name];
    if (!chunk || seen.has(chunk.file)) return seen;
    for (const file of [chunk.file, ...(chunk.css ?? [])]) seen.add(file);
    for (const needed of chunk.imports ?? []) filesOf(needed, seen);
    return seen;
  };
  const entry = Object.keys(manifest).find((name) => manifest[name]?.isEntry);
  const desk = Object.keys(manifest).find((name) => name.endsWith('pages/Desk.svelte'));
  if (!entry || !desk) throw new Error('the build has no entry or no desk');
  const scripts = [...new Set(Object.values(manifest).map(({ file }) => file))].filter((file) =>
    file.endsWith('.js'),
  );
  const parts = scripts.map((file) => [file, weigh(file)] as const).toSorted((a, b) => b[1] - a[1]);
  const sum = (files: Iterable<string>) => [...files].reduce((total, file) => total + weigh(file), 0);
  return {
    scriptsBytes: sum(scripts),
    firstViewBytes: sum(filesOf(desk, filesOf(entry, new Set()))),
    parts,
  };
}
