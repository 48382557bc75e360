import { verifyModels } from '../../../models/index.ts';
import { VoxboxError } from '../../foundation/index.ts';
import type { LoadedModel } from '../contract.ts';
import type { Engine, EngineStart } from './engine.ts';
import { kokoroId, loadKokoro, openKokoro } from './kokoro.ts';
import { loadPiper } from './piper.ts';
import type { OpenedSession } from './session.ts';
import { speakText, type Voice } from './voice.ts';

/** Voices by name; the agent's own is loaded at the start, others when they are first asked for. */
class Voices {
  readonly #start: EngineStart;
  readonly #voices = new Map<string, Promise<Voice>>();
  readonly #loaded: LoadedModel[] = [];
  #kokoro: Promise<OpenedSession> | null = null;

  constructor(start: EngineStart) {
    this.#start = start;
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
    const { modelsDir } = this.#start;
    await verifyModels({ modelsDir, ids: [kokoroVoice ? kokoroId : name], full: false });
    const voice = kokoroVoice
      ? await loadKokoro(await this.#openKokoro(), modelsDir, kokoroVoice)
      : await loadPiper({ ...this.#start, modelId: name });
    if (!kokoroVoice)
      await speakText(voice, { text: 'One moment, please.', speed: 1 }, new AbortController().signal);
    const { device, deviceReason } = voice;
    const loadMs = performance.now() - startedMs;
    this.#loaded.push({ id: name, use: 'tts', device, deviceReason, loadMs });
    return voice;
  }

  async close(): Promise<void> {
    const voices = await Promise.allSettled(this.#voices.values());
    for (const voice of voices) if (voice.status === 'fulfilled') await voice.value.close();
    const kokoro = await this.#kokoro?.catch(() => null);
    await kokoro?.session.release();
  }

  #openKokoro(): Promise<OpenedSession> {
    this.#kokoro ??= openKokoro(this.#start).catch((error) => {
      this.#kokoro = null;
      throw error;
    });
    return this.#kokoro;
  }
}

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadVoices(start: EngineStart): Promise<Engine> {
  const voices = new Voices(start);
  await voices.get(start.modelId);
  return {
    models: () => voices.loaded,
    run: async (work, { signal }) => {
      if (work.kind !== 'synthesise') throw new TypeError(`a voice cannot ${work.kind}`);
      return await speakText(await voices.get(work.voice), work, signal);
    },
    close: () => voices.close(),
  };
}
