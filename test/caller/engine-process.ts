import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const repositoryRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const engineMain = join(repositoryRoot, 'engine', 'main.ts');

/** The one line that `serve --json` prints: `degraded` when the box is up but takes no calls. */
const readyLine = z.object({
  event: z.enum(['ready', 'degraded']),
  trouble: z.string().nullable().default(null),
  http: z.string(),
  sip: z.object({ host: z.string(), port: z.number() }),
  log: z.string(),
  pid: z.number(),
  /** Makes the owner of a new box; null once it has one. */
  token: z.string().nullable().default(null),
});

export interface EngineOptions {
  readonly dataDir: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
}

export interface EngineProcess {
  /** Why no calls are taken; null when they are. */
  readonly trouble: string | null;
  /** For example http://127.0.0.1:40123 */
  readonly http: string;
  readonly sip: { readonly host: string; readonly port: number };
  readonly log: string;
  readonly pid: number;
  readonly token: string | null;
  readonly dataDir: string;
  /** Ends it as systemd would; resolves with the exit code, or null when it had to be killed. */
  stop(): Promise<number | null>;
  /** Ends it without warning. */
  kill(): Promise<void>;
}

/** The engine ended before it was ready. */
export class EngineFailed extends Error {
  readonly exitCode: number | null;
  readonly output: string;

  constructor(exitCode: number | null, output: string) {
    super(`The engine did not get ready (exit code ${exitCode}): ${output.trim().slice(-2000)}`);
    this.name = 'EngineFailed';
    this.exitCode = exitCode;
    this.output = output;
  }
}

const stopTimeoutMs = 20_000;

/** Starts a real engine on free ports of the loopback. @throws EngineFailed */
export async function startEngineProcess(options: EngineOptions): Promise<EngineProcess> {
  // Engines of tests that run beside each other must not share RTP ports.
  const rtpPortMin = 20_000 + 2 * Math.floor(Math.random() * 5500);
  const child = spawn(
    process.execPath,
    [
      engineMain,
      'serve',
      '--json',
      '--data',
      options.dataDir,
      '--http-port',
      '0',
      '--sip-port',
      '0',
      ...(options.flags ?? []),
    ],
    {
      cwd: repositoryRoot,
      env: {
        ...process.env,
        VOXBOX_SIP_HOST: '127.0.0.1',
        VOXBOX_RTP_PORT_MIN: String(rtpPortMin),
        VOXBOX_RTP_PORT_MAX: String(rtpPortMin + 199),
        ...options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  const ready = await readyOf(child, options.readyTimeoutMs ?? 60_000);
  return {
    ...ready,
    dataDir: options.dataDir,
    stop: () => end(child),
    kill: async () => {
      if (hasEnded(child)) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

function readyOf(child: ChildProcess, timeoutMs: number): Promise<z.infer<typeof readyLine>> {
  return new Promise((resolve, reject) => {
    let output = '';
    let settled = false;
    const fail = (code: number | null) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      reject(new EngineFailed(code, output));
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(null);
    }, timeoutMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
      const line = output.split('\n').find((one) => one.startsWith('{"event":'));
      if (settled || line === undefined || !output.includes(`${line}\n`)) return;
      settled = true;
      clearTimeout(timer);
      resolve(readyLine.parse(JSON.parse(line)));
    });
    child.once('error', () => fail(null));
    child.once('close', (code) => fail(code));
  });
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function end(child: ChildProcess): Promise<number | null> {
  if (hasEnded(child)) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(killer);
  return child.exitCode;
}

/** Why the engine cannot be run in this tree; null when it can. */
export const engineMissing = (): string | null =>
  existsSync(engineMain) ? null : 'engine/main.ts is not there';

/** Runs the command line once. */
export async function runVoxbox(
  args: readonly string[],
  { env = {}, timeoutMs = 60_000 }: { env?: Readonly<Record<string, string>>; timeoutMs?: number } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [engineMain, ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
