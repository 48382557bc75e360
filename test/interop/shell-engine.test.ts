import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { engineLauncher } from '../../app/engine-process.ts';
import { parseReadyLine, type ReadyLine } from '../../app/ready-line.ts';
import { Supervisor } from '../../app/supervisor.ts';
import type { EngineState } from '../../app/watchdog.ts';
import { paths } from '../../engine/api/contract/index.ts';
import { engineMain, repositoryRoot } from '../caller/engine-process.ts';

/** The desktop shell's keeper with a real engine; no models, so that it is up in a moment. */
describe('the shell and its engine', () => {
  const folders: string[] = [];
  const running: Supervisor[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((supervisor) => supervisor.stop()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  const flags = (httpPort: string): string[] => {
    const folder = mkdtempSync(join(tmpdir(), 'voxbox-shell-'));
    folders.push(folder);
    mkdirSync(join(folder, 'models'));
    return [
      ...['--data', join(folder, 'data'), '--models', join(folder, 'models')],
      ...['--http-port', httpPort, '--sip-host', '127.0.0.1', '--sip-port', '0'],
    ];
  };

  const start = (httpPort = '0') => {
    const states: EngineState[] = [];
    const lines: string[] = [];
    let told = Promise.withResolvers<void>();
    const log = (line: string): void => void lines.push(line);
    const supervisor = new Supervisor({
      launch: engineLauncher({ node: process.execPath, main: engineMain, flags: flags(httpPort), log }),
      nowMs: () => performance.now(),
      onState(state) {
        states.push(state);
        told.resolve();
        told = Promise.withResolvers();
      },
    });
    running.push(supervisor);
    supervisor.start();
    /** The state, once it is there. */
    const reached = async <K extends EngineState['kind']>(kind: K) => {
      for (;;) {
        const { state } = supervisor;
        if (state.kind === kind) return state as Extract<EngineState, { kind: K }>;
        await told.promise;
      }
    };
    return { supervisor, states, lines, reached };
  };

  it('starts it again after kill -9, and ends it in order', async () => {
    const { supervisor, states, reached } = start();
    const first = (await reached('running')).engine;
    expect((await fetch(first.http)).status).toBeLessThan(600);
    process.kill(first.pid, 'SIGKILL');
    const { fault } = await reached('waiting');
    expect(fault).toMatchObject({ exit: 'signal SIGKILL', hadCalls: true });
    const second = (await reached('running')).engine;
    expect(second.pid).not.toBe(first.pid);
    await supervisor.stop();
    expect(isAlive(second.pid)).toBe(false);
    expect(states.map(({ kind }) => kind)).toEqual([
      ...['starting', 'running', 'waiting', 'starting', 'running', 'stopping', 'stopped'],
    ]);
  });

  it('is handed what makes the owner of a new box, then what signs them in, once', async () => {
    const { supervisor, reached } = start();
    const use = async (engine: ReadyLine, body: object) => {
      const response = await fetch(`${engine.http}${paths['link.use']}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ token: engine.token, ...body }),
      });
      return { status: response.status, cookie: response.headers.getSetCookie()[0] ?? '' };
    };
    const first = (await reached('running')).engine;
    expect((await fetch(`${first.http}${paths['tenant.list']}`)).status).toBe(401);
    const owner = { name: 'Olga', email: 'olga@example.com', password: 'a long enough password' };
    expect((await use(first, owner)).status).toBe(200);
    expect((await use(first, owner)).status).toBe(410);
    process.kill(first.pid, 'SIGKILL');
    await reached('waiting');
    const second = (await reached('running')).engine;
    const { status, cookie } = await use(second, {});
    expect(status).toBe(200);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    expect((await fetch(`${second.http}${paths['tenant.list']}`, { headers })).status).toBe(200);
    expect((await use(second, {})).status).toBe(410);
    await supervisor.stop();
  });

  it('tells why it cannot start', async () => {
    const first = start();
    const { port } = new URL((await first.reached('running')).engine.http);
    const second = start(port);
    const { fault } = await second.reached('waiting');
    expect(fault).toMatchObject({ exit: 'code 1', hadCalls: false });
    expect(fault.lastWords).toContain(`port ${port}`);
    expect(second.lines).toContain(fault.lastWords.split('\n').at(-1));
  });

  it('tells that its Node is missing', async () => {
    const exit = await new Promise<string[]>((resolve) => {
      const launch = engineLauncher({ node: '/nowhere/node', main: engineMain, log: () => {} });
      launch({ onReady: () => {}, onExit: (...how) => resolve(how) });
    });
    expect(exit).toEqual(['not started', expect.stringContaining('ENOENT')]);
  });

  it('leaves no engine behind when the shell is killed', async () => {
    const program = `
      const { engineLauncher } = await import(${JSON.stringify(join(repositoryRoot, 'app', 'engine-process.ts'))});
      const [node, main, ...flags] = process.argv.slice(1);
      engineLauncher({ node, main, flags, log: () => {} })({
        onReady: (engine) => console.log(JSON.stringify(engine)),
        onExit: () => {},
      });`;
    const shell = spawn(
      process.execPath,
      ['--input-type=module', '-e', program, process.execPath, engineMain, ...flags('0')],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const engine = await new Promise<ReadyLine | null>((resolve) => {
      shell.stdout.setEncoding('utf8').once('data', (line: string) => resolve(parseReadyLine(line)));
      shell.once('exit', () => resolve(null));
    });
    if (!engine) throw new Error('the engine did not get ready');
    expect(isAlive(engine.pid)).toBe(true);
    const gone = once(shell, 'exit');
    shell.kill('SIGKILL');
    await gone;
    await expect.poll(() => isAlive(engine.pid), { timeout: 20_000 }).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
