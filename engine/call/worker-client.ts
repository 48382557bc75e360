import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ErrorShape, Log, ProviderHealth } from '../foundation/index.ts';
import { fromErrorShape, VoxboxError } from '../foundation/index.ts';
import type { FedVoice, FromWorker, ToolResult, ToWorker, WorkerInit } from './messages.ts';

/** What the call worker tells of one call. */
export type CallMessage = Extract<FromWorker, { readonly callId: string }>;

type Request = Extract<ToWorker, { readonly id: number }>;
type RequestBody = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;
type Answer = Extract<FromWorker, { readonly kind: 'done' }>;
type OfCall = Extract<RequestBody, { readonly callId: string }>;
/** What can be asked of one call, without its id. */
export type CallOrder = OfCall extends infer R ? (R extends OfCall ? Omit<R, 'callId'> : never) : never;

/** The process that carries the calls: RTP, voice activity, agent sessions. */
export interface CallWorker {
  request(body: RequestBody): Promise<Answer>;
  /** Listens to what happens in one call, until the returned function is called; one listener a call. */
  listen(callId: string, listener: (message: CallMessage) => void): () => void;
  toolDone(callId: string, request: number, result: ToolResult): void;
  toolFailed(callId: string, request: number, error: ErrorShape): void;
  /** A voice for a leg. Nobody waits for it: what comes too late is not heard. */
  feed(callId: string, voice: FedVoice): void;
  stop(): Promise<void>;
}

/** The worker of the engine: it carries calls at once, and speaks when it was given the models. */
export interface StartedCallWorker extends CallWorker {
  /** Also for every worker that has to be started in place of one that died. */
  connectModels(inferenceSocket: string): Promise<void>;
  /** How providers have been doing, also in workers that are gone. */
  providerHealth(): readonly ProviderHealth[];
}

const requestTimeoutMs = 20_000;
/** Orders that wait for words to be spoken, or for models to be loaded. */
const longTimeoutMs = 120_000;
const longOrders: readonly ToWorker['kind'][] = ['play', 'pause-agent', 'models'];
const stopTimeoutMs = 4_000;
const restartDelayMs = 500;

/**
 * Starts the worker and keeps it up. When it dies, each pending request is rejected with
 * `call_worker_unavailable`, each of its calls is told `end-call`, and a new worker is started.
 */
export async function startCallWorker(options: { init: WorkerInit; log: Log }): Promise<StartedCallWorker> {
  const worker = new SupervisedWorker(options.init, options.log);
  await worker.start();
  return worker;
}

class SupervisedWorker implements StartedCallWorker {
  readonly #init: WorkerInit;
  readonly #log: Log;
  readonly #pending = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  >();
  readonly #listeners = new Map<string, (message: CallMessage) => void>();
  readonly #health = new Map<string, ProviderHealth>();
  #child: ChildProcess | null = null;
  #inferenceSocket: string | null = null;
  #nextId = 1;
  #stopping = false;

  constructor(init: WorkerInit, log: Log) {
    this.#init = init;
    this.#log = log;
  }

  async start(): Promise<void> {
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [], {
      serialization: 'advanced',
      // For the media thread, which chooses when its garbage is collected.
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child = child;
    child.on('message', (message: FromWorker) => this.#receive(message));
    child.once('exit', (code, signal) => this.#lost(child, code, signal));
    await this.request({ kind: 'init', init: this.#init });
    const inferenceSocket = this.#inferenceSocket;
    if (inferenceSocket !== null) await this.request({ kind: 'models', inferenceSocket });
  }

  async connectModels(inferenceSocket: string): Promise<void> {
    this.#inferenceSocket = inferenceSocket;
    await this.request({ kind: 'models', inferenceSocket });
  }

  providerHealth(): readonly ProviderHealth[] {
    return [...this.#health.values()];
  }

  request(body: RequestBody): Promise<Answer> {
    const child = this.#child;
    if (!child?.connected) return Promise.reject(unavailable());
    const id = this.#nextId++;
    return new Promise<Answer>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          settle(() =>
            reject(new VoxboxError('deadline_exceeded', `the call worker did not answer ${body.kind}`)),
          ),
        longOrders.includes(body.kind) ? longTimeoutMs : requestTimeoutMs,
      );
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        this.#pending.delete(id);
        how();
      };
      this.#pending.set(id, {
        resolve: (answer) => settle(() => resolve(answer)),
        reject: (error) => settle(() => reject(error)),
      });
      child.send({ ...body, id }, (error) => {
        if (error) this.#pending.get(id)?.reject(unavailable());
      });
    });
  }

  listen(callId: string, listener: (message: CallMessage) => void): () => void {
    this.#listeners.set(callId, listener);
    return () => this.#listeners.delete(callId);
  }

  toolDone(callId: string, request: number, result: ToolResult): void {
    this.#tell({ kind: 'tool-done', callId, request, result });
  }

  toolFailed(callId: string, request: number, error: ErrorShape): void {
    this.#tell({ kind: 'tool-failed', callId, request, error });
  }

  feed(callId: string, voice: FedVoice): void {
    this.#tell({ kind: 'feed', callId, ...voice });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await gone;
    clearTimeout(timer);
  }

  #tell(message: ToWorker): void {
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'done') this.#pending.get(message.id)?.resolve(message);
    else if (message.kind === 'failed') this.#pending.get(message.id)?.reject(fromErrorShape(message.error));
    else if (message.kind === 'provider-health') this.#health.set(message.health.id, message.health);
    else this.#listeners.get(message.callId)?.(message);
  }

  #lost(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child) return;
    this.#child = null;
    for (const pending of [...this.#pending.values()]) pending.reject(unavailable());
    for (const [callId, listener] of [...this.#listeners])
      listener({ kind: 'end-call', callId, reason: 'failed' });
    if (this.#stopping) return;
    this.#log.error({ code, signal }, 'the call worker died; starting a new one');
    setTimeout(() => {
      if (!this.#stopping)
        this.start().catch((error) => this.#log.error({ err: error }, 'the call worker does not start'));
    }, restartDelayMs);
  }
}

const unavailable = (): VoxboxError =>
  new VoxboxError('call_worker_unavailable', 'the process that carries calls is not running');
