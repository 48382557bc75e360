/** The one entry of the engine and of the command line: `voxbox <command>`. */
import { fileURLToPath } from 'node:url';
import { keepCompiledCode } from './foundation/index.ts';

keepCompiledCode(fileURLToPath(new URL('../node_modules/.cache/voxbox-code', import.meta.url)));
// what is imported from here on comes out of the cache
const { runCli } = await import('./cli/index.ts');
const { serve } = await import('./serve.ts');

// `voxbox calls list | head` closes the pipe early; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await runCli(process.argv.slice(2), {
  io: {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stdout.isTTY === true,
  },
  serve,
});
