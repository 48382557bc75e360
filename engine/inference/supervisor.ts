import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fromErrorShape, type Log, VoxboxError } from '../foundation/index.ts';
import type { ModelUse, SupervisorMessage, WorkerConfig, WorkerReport } from './messages.ts';

const firstRestartMs = 50;
const longestRestartMs = 10_000;
/** A worker that has run this long starts the back-off anew when it dies. */
const soundAfterMs = 30_000;
const stopPatienceMs = 2_000;
/** A worker that leaves so many questions in a row unanswered, one every `pingEveryMs`, is frozen. */
const pingEveryMs = 500;
const missedPings = 4;
/** A worker that does not listen by then has got stuck while it started. */
const listeningWithinMs = 60_000;

/** Keeps one worker process running: starts it, starts it again when it dies, stops it. */
export class Supervisor {
  #config: WorkerConfig;
  readonly #log: Log;
  #child: ChildProcess | null = null;
  #restart: NodeJS.Timeout | undefined;
  #restartMs = firstRestartMs;
  #stopping = false;

  constructor(config: WorkerConfig, log: Log) {
    this.#config = config;
    this.#log = log;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** The next worker starts with this model. */
  remember(use: ModelUse, modelId: string): void {
    this.#config = { ...this.#config, models: { ...this.#config.models, [use]: modelId } };
  }

  /**
   * Resolves when the models asked for at the start are loaded.
   *
   * @param onListening called before that, as soon as clients can connect
   * @throws VoxboxError with the code of the first model that could not be loaded, or `inference_unavailable`
   */
  async start(onListening: () => void = () => {}): Promise<void> {
    const ready = Promise.withResolvers<void>();
    const child = this.#spawn();
    const onReport = (message: WorkerReport) => {
      if (message.type === 'listening') onListening();
      if (message.type === 'ready') ready.resolve();
      if (message.type === 'load-failed' && this.#config.uses.includes(message.use)) {
        ready.reject(fromErrorShape(message.error));
      }
    };
    const onExit = () =>
      ready.reject(new VoxboxError('inference_unavailable', 'the worker ended while it loaded'));
    child.on('message', onReport);
    child.once('exit', onExit);
    child.once('error', onExit);
    try {
      await ready.promise;
      child.off('message', onReport);
      child.off('exit', onExit);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.send({ type: 'stop' } satisfies SupervisorMessage, () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs);
    await gone;
    clearTimeout(timer);
  }

  #spawn(): ChildProcess {
    const startedMs = performance.now();
    // no flags of this process (a debugger's, a test runner's) are handed down
    const child = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [], {
      execPath: process.execPath,
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child = child;
    let heartbeat: NodeJS.Timeout | undefined;
    const stuck = setTimeout(() => child.kill('SIGKILL'), listeningWithinMs);
    child.on('message', (message: WorkerReport) => {
      this.#logReport(message);
      if (message.type !== 'listening') return;
      clearTimeout(stuck);
      heartbeat = this.#watch(child);
    });
    child.stderr?.on('data', (piece: Buffer) => {
      this.#log.warn({ text: piece.toString('utf8').slice(0, 2_000) }, 'inference worker wrote');
    });
    child.on('error', (error) => this.#log.error({ err: error }, 'inference worker failed'));
    child.once('exit', (status, signal) => {
      clearTimeout(stuck);
      clearInterval(heartbeat);
      if (this.#stopping) return;
      this.#log.error({ status, signal, restartMs: this.#restartMs }, 'inference worker died');
      if (performance.now() - startedMs > soundAfterMs) this.#restartMs = firstRestartMs;
      this.#restart = setTimeout(() => this.#spawn(), this.#restartMs);
      this.#restartMs = Math.min(longestRestartMs, this.#restartMs * 2);
    });
    child.send({ type: 'start', config: this.#config } satisfies SupervisorMessage, () => {});
    return child;
  }

  /** Ends a worker that answers nothing any more, so that another takes its place. */
  #watch(child: ChildProcess): NodeJS.Timeout {
    let unanswered = 0;
    let askedAtMs = performance.now();
    child.on('message', (message: WorkerReport) => {
      if (message.type === 'pong') unanswered = 0;
    });
    const heartbeat = setInterval(() => {
      const nowMs = performance.now();
      // If this process stood still as well (a laptop that slept), nothing is known of the other one.
      if (nowMs - askedAtMs > 2 * pingEveryMs) unanswered = 0;
      askedAtMs = nowMs;
      if (unanswered >= missedPings) {
        this.#log.error({ pid: child.pid }, 'inference worker is frozen');
        child.kill('SIGKILL');
        return;
      }
      unanswered += 1;
      if (child.connected) child.send({ type: 'ping' } satisfies SupervisorMessage, () => {});
    }, pingEveryMs);
    heartbeat.unref();
    return heartbeat;
  }

  #logReport(message: WorkerReport): void {
    if (message.type === 'loaded') this.#log.info({ ...message.model }, 'model loaded');
    else if (message.type === 'load-failed') {
      this.#log.error({ use: message.use, ...message.error }, 'model could not be loaded');
    }
  }
}
