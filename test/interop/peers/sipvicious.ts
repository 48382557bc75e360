import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Scan {
  readonly program: 'svmap' | 'svwar' | 'svcrack';
  /** Address of the loopback that it scans from. */
  readonly from: string;
  readonly target: { readonly host: string; readonly port: number };
  readonly args?: readonly string[];
  /** Lines of the dictionary, for svwar and svcrack. */
  readonly words?: readonly string[];
  /** What it says it is; its own name where left out. */
  readonly userAgent?: string;
  readonly timeoutMs?: number;
}

export interface ScanReport {
  /** All that it wrote, without colours. */
  readonly output: string;
  /** It had an end of its own. */
  readonly finished: boolean;
}

/**
 * Runs one of the programs as its start script does, after changing what it has no option for or one that does
 * nothing: the name in its User-Agent, the address that it scans from, and how long it waits for a first answer.
 */
const start = `
import os, shutil, socket, sys
program, agent, source = sys.argv[1:4]
sys.path.insert(0, os.path.dirname(os.path.realpath(shutil.which(program))))
class Bound(socket.socket):
    def bind(self, address):
        super().bind((source, address[1]))
    def settimeout(self, seconds):
        super().settimeout(min(seconds, 2))
socket.socket = Bound
from sipvicious.libs import svhelper
ask = svhelper.makeRequest
assert 'friendly-scanner' in ask.__defaults__
if agent:
    ask.__defaults__ = tuple(agent if it == 'friendly-scanner' else it for it in ask.__defaults__)
sys.argv = [program] + sys.argv[4:]
__import__('sipvicious.' + program, fromlist=['main']).main()
`;

/** Lets SIPVicious loose. Its own limit for the time without any answer is two seconds. */
export async function scan(options: Scan): Promise<ScanReport> {
  const { program, from, target, args = [], words, userAgent = '', timeoutMs = 60_000 } = options;
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-scan-'));
  try {
    const patience = program === 'svmap' ? [] : ['--maximumtime', '2'];
    const dictionary: string[] = [];
    if (words) {
      const file = join(folder, 'words.txt');
      writeFileSync(file, `${words.join('\n')}\n`);
      dictionary.push('-d', file);
    }
    const own = ['-x', from, '-P', '5070', '-p', String(target.port), '-v'];
    const all = [...own, ...patience, ...dictionary, ...args, target.host];
    return await run(['-c', start, program, userAgent, from, ...all], { folder, timeoutMs });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(
  args: readonly string[],
  { folder, timeoutMs }: { readonly folder: string; readonly timeoutMs: number },
): Promise<ScanReport> {
  const child = spawn('python3', args, {
    cwd: folder,
    env: { ...process.env, HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const take = (text: string): void => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it writes in colour
      resolve({ output: output.replaceAll(/\x1b\[[0-9;]*m/g, ''), finished: code !== null }),
    );
  });
}
