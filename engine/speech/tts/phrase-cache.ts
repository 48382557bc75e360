import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../foundation/index.ts';
import type { Speech } from '../ports.ts';
import { readWav, writeWav } from './wav.ts';

export interface PhraseCacheOptions {
  /** Where ready audio is kept between runs; created when needed. */
  readonly directory: string;
  readonly log: Log;
  /** Ready audio held in memory; the longest unused goes first. */
  readonly memoryBytes?: number;
}

/** Everything that the sound of a clause depends on. */
export interface PhraseKey {
  /** As it is spoken: the dictionary and the writing out of figures have been at it. */
  readonly text: string;
  readonly provider: string;
  readonly voice: string;
  readonly speed: number;
}

/** Ready audio of clauses that are said again and again, in memory and on disk. By `phraseName`. */
export interface PhraseCache {
  /** At once, from memory only. */
  ready(name: string): Speech | null;
  /** From memory or disk; null when it was never made. */
  find(name: string): Promise<Speech | null>;
  /** Ready at once; resolves when it lies on the disk too. A disk that does not take it is no failure. */
  put(name: string, speech: Speech): Promise<void>;
  /** Runs `make` unless somebody is at the same phrase already: then that is waited for. */
  once(name: string, make: () => Promise<void>): Promise<void>;
}

export function createPhraseCache(options: PhraseCacheOptions): PhraseCache {
  return new StoredPhrases(options);
}

class StoredPhrases implements PhraseCache {
  readonly #options: PhraseCacheOptions;
  readonly #memory = new Map<string, Speech>();
  readonly #making = new Map<string, Promise<void>>();
  #bytes = 0;

  constructor(options: PhraseCacheOptions) {
    this.#options = options;
  }

  ready(name: string): Speech | null {
    const speech = this.#memory.get(name);
    if (!speech) return null;
    // A Map keeps the order of insertion: the first entry is the one unused for longest.
    this.#memory.delete(name);
    this.#memory.set(name, speech);
    return speech;
  }

  async find(name: string): Promise<Speech | null> {
    const known = this.ready(name);
    if (known) return known;
    const speech = await readFile(this.#path(name))
      .then(readWav)
      .catch(() => null);
    if (speech) this.#remember(name, speech);
    return speech;
  }

  /** Another process may make the same phrase: the rename lets either win with a whole file. */
  async put(name: string, speech: Speech): Promise<void> {
    this.#remember(name, speech);
    const path = this.#path(name);
    const part = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(this.#options.directory, { recursive: true });
      await writeFile(part, writeWav(speech));
      await rename(part, path);
    } catch (error) {
      await rm(part, { force: true }).catch(() => {});
      this.#options.log.warn({ err: error }, 'ready audio could not be kept on disk');
    }
  }

  once(name: string, make: () => Promise<void>): Promise<void> {
    const making = this.#making.get(name) ?? make().finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  #remember(name: string, speech: Speech): void {
    if (this.#memory.has(name)) return;
    this.#memory.set(name, speech);
    this.#bytes += speech.samples.byteLength;
    for (const [oldest, held] of this.#memory) {
      if (this.#bytes <= (this.#options.memoryBytes ?? 64 * 1024 * 1024) || oldest === name) break;
      this.#memory.delete(oldest);
      this.#bytes -= held.samples.byteLength;
    }
  }

  #path(name: string): string {
    return join(this.#options.directory, `${name}.wav`);
  }
}

/** Bump when the sound of the same text changes (level, silence), so that old audio is not met. */
const generation = 2;

export const phraseName = ({ text, provider, voice, speed }: PhraseKey): string =>
  createHash('sha256')
    .update(JSON.stringify([generation, provider, voice, speed, text.trim().replace(/\s+/g, ' ')]))
    .digest('hex')
    .slice(0, 40);
