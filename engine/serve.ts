import { networkInterfaces } from 'node:os';
import { type Engine, startEngine } from './engine.ts';
import type { Config } from './foundation/index.ts';

/**
 * Runs the engine until it is told to end (SIGTERM, SIGINT, or the end of its parent's channel).
 *
 * @param json one JSON line when calls are taken, in place of words
 * @throws VoxboxError when the engine cannot start
 */
export async function serve(
  config: Config,
  { json, print }: { json: boolean; print: (text: string) => void },
): Promise<number> {
  const end = endAsked();
  try {
    const engine = await startEngine(config);
    await Promise.race([engine.ready, end]);
    print(json ? `${JSON.stringify(readyLine(engine, config))}\n` : readyWords(engine, config));
    await end;
    await engine.stop();
  } finally {
    // An open channel keeps a process alive.
    if (process.connected) process.disconnect();
  }
  return 0;
}

function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    // The desktop shell starts the engine with a channel, which ends with the shell or when it wants the engine to end.
    process.once('disconnect', () => resolve());
    if (process.connected === false) resolve();
  });
}

function readyLine(engine: Engine, config: Config) {
  const trouble = engine.trouble();
  return {
    event: trouble === null ? 'ready' : 'degraded',
    trouble,
    http: `http://${reachable(config.httpHost)}:${engine.httpPort}`,
    sip: { host: reachable(config.sipHost), port: engine.sipPort },
    log: engine.logFile,
    pid: process.pid,
    token: tokenFor(engine.entrance()),
  };
}

/** Who reads the line may become the owner of a new box; it signs nobody in but the parent that has a channel to us. */
const tokenFor = ({ kind, token }: ReturnType<Engine['entrance']>): string | null =>
  kind === 'welcome' || process.connected ? token : null;

function readyWords(engine: Engine, config: Config): string {
  const trouble = engine.trouble();
  const hosts = config.sipHost === '0.0.0.0' ? ['127.0.0.1', ...outsideAddresses()] : [config.sipHost];
  const page = `http://${reachable(config.httpHost)}:${engine.httpPort}`;
  const { kind, token } = engine.entrance();
  return [
    '',
    trouble === null ? 'Voxbox is ready.' : `Voxbox is up but takes no calls: ${trouble}`,
    `  Page  ${page}`,
    ...hosts.map((host, i) => `  ${i === 0 ? 'Call' : '    '}  sip:+15555550100@${host}:${engine.sipPort}`),
    `  Log   ${engine.logFile}`,
    ...(kind === 'welcome'
      ? ['', 'Nobody owns this box yet. Open this once to make your account:', `  ${page}/#/welcome/${token}`]
      : []),
    ...(hosts.length > 1
      ? ['', 'A phone on another machine signs in with a password: npm run voxbox -- trunks add --help']
      : []),
    '',
    'Press Ctrl+C to stop.',
    '',
  ].join('\n');
}

/** As it stands in an address: one that listens everywhere is reached here on the loopback, IPv6 stands in brackets. */
const reachable = (host: string): string =>
  host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;

const outsideAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flat()
    .flatMap((address) =>
      address && address.family === 'IPv4' && !address.internal ? [address.address] : [],
    );
