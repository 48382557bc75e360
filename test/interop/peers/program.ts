import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

const stopLimitMs = 3000;

/** A program of the system that a test talks to; it and all that it started end with `stop`. */
export class PeerProgram {
  readonly #child: ChildProcess;
  readonly #name: string;
  #output = '';
  #stopped = false;
  readonly #ended: Promise<void>;
  readonly #listeners = new Set<() => void>();

  constructor(options: {
    readonly command: string;
    readonly args: readonly string[];
    readonly folder: string;
    readonly env?: Readonly<Record<string, string>>;
  }) {
    this.#name = options.command;
    this.#child = spawn(options.command, options.args, {
      cwd: options.folder,
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: some of these programs start others.
      detached: true,
      env: { ...process.env, HOME: options.folder, TERM: 'dumb', ...options.env },
    });
    const take = (chunk: Buffer): void => {
      this.#output += chunk.toString('utf8');
      for (const listener of this.#listeners) listener();
    };
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
    this.#child.stdin?.on('error', () => {});
    this.#ended = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.once('error', (error) => {
        this.#output += `\n${error.message}`;
        resolve();
      });
    });
    // A test that ends without stopping it must not leave it behind.
    const atExit = (): void => this.#signal('SIGKILL');
    process.once('exit', atExit);
    void this.#ended.then(() => {
      process.off('exit', atExit);
      this.#stopped = true;
      for (const listener of this.#listeners) listener();
    });
  }

  /** All that it said so far. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return !this.#stopped;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /**
   * Waits until it has said that, counted from `from` (default: from its start).
   *
   * @throws Error with the end of its output when it says nothing of the kind in time
   */
  async said(
    pattern: RegExp,
    options: { readonly timeoutMs?: number; readonly from?: number } = {},
  ): Promise<RegExpExecArray> {
    const { timeoutMs = 10_000, from = 0 } = options;
    const limit = performance.now() + timeoutMs;
    for (;;) {
      const found = pattern.exec(this.#output.slice(from));
      if (found) return found;
      const leftMs = limit - performance.now();
      if (leftMs <= 0 || this.#stopped) {
        const why = this.#stopped ? 'has ended' : `did not say it in ${timeoutMs} ms`;
        throw new Error(`${this.#name} ${why}: ${pattern}\n${this.#output.slice(-1500)}`);
      }
      await this.#news(leftMs);
    }
  }

  #news(withinMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.#listeners.add(done);
    });
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // Nothing of the group is left.
    }
  }

  /** Idempotent. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.pid === 0) return;
    this.#signal(signal);
    const timer = setTimeout(() => this.#signal('SIGKILL'), stopLimitMs);
    await this.#ended;
    clearTimeout(timer);
    // What the program itself left behind.
    this.#signal('SIGKILL');
  }
}

/** A port of the loopback that is free for UDP and TCP right now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound ? bound.port : 0;
    const socket = createSocket('udp4');
    const isFree = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.bind(port, '127.0.0.1', () => resolve(true));
    });
    await Promise.all([
      new Promise<void>((resolve) => server.close(() => resolve())),
      isFree ? new Promise<void>((resolve) => socket.close(() => resolve())) : null,
    ]);
    // A phone takes the port after it as well, for TLS.
    if (isFree && port < 65_000) return port;
  }
}
