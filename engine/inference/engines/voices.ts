import type { InferenceSession } from 'onnxruntime-node';
import { verifyModels } from '../../../models/index.ts';
import { VoxboxError } from '../../foundation/index.ts';
import type { LoadedModel } from '../contract.ts';
import type { Engine } from './engine.ts';
import { kokoroId, loadKokoro, openKokoro } from './kokoro.ts';
import { loadPiper } from './piper.ts';
import { speakText, type Voice } from './voice.ts';

const firstVoice = 'piper-en-us-joe-medium';

/** Voices by name; the agent's own is loaded at the start, others when they are first asked for. */
class Voices {
  readonly #modelsDir: string;
  readonly #threads: number;
  readonly #voices = new Map<string, Promise<Voice>>();
  readonly #loaded: LoadedModel[] = [];
  #kokoro: Promise<InferenceSession> | null = null;

  constructor(modelsDir: string, threads: number) {
    this.#modelsDir = modelsDir;
    this.#threads = threads;
  }

  get loaded(): readonly LoadedModel[] {
    return this.#loaded;
  }

  get(name: string): Promise<Voice> {
    const known = this.#voices.get(name);
    if (known) return known;
    const voice = this.#load(name);
    this.#voices.set(name, voice);
    // a voice whose files arrive later can be loaded then
    voice.catch(() => this.#voices.delete(name));
    return voice;
  }

  async #load(name: string): Promise<Voice> {
    const startedMs = performance.now();
    const kokoroVoice = /^kokoro-([abj][fm]_\w+)$/.exec(name)?.[1];
    if (!kokoroVoice && !name.startsWith('piper-')) {
      throw new VoxboxError('model_missing', `there is no voice ${name}`);
    }
    await verifyModels({ modelsDir: this.#modelsDir, ids: [kokoroVoice ? kokoroId : name], full: false });
    const voice = kokoroVoice
      ? await loadKokoro(await this.#openKokoro(), this.#modelsDir, kokoroVoice)
      : await loadPiper(this.#modelsDir, name, this.#threads);
    if (!kokoroVoice)
      await speakText(voice, { text: 'One moment, please.', speed: 1 }, new AbortController().signal);
    this.#loaded.push({ id: name, use: 'tts', device: 'cpu', loadMs: performance.now() - startedMs });
    return voice;
  }

  #openKokoro(): Promise<InferenceSession> {
    this.#kokoro ??= openKokoro(this.#modelsDir, this.#threads).catch((error) => {
      this.#kokoro = null;
      throw error;
    });
    return this.#kokoro;
  }
}

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadVoices(modelsDir: string, threads: number): Promise<Engine> {
  const voices = new Voices(modelsDir, threads);
  await voices.get(firstVoice);
  return {
    models: () => voices.loaded,
    run: async (work, { signal }) => {
      if (work.kind !== 'synthesise') throw new TypeError(`a voice cannot ${work.kind}`);
      return await speakText(await voices.get(work.voice), work, signal);
    },
  };
}
