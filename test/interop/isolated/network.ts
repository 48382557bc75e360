import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Up with the loopback, by whatever of these is there. */
const loopbackUp = [
  'ip link set lo up',
  'ifconfig lo up',
  // SIOCSIFFLAGS with IFF_UP | IFF_LOOPBACK | IFF_RUNNING on an AF_INET datagram socket.
  `perl -e 'socket(my $s, 2, 2, 0); ioctl($s, 0x8914, pack("a16s", "lo", 0x49)) or exit 1'`,
]
  .map((command) => `${command} 2>/dev/null`)
  .join(' || ');

/** As root, or as anybody where the system lets everybody have a network of his own. */
const ways = [['-n'], ['-rn']] as const;

const wayIn = (): readonly string[] | null =>
  ways.find(
    (flags) =>
      spawnSync('unshare', [...flags, 'sh', '-c', loopbackUp], { timeout: 10_000, stdio: 'ignore' })
        .status === 0,
  ) ?? null;

/** Why nothing can run in a network of its own here, as the end of a title; an empty string when it can. */
export const isolationMissing = (): string =>
  wayIn() === null ? ' (this machine lets nobody make a network of his own: unshare -n)' : '';

/**
 * Runs a program of this folder in a network that holds nothing but the loopback: what it sends to any other
 * address goes nowhere, whatever networks the machine is on.
 *
 * @param program file name in this folder
 * @returns what it printed: JSON on the last line; `errors` is what it said besides
 * @throws Error where it ended with another code than 0 or was too late
 */
export async function runIsolated<T>(options: {
  readonly program: string;
  readonly args?: readonly string[];
  readonly nodeFlags?: readonly string[];
  readonly timeoutMs: number;
}): Promise<{ readonly result: T; readonly errors: string }> {
  const way = wayIn();
  if (way === null) throw new Error(`no network of its own for ${options.program}`);
  const path = fileURLToPath(new URL(options.program, import.meta.url));
  const command = [process.execPath, ...(options.nodeFlags ?? []), path, ...(options.args ?? [])];
  const child = spawn('unshare', [...way, 'sh', '-c', `{ ${loopbackUp}; } && exec "$@"`, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(timer);
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`${options.program} ended with ${code}: ${errors.slice(-2000)}${last}`);
  return { result: JSON.parse(last), errors };
}
