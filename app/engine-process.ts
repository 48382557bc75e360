import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { parseReadyLine, type ReadyLine } from './ready-line.ts';

export interface EngineEvents {
  onReady(engine: ReadyLine): void;
  /** Once, also when it could not be started at all. */
  onExit(exit: string, lastWords: string): void;
}

export interface EngineHandle {
  /** Asks it to end in order: calls are ended, records closed. */
  stop(): void;
  kill(): void;
}

export type Launch = (events: EngineEvents) => EngineHandle;

export interface EngineCommand {
  /** The product's own Node 24: the engine runs on it here as it does under systemd. */
  readonly node: string;
  /** Path of engine/main.ts */
  readonly main: string;
  readonly flags?: readonly string[];
  /** Takes each line that the engine writes. */
  readonly log: (line: string) => void;
}

const keptLines = 20;
/** What it wrote last arrives within it; a process that it leaves behind may hold its output open for longer. */
const lastWordsMs = 200;

/**
 * Starts the engine as a child with a channel. The channel carries nothing: its end tells the engine to stop, which
 * works on Windows too, and when the shell is gone without a word.
 */
export const engineLauncher =
  ({ node, main, flags = [], log }: EngineCommand): Launch =>
  ({ onReady, onExit }) => {
    const child = spawn(node, [main, 'serve', '--json', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      windowsHide: true,
    });
    const lastLines: string[] = [];
    const keep = (line: string): void => {
      log(line);
      if (lastLines.push(line) > keptLines) lastLines.shift();
    };
    const end = (exit: string): unknown => setTimeout(() => onExit(exit, lastLines.join('\n')), lastWordsMs);
    for (const input of [child.stdout, child.stderr]) {
      if (!input) continue;
      createInterface({ input }).on('line', (line) => {
        const ready = input === child.stdout ? parseReadyLine(line) : null;
        if (ready) onReady(ready);
        else keep(line);
      });
    }
    child.on('error', (error) => {
      keep(error.message);
      if (child.pid === undefined) end('not started');
    });
    child.once('exit', (code, signal) => end(signal === null ? `code ${code}` : `signal ${signal}`));
    return {
      stop: () => (child.connected ? child.disconnect() : child.kill()),
      kill: () => child.kill('SIGKILL'),
    };
  };
