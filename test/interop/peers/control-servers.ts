import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '../../../engine/foundation/index.ts';
import { freePort, PeerProgram } from './program.ts';

const host = '127.0.0.1';

/** A SIP server that the box is told of by its settings. */
export interface ControlServer {
  readonly name: string;
  /** Why it cannot be started here, as the end of a title; empty where it can. */
  readonly missing: string;
  start(): Promise<{
    readonly settings: Partial<Config>;
    stop(): Promise<void>;
  }>;
}

/** None of its own: the box starts the embedded one. */
export const embeddedServer: ControlServer = {
  name: 'the embedded server',
  missing: '',
  start: async () => ({ settings: { sipHost: host, sipPort: 0 }, stop: async () => {} }),
};

export const separateServer: ControlServer = {
  name: 'a server in another process',
  missing: '',
  async start() {
    const script = fileURLToPath(new URL('./control-server.ts', import.meta.url));
    const program = new PeerProgram({ command: process.execPath, args: [script], folder: tmpdir() });
    const [line] = await program.said(/^\{.*\}$/m, { timeoutMs: 20_000 });
    const { port, controlPort, controlSecret } = JSON.parse(line);
    return { settings: settingsOf(port, controlPort, controlSecret), stop: () => program.stop() };
  },
};

const isAbsent = spawnSync('drachtio', ['-v'], { stdio: 'ignore', timeout: 5000 }).error !== undefined;

export const drachtioServer: ControlServer = {
  name: 'a drachtio-server',
  missing: isAbsent ? ' (drachtio not installed)' : '',
  async start() {
    const folder = mkdtempSync(join(tmpdir(), 'voxbox-drachtio-'));
    const [port, controlPort] = [await freePort(), await freePort()];
    const secret = randomBytes(16).toString('hex');
    const file = join(folder, 'drachtio.conf.xml');
    writeFileSync(file, configuration(port, controlPort, secret), { mode: 0o600 });
    const program = new PeerProgram({ command: 'drachtio', args: ['--file', file], folder });
    await program.said(/sofia event loop/i);
    return {
      settings: settingsOf(port, controlPort, secret),
      async stop() {
        await program.stop();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

const settingsOf = (sipPort: number, controlPort: number, sipControlSecret: string): Partial<Config> => ({
  ...{ sipHost: host, sipPort, sipControlSecret },
  sipControlServer: `${host}:${controlPort}`,
});

const configuration = (port: number, controlPort: number, secret: string): string => `<drachtio>
  <admin port="${controlPort}" secret="${secret}">${host}</admin>
  <sip>
    <contacts><contact>sip:${host}:${port};transport=udp,tcp</contact></contacts>
  </sip>
  <logging><console/><loglevel>notice</loglevel></logging>
</drachtio>
`;
