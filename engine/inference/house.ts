import type { Llama } from 'node-llama-cpp';
import { findModel } from '../../models/index.ts';
import { toErrorShape, VoxboxError } from '../foundation/index.ts';
import type { LoadedModel } from './contract.ts';
import { deviceReports, openLlama, planDevice, probeGpu } from './device.ts';
import { startEngineThread } from './engine-thread.ts';
import { loadEmbedding } from './engines/embedding.ts';
import type { Engine } from './engines/engine.ts';
import { loadLlm } from './engines/llm.ts';
import { Lane } from './lane.ts';
import type { HouseWork, ModelUse, WorkerConfig, WorkerReport, WorkResult } from './messages.ts';
import type { Placement } from './placement.ts';
import { byGain, placeOnThisMachine, starterModels } from './survey.ts';

/** In which they are loaded: first what a caller waits for first. */
const byNeed = ['tts', 'stt', 'embedding', 'turn', 'llm'] as const satisfies readonly ModelUse[];

/** The models of this process: a lane for each use, and what is loaded where. */
export class House {
  readonly lanes: Readonly<Record<ModelUse, Lane>> = {
    stt: new Lane(),
    tts: new Lane(),
    embedding: new Lane(),
    turn: new Lane(),
    // one generation at a time may be a background one
    llm: new Lane(1),
  };
  readonly #config: WorkerConfig;
  readonly #report: (message: WorkerReport) => void;
  readonly #plan: ReturnType<typeof planDevice>;
  readonly #swapping = new Set<ModelUse>();
  #llama: Promise<Llama> | null = null;

  constructor(config: WorkerConfig, report: (message: WorkerReport) => void) {
    this.#config = config;
    this.#report = report;
    this.#plan = planDevice(config.threads);
  }

  /** Loads the models that are wanted at the start side by side, then the others, one after the other. */
  async open(): Promise<void> {
    const ids = { ...starterModels, ...this.#config.models };
    // what does not gain from a graphics processor does not wait until one is looked for
    const gains = (use: ModelUse): boolean => findModel(ids[use]).needs.gpuBytes !== undefined;
    const placesOf = {
      gpu: this.#placeAll(byGain.filter(gains), ids),
      cpu: this.#placeAll(
        byGain.filter((use) => !gains(use)),
        ids,
      ),
    };
    const open = async (use: ModelUse): Promise<void> => {
      try {
        const places = await placesOf[gains(use) ? 'gpu' : 'cpu'];
        await this.#openLane(use, { modelId: ids[use], place: places.get(ids[use]) });
        for (const model of this.lanes[use].models()) this.#report({ type: 'loaded', model });
      } catch (error) {
        this.lanes[use].fail(error);
        this.#report({ type: 'load-failed', use, error: toErrorShape(error, 'inference_failed') });
      }
    };
    const first = byNeed.filter((use) => this.#config.uses.includes(use));
    await Promise.all(first.map(open));
    this.#report({ type: 'ready' });
    for (const use of byNeed) if (!this.#config.uses.includes(use)) await open(use);
  }

  async run(work: HouseWork): Promise<WorkResult[HouseWork['kind']]> {
    if (work.kind === 'loaded') return this.#models();
    if (work.kind === 'devices')
      return deviceReports(await probeGpu(await this.#openLlama()), this.#models());
    return await this.#swap(work.use, work.modelId);
  }

  /** Of a client that has gone; nobody waits for it. */
  async closeDialogue(id: string): Promise<void> {
    const { signal } = new AbortController();
    const work = { kind: 'close-dialogue', id } as const;
    await this.lanes.llm.submit({ work, priority: 'live', signal, onText: () => {} }).catch(() => {});
  }

  #models(): LoadedModel[] {
    return Object.values(this.lanes).flatMap((lane) => lane.models());
  }

  /** The new model is loaded beside the old one: the room must be enough for both. */
  async #swap(use: ModelUse, modelId: string): Promise<LoadedModel[]> {
    if (findModel(modelId).use !== use) {
      throw new VoxboxError('input_invalid', `${modelId} is no model for ${use}`);
    }
    if (this.#swapping.has(use)) {
      throw new VoxboxError('input_invalid', `another model for ${use} is being loaded`);
    }
    this.#swapping.add(use);
    try {
      await this.#openLane(use, { modelId, place: (await this.#place([modelId])).get(modelId) });
    } finally {
      this.#swapping.delete(use);
    }
    const models = [...this.lanes[use].models()];
    for (const model of models) this.#report({ type: 'loaded', model });
    return models;
  }

  #placeAll(
    uses: readonly ModelUse[],
    ids: Readonly<Record<ModelUse, string>>,
  ): ReturnType<typeof placeOnThisMachine> {
    const places = this.#place(uses.map((use) => ids[use]));
    // told to each use that waits for it
    places.catch(() => {});
    return places;
  }

  #place(ids: readonly string[]): ReturnType<typeof placeOnThisMachine> {
    return placeOnThisMachine(ids, () => this.#openLlama());
  }

  #openLlama(): Promise<Llama> {
    this.#llama ??= openLlama();
    return this.#llama;
  }

  async #openLane(
    use: ModelUse,
    { modelId, place }: { readonly modelId: string; readonly place: Placement | VoxboxError | undefined },
  ): Promise<void> {
    if (!place || place instanceof VoxboxError) throw place ?? new Error(`${modelId} was not placed`);
    const { modelsDir } = this.#config;
    const { sessionThreads, sttSlots, ttsSlots, llmSlots } = this.#plan;
    const start = { modelsDir, modelId, threads: sessionThreads, placement: place };
    if (use === 'embedding') {
      this.lanes[use].open([await loadEmbedding(start, await this.#openLlama())]);
    } else if (use === 'llm') {
      this.lanes[use].open([await loadLlm(start, await this.#openLlama(), this.#plan)], llmSlots);
    } else {
      const count = { stt: sttSlots, tts: ttsSlots, turn: 1 }[use];
      this.lanes[use].open(await startThreads(count, () => startEngineThread({ use, start })));
    }
  }
}

/** All of them, or none. */
async function startThreads(count: number, start: () => Promise<Engine>): Promise<Engine[]> {
  const started = await Promise.allSettled(Array.from({ length: count }, start));
  const engines = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = started.find((result) => result.status === 'rejected');
  if (!failed) return engines;
  for (const engine of engines) await engine.close();
  throw failed.reason;
}
