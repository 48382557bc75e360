import { InferenceSession, Tensor } from 'onnxruntime-node';
import { modelFile, verifyModels } from '../../../models/index.ts';
import { VoxboxError } from '../../foundation/index.ts';
import type { SpeechEvent } from '../ports.ts';
import { Stretches } from './stretches.ts';
import { defaultVadOptions, type Vad, type VadOptions, type VadStream, windowSamples } from './vad.ts';

const modelId = 'silero-vad';
const sampleRateHz = 16_000;
/** The network sees the end of the window before. */
const contextSamples = 64;
const inputSamples = contextSamples + windowSamples;
/** State of the recurrent layer: two vectors of this length. */
const stateSize = 128;
/** Measured over G.711: 120 to 190 ms, smoothing included. */
const lagMs = 100;
/** Windows of this many calls are computed at once; what waits longer than that is its own batch. */
const largestBatch = 16;

/**
 * Loads Silero VAD once for the process. Windows of several calls that arrive together are one batch.
 *
 * @throws VoxboxError `model_missing` or `model_corrupted`
 */
export async function loadVad(options: {
  readonly modelsDir: string;
  readonly vad?: Partial<VadOptions>;
}): Promise<Vad> {
  const { modelsDir } = options;
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const session = await InferenceSession.create(modelFile(modelsDir, modelId, 'silero_vad.onnx'), {
    interOpNumThreads: 1,
    intraOpNumThreads: 1,
    executionMode: 'sequential',
    executionProviders: [{ name: 'cpu' }],
  }).catch((cause: unknown) => {
    throw new VoxboxError('model_missing', 'the voice activity model cannot be opened', { cause });
  });
  const silero = new Silero(session);
  // The first runs are slower than all that follow.
  for (let i = 0; i < 3; i++) await silero.run([silence()]);
  const vadOptions = { ...defaultVadOptions, ...options.vad };
  return { lagMs, open: (onEvent) => new SileroStream(silero, vadOptions, onEvent) };
}

/** What the network keeps of one call. */
interface Memory {
  readonly state: Float32Array;
  readonly context: Float32Array;
}

interface Window {
  readonly samples: Float32Array;
  readonly memory: Memory;
}

const newMemory = (): Memory => ({
  state: new Float32Array(2 * stateSize),
  context: new Float32Array(contextSamples),
});

const silence = (): Window => ({ samples: new Float32Array(windowSamples), memory: newMemory() });

interface Waiting extends Window {
  readonly done: (probability: number) => void;
  readonly failed: (error: unknown) => void;
}

/** The network: one run at a time, over one window of each call that waits. */
class Silero {
  readonly #session: InferenceSession;
  readonly #rate = new Tensor('int64', BigInt64Array.of(BigInt(sampleRateHz)));
  #waiting: Waiting[] = [];
  #busy = false;

  constructor(session: InferenceSession) {
    this.#session = session;
  }

  /** @returns the probability of a voice, 0–1 */
  probability(window: Window): Promise<number> {
    return new Promise((done, failed) => {
      this.#waiting.push({ ...window, done, failed });
      if (!this.#busy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, largestBatch);
      try {
        const probabilities = await this.run(batch);
        for (const [index, { done }] of batch.entries()) done(probabilities[index] ?? 0);
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
    }
    this.#busy = false;
  }

  /** A batch of windows of different calls; their memories go on. */
  async run(windows: readonly Window[]): Promise<Float32Array> {
    const count = windows.length;
    const input = new Float32Array(count * inputSamples);
    const state = new Float32Array(2 * count * stateSize);
    windows.forEach(({ samples, memory }, index) => {
      input.set(memory.context, index * inputSamples);
      input.set(samples, index * inputSamples + contextSamples);
      state.set(memory.state.subarray(0, stateSize), index * stateSize);
      state.set(memory.state.subarray(stateSize), (count + index) * stateSize);
    });
    const output = await this.#session.run({
      input: new Tensor('float32', input, [count, inputSamples]),
      state: new Tensor('float32', state, [2, count, stateSize]),
      sr: this.#rate,
    });
    const next = output.stateN?.data;
    const probabilities = output.output?.data;
    if (!(next instanceof Float32Array) || !(probabilities instanceof Float32Array)) {
      throw new VoxboxError('inference_failed', 'the voice activity model gave no answer');
    }
    windows.forEach(({ samples, memory }, index) => {
      memory.state.set(next.subarray(index * stateSize, (index + 1) * stateSize));
      memory.state.set(
        next.subarray((count + index) * stateSize, (count + index + 1) * stateSize),
        stateSize,
      );
      memory.context.set(samples.subarray(-contextSamples));
    });
    return probabilities;
  }
}

class SileroStream implements VadStream {
  readonly #silero: Silero;
  readonly #stretches: Stretches;
  readonly #onEvent: (event: SpeechEvent) => void;
  readonly #memory = newMemory();
  readonly #queue: Float32Array[] = [];
  #busy = false;
  #closed = false;

  constructor(silero: Silero, options: VadOptions, onEvent: (event: SpeechEvent) => void) {
    this.#silero = silero;
    this.#stretches = new Stretches(options);
    this.#onEvent = onEvent;
  }

  push(window: Float32Array): void {
    if (this.#closed) return;
    this.#queue.push(window);
    if (!this.#busy) void this.#work();
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  /** A window needs what the one before it left in the memory: one at a time. */
  async #work(): Promise<void> {
    this.#busy = true;
    for (let samples = this.#queue.shift(); samples; samples = this.#queue.shift()) {
      // A window that could not be judged counts as silence: the call goes on.
      const probability = await this.#silero.probability({ samples, memory: this.#memory }).catch(() => 0);
      if (this.#closed) break;
      for (const event of this.#stretches.window(samples, probability)) this.#onEvent(event);
    }
    this.#busy = false;
  }
}
