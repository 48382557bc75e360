import { createInterface } from 'node:readline';
import type { CliIo } from './command.ts';

/** A password that stands neither on the command line nor in the environment, where other users see it. */
export const readSecret = (io: CliIo, prompt: string): Promise<string> =>
  io.secret?.(prompt) ?? fromStandardInput(io, prompt);

/** One line; what a person types is not shown. */
function fromStandardInput(io: CliIo, prompt: string): Promise<string> {
  const { stdin } = process;
  const typed = stdin.isTTY === true;
  if (typed) io.err(prompt);
  const lines = createInterface({ input: stdin, terminal: typed });
  return new Promise((resolve) => {
    let line = '';
    lines.once('line', (text) => {
      line = text;
      lines.close();
    });
    lines.once('close', () => {
      if (typed) io.err('\n');
      resolve(line);
    });
  });
}
