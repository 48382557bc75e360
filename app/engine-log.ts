import { createWriteStream, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const largestBytes = 2 * 1024 * 1024;

/** What the shell sees of the engine: starts, ends, output. The engine's own log lies in its data directory. */
export function openEngineLog(file: string, now: () => Date) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largestBytes) renameSync(file, `${file}.old`);
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  // A full disk must not take the engine's keeper down.
  stream.on('error', () => {});
  return { file, line: (text: string) => void stream.write(`${now().toISOString()} ${text}\n`) };
}
