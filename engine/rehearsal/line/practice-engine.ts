import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { environmentWith, VoxboxError } from '../../foundation/index.ts';

const readyLine = z.object({
  event: z.enum(['ready', 'degraded']),
  trouble: z.string().nullable(),
  sip: z.object({ host: z.string(), port: z.number() }),
});

export interface PracticeEngine {
  /** Where it takes calls. */
  readonly sip: { readonly host: string; readonly port: number };
  /** Idempotent. */
  stop(): Promise<void>;
}

const readyWithinMs = 120_000;
const stopWithinMs = 20_000;

/**
 * A whole engine in a process of its own, on the loopback alone, with its clock set to another day.
 *
 * @param options.script the engine's entry, `engine/main.ts`
 * @param options.shiftMs from now to the time that it is to be there
 * @throws VoxboxError `call_control_unreachable` when it does not take calls
 */
export async function startPracticeEngine(options: {
  readonly script: string;
  readonly dataDir: string;
  readonly modelsDir: string;
  readonly shiftMs: number;
}): Promise<PracticeEngine> {
  const { script, dataDir, modelsDir, shiftMs } = options;
  const clock = new URL('./shifted-date.ts', import.meta.url);
  clock.searchParams.set('shiftMs', String(Math.round(shiftMs)));
  const places = ['--data', dataDir, '--models', modelsDir, '--http-port', '0', '--sip-port', '0'];
  const child = spawn(
    process.execPath,
    [script, 'serve', '--json', '--sip-host', '127.0.0.1', '--http-host', '127.0.0.1', ...places],
    { env: environmentWith(`--import=${clock.href}`), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));
  try {
    const { sip } = await readyOf(child);
    return { sip, stop: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

function readyOf(child: ChildProcess): Promise<z.output<typeof readyLine>> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (): void => {
      clearTimeout(timer);
      reject(
        new VoxboxError(
          'call_control_unreachable',
          `the engine of the rehearsal takes no calls: ${output.trim().slice(-2000)}`,
        ),
      );
    };
    const timer = setTimeout(fail, readyWithinMs);
    child.once('error', fail);
    child.once('close', fail);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
      const line = output.split('\n').find((one) => one.startsWith('{"event":') && one.endsWith('}'));
      if (line === undefined) return;
      const ready = readyLine.parse(JSON.parse(line));
      if (ready.event !== 'ready') return fail();
      clearTimeout(timer);
      resolve(ready);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await exited;
  clearTimeout(killer);
}
