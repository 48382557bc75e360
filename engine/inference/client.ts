import { createConnection, type Socket } from 'node:net';
import { fromErrorShape, type Log, VoxboxError } from '../foundation/index.ts';
import type {
  DeviceReport,
  Dialogue,
  GenerateRequest,
  GenerateResult,
  Inference,
  InferenceOptions,
  LoadedModel,
  SynthesisedSpeech,
  TranscribeOptions,
  Transcription,
} from './contract.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import type {
  ClientMessage,
  Completeness,
  EndOfTurn,
  Exchange,
  ModelUse,
  Work,
  WorkerMessage,
  WorkResult,
} from './messages.ts';

/** Longest audio that is recognised at once. */
const longestSamples = 30 * 16_000;
/** How long a request waits for a worker that is being restarted. */
const patienceMs = 10_000;
const firstRetryMs = 25;
const longestRetryMs = 500;
/** Sentences of one embedding request: a long document must not keep a caller's sentence waiting. */
const embedBatch = 4;

interface Pending {
  readonly onText: ((text: string) => void) | undefined;
  readonly resolve: (result: WorkResult[keyof WorkResult]) => void;
  readonly reject: (error: VoxboxError) => void;
}

/** One connection to the worker. It comes back by itself; requests that were under way are rejected. */
export class InferenceClient implements Inference {
  readonly #socketPath: string;
  readonly #log: Log;
  readonly #pending = new Map<number, Pending>();
  #socket: Socket | null = null;
  /** Resolves when there is a connection again. */
  #connected = Promise.withResolvers<void>();
  #retryMs = firstRetryMs;
  #retry: NodeJS.Timeout | undefined;
  #lastId = 0;
  #closed = false;

  constructor(socketPath: string, log: Log) {
    this.#socketPath = socketPath;
    this.#log = log;
    this.#connect();
  }

  /** @throws VoxboxError `inference_unavailable` when no worker answers in time */
  async connected(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(unavailable('no process with models answers')), patienceMs);
    });
    try {
      await Promise.race([this.#connected.promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async transcribe(samples: Float32Array, options: TranscribeOptions): Promise<Transcription> {
    if (samples.length > longestSamples) throw new VoxboxError('input_invalid', 'more than 30 s of audio');
    return await this.#request(
      { kind: 'transcribe', samples, known: options.known ?? [], expected: options.expected ?? null },
      options,
    );
  }

  async synthesise(
    request: { readonly text: string; readonly voice: string; readonly speed?: number },
    options: InferenceOptions,
  ): Promise<SynthesisedSpeech> {
    const speed = Math.min(2, Math.max(0.5, request.speed ?? 1));
    return await this.#request(
      { kind: 'synthesise', text: request.text, voice: request.voice, speed },
      options,
    );
  }

  async embed(texts: readonly string[], options: InferenceOptions): Promise<Float32Array[]> {
    const startedMs = performance.now();
    const vectors: Float32Array[] = [];
    for (let at = 0; at < texts.length; at += embedBatch) {
      const left = options.timeoutMs && options.timeoutMs - (performance.now() - startedMs);
      const batch = texts.slice(at, at + embedBatch);
      vectors.push(
        ...(await this.#request({ kind: 'embed', texts: batch }, { ...options, timeoutMs: left })),
      );
    }
    return vectors;
  }

  async generate(request: GenerateRequest, options: InferenceOptions): Promise<GenerateResult> {
    const work = {
      kind: 'generate',
      messages: request.messages,
      maxTokens: request.maxTokens,
      temperature: request.temperature ?? 0,
      stream: request.onText !== undefined,
      dialogue: request.dialogue ?? null,
    } as const;
    return await this.#request(work, options, request.onText);
  }

  async endOfTurn(samples: Float32Array, options: InferenceOptions): Promise<EndOfTurn> {
    return await this.#request({ kind: 'end-of-turn', samples: samples.subarray(-8 * 16_000) }, options);
  }

  async completeness({ asked, said }: Exchange, options: InferenceOptions): Promise<Completeness> {
    return await this.#request({ kind: 'completeness', asked, said }, options);
  }

  async openDialogue({ id, prefix }: Dialogue, options: InferenceOptions): Promise<void> {
    await this.#request({ kind: 'open-dialogue', id, prefix }, options);
  }

  async closeDialogue(id: string): Promise<void> {
    // a worker that is gone, or has no language model, keeps no dialogue
    await this.#request({ kind: 'close-dialogue', id }, { priority: 'live' }).catch(() => {});
  }

  async swap(use: ModelUse, modelId: string): Promise<readonly LoadedModel[]> {
    return await this.#request({ kind: 'swap', use, modelId }, { priority: 'live' });
  }

  async loaded(): Promise<readonly LoadedModel[]> {
    return await this.#request({ kind: 'loaded' }, { priority: 'live' });
  }

  async devices(): Promise<readonly DeviceReport[]> {
    return await this.#request({ kind: 'devices' }, { priority: 'live' });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
    this.#socket = null;
    this.#connected.promise.catch(() => {});
    this.#connected.reject(unavailable('the connection is closed'));
    this.#rejectAll(unavailable('the connection is closed'));
  }

  #connect(): void {
    const socket = createConnection(this.#socketPath);
    const reader = new FrameReader();
    socket.on('connect', () => {
      this.#socket = socket;
      this.#retryMs = firstRetryMs;
      this.#connected.resolve();
    });
    socket.on('data', (piece: Buffer) => {
      for (const message of reader.push(piece)) this.#receive(message as WorkerMessage);
    });
    socket.on('error', () => {}); // 'close' follows
    socket.on('close', () => this.#disconnected());
  }

  #disconnected(): void {
    if (this.#closed) return;
    if (this.#socket) {
      this.#socket = null;
      this.#connected = Promise.withResolvers();
      if (this.#pending.size > 0) this.#log.warn({ requests: this.#pending.size }, 'inference worker lost');
      this.#rejectAll(unavailable('the process with the models has stopped'));
    }
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(longestRetryMs, this.#retryMs * 2);
  }

  #rejectAll(error: VoxboxError): void {
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #receive(message: WorkerMessage): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return; // withdrawn in the meantime
    if (message.type === 'text') {
      pending.onText?.(message.text);
      return;
    }
    this.#pending.delete(message.id);
    if (message.type === 'result') pending.resolve(message.result);
    else pending.reject(fromErrorShape(message.error));
  }

  #send(message: ClientMessage): void {
    this.#socket?.write(encodeFrame(message));
  }

  async #request<W extends Work>(
    work: W,
    options: InferenceOptions,
    onText?: (text: string) => void,
  ): Promise<WorkResult[W['kind']]> {
    const { signal, priority, owner, timeoutMs } = options;
    if (signal?.aborted) throw aborted();
    if (this.#closed) throw unavailable('the connection is closed');
    const startedMs = performance.now();
    this.#lastId += 1;
    const id = this.#lastId;
    const answer = Promise.withResolvers<WorkResult[keyof WorkResult]>();
    // rejections may come while the connection is still awaited
    answer.promise.catch(() => {});
    const withdraw = (error: VoxboxError) => {
      if (this.#pending.delete(id)) this.#send({ type: 'abort', id });
      answer.reject(error);
    };
    const onAbort = () => withdraw(aborted());
    signal?.addEventListener('abort', onAbort, { once: true });
    const late = () =>
      withdraw(new VoxboxError('deadline_exceeded', `${work.kind} took over ${timeoutMs} ms`));
    const timer = timeoutMs === undefined ? undefined : setTimeout(late, Math.max(0, timeoutMs));
    try {
      if (!this.#socket) await Promise.race([this.connected(), answer.promise]);
      this.#pending.set(id, { onText, resolve: answer.resolve, reject: answer.reject });
      const left = timeoutMs === undefined ? undefined : timeoutMs - (performance.now() - startedMs);
      this.#send({ type: 'request', id, priority, owner, timeoutMs: left, work });
      // the worker answers each kind of work with its own kind of result
      return (await answer.promise) as WorkResult[W['kind']];
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

const unavailable = (message: string) => new VoxboxError('inference_unavailable', message);
const aborted = () => new VoxboxError('aborted', 'the request was withdrawn');
