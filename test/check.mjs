/** `npm run check`: format, lint, types and unit tests side by side; what each has to say comes in one piece. */
import { spawn } from 'node:child_process';

const parts = ['check:style', 'check:types', 'unit'];
const startedAt = Date.now();

async function run(script) {
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(bytes));
  const code = await new Promise((resolve) => child.once('close', resolve));
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`\n== ${script}: ${code === 0 ? 'ok' : 'FAILED'} after ${seconds} s ==\n`);
  process.stdout.write(Buffer.concat(said));
  return code === 0;
}

const results = await Promise.all(parts.map(run));
process.exitCode = results.every(Boolean) ? 0 : 1;
