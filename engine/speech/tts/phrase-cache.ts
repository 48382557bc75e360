import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../foundation/index.ts';
import type { Inference, InferencePriority } from '../../inference/index.ts';
import { splitClauses } from '../text/clauses.ts';
import { speakable } from '../text/speakable.ts';
import { levelled, type Speech } from './level.ts';
import { readWav, writeWav } from './wav.ts';

export interface PhraseCacheOptions {
  readonly inference: Pick<Inference, 'synthesise'>;
  /** Where ready audio is kept between runs; created when needed. */
  readonly directory: string;
  readonly log: Log;
  /** Ready audio held in memory; the longest unused goes first. */
  readonly memoryBytes?: number;
}

export interface PhraseKey {
  /** One clause, as it is written. */
  readonly text: string;
  readonly voice: string;
  readonly speed?: number;
}

export interface PrepareOptions {
  readonly voice: string;
  readonly speed?: number;
  readonly priority?: InferencePriority;
  readonly signal?: AbortSignal;
}

/** Ready audio of clauses that are said again and again, in memory and on disk. */
export interface PhraseCache {
  /** At once, from memory only. */
  ready(key: PhraseKey): Speech | null;
  /** From memory or disk; null when it was never made. */
  find(key: PhraseKey): Promise<Speech | null>;
  /** Synthesises one clause (or finds it) at telephone level. Kept only when the clause was marked with `keep`. */
  speech(key: PhraseKey, options: { priority: InferencePriority; signal?: AbortSignal }): Promise<Speech>;
  /** Marks all clauses of a text as worth keeping once they were synthesised. */
  keep(text: string, options: { readonly voice: string; readonly speed?: number }): void;
  /** Makes whole texts ready, clause by clause. @throws what `Inference.synthesise` throws */
  prepare(texts: readonly string[], options: PrepareOptions): Promise<void>;
}

export function createPhraseCache(options: PhraseCacheOptions): PhraseCache {
  return new StoredPhrases(options);
}

class StoredPhrases implements PhraseCache {
  readonly #options: PhraseCacheOptions;
  readonly #memory = new Map<string, Speech>();
  readonly #kept = new Set<string>();
  readonly #making = new Map<string, Promise<Speech>>();
  #bytes = 0;

  constructor(options: PhraseCacheOptions) {
    this.#options = options;
  }

  ready(key: PhraseKey): Speech | null {
    return this.#recall(nameOf(key));
  }

  async find(key: PhraseKey): Promise<Speech | null> {
    const name = nameOf(key);
    const known = this.#recall(name);
    if (known) return known;
    const speech = await readFile(this.#path(name))
      .then(readWav)
      .catch(() => null);
    if (speech) this.#remember(name, speech);
    return speech;
  }

  async speech(
    key: PhraseKey,
    options: { priority: InferencePriority; signal?: AbortSignal },
  ): Promise<Speech> {
    const found = await this.find(key);
    if (found) return found;
    const name = nameOf(key);
    if (!this.#kept.has(name)) return this.#synthesise(key, options);
    // Two calls that need the same phrase share one synthesis, which then belongs to neither of them.
    const making =
      this.#making.get(name) ??
      this.#synthesise(key, { priority: options.priority })
        .then(async (speech) => {
          this.#remember(name, speech);
          await this.#store(name, speech);
          return speech;
        })
        .finally(() => this.#making.delete(name));
    this.#making.set(name, making);
    return making;
  }

  keep(text: string, options: { readonly voice: string; readonly speed?: number }): void {
    for (const clause of splitClauses(text)) this.#kept.add(nameOf({ text: clause, ...pick(options) }));
  }

  async prepare(texts: readonly string[], options: PrepareOptions): Promise<void> {
    const { priority = 'greeting', signal } = options;
    for (const text of texts) {
      this.keep(text, options);
      for (const clause of splitClauses(text)) {
        signal?.throwIfAborted();
        await this.speech({ text: clause, ...pick(options) }, { priority, signal });
      }
    }
  }

  async #synthesise(
    key: PhraseKey,
    options: { priority: InferencePriority; signal?: AbortSignal },
  ): Promise<Speech> {
    const { voice, speed } = key;
    const request = { text: speakable(key.text), voice, ...(speed === undefined ? {} : { speed }) };
    return levelled(await this.#options.inference.synthesise(request, options));
  }

  #recall(name: string): Speech | null {
    const speech = this.#memory.get(name);
    if (!speech) return null;
    // A Map keeps the order of insertion: the first entry is the one unused for longest.
    this.#memory.delete(name);
    this.#memory.set(name, speech);
    return speech;
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

  /** Another process may make the same phrase: the rename lets either win with a whole file. */
  async #store(name: string, speech: Speech): Promise<void> {
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

  #path(name: string): string {
    return join(this.#options.directory, `${name}.wav`);
  }
}

const pick = ({ voice, speed }: { readonly voice: string; readonly speed?: number }) =>
  speed === undefined ? { voice } : { voice, speed };

/** Bump when the sound of the same text changes (level, normalisation), so that old audio is not met. */
const generation = 1;

const nameOf = ({ text, voice, speed = 1 }: PhraseKey): string =>
  createHash('sha256')
    .update(JSON.stringify([generation, voice, speed, text.trim().replace(/\s+/g, ' ')]))
    .digest('hex')
    .slice(0, 40);
