/**
 * `npm test`: makes everything ready, runs every check, says what was skipped and why, and ends with one
 * line `N passed, N failed, N skipped`. Each part has a limit in time.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import {
  ensureModels,
  ensurePackages,
  ensureRenderer,
  node24,
  root,
  SetupError,
} from '../installer/setup.mjs';
import { ensurePeers } from './peers.mjs';

const results = join(root, 'test-results');
const minute = 60_000;

/** Node 24 goes first on the path, for the programs that start `node`. */
const environment = {
  ...process.env,
  CI: 'true',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
};

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
/** Name of a group → { count, reason }. */
const skips = new Map();

const heading = (text) => process.stdout.write(`\n== ${text} ==\n`);

function skip(name, reason, count = 1) {
  const known = skips.get(name);
  skips.set(name, { reason, count: (known?.count ?? 0) + count });
  total.skipped += count;
}

function fail(name) {
  total.failed += 1;
  failures.push(name);
}

/** Runs a program to its end or its limit; whatever it started ends with it. */
function run(command, args, { timeoutMs }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: process.platform !== 'win32',
      shell: command === 'npm' && process.platform === 'win32',
    });
    const end = (signal) => {
      try {
        if (process.platform === 'win32') child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // Ended already.
      }
    };
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end('SIGTERM');
      setTimeout(() => end('SIGKILL'), 5000).unref();
    }, timeoutMs);
    const stop = () => {
      end('SIGTERM');
      process.exit(130);
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    const finish = (code) => {
      clearTimeout(timer);
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve({ code, late });
    };
    child.on('error', () => finish(127));
    child.on('exit', (code) => finish(code ?? 1));
  });
}

async function check(name, timeoutMs) {
  heading(name);
  const { code, late } = await run('npm', ['run', '--silent', `check:${name}`], { timeoutMs });
  if (code === 0) {
    total.passed += 1;
    process.stdout.write('ok\n');
  } else fail(late ? `${name}: took longer than ${timeoutMs / minute} minutes` : name);
}

async function vitest(project, timeoutMs) {
  heading(`${project} tests`);
  const file = join(results, `${project}.json`);
  const { code, late } = await run(
    node24,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--config',
      'test/vitest.config.ts',
      '--project',
      project,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { timeoutMs },
  );
  const failedBefore = total.failed;
  if (existsSync(file)) count(JSON.parse(readFileSync(file, 'utf8')));
  if (late) fail(`${project} tests: took longer than ${timeoutMs / minute} minutes`);
  // An error outside any test, or no report at all.
  else if (code !== 0 && total.failed === failedBefore) fail(`${project} tests: ended with code ${code}`);
}

function count(report) {
  for (const suite of report.testResults) {
    const file = relative(root, suite.name);
    if (suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed')) {
      fail(`${file}: ${String(suite.message ?? '').split('\n')[0]}`);
    }
    for (const test of suite.assertionResults) {
      if (test.status === 'passed') total.passed += 1;
      else if (test.status === 'failed') fail(`${file}: ${test.fullName}`);
      else skip(`${file}: ${test.ancestorTitles[0] ?? ''}`, reasonIn([...test.ancestorTitles, test.title]));
    }
  }
}

/** By the rule of this tree the reason of a skip stands in the title, in brackets. */
const reasonIn = (titles) => {
  const found = titles
    .map((title) => /(?:\((?:skipped: )?|SKIPPED: )([^()]*)\)?\s*$/.exec(title)?.[1])
    .find((reason) => reason);
  return found ?? 'no reason in its title';
};

async function main() {
  mkdirSync(results, { recursive: true });
  for (const project of ['unit', 'interop', 'e2e']) rmSync(join(results, `${project}.json`), { force: true });
  heading('set-up');
  ensurePackages();
  ensureRenderer();
  ensureModels({ group: 'starter' });
  ensureModels({ group: 'simulated-caller', optional: true });
  // One folder of models for every test, also those that look at the variable only.
  environment.VOXBOX_MODELS ??= modelsFolder();
  const absent = ensurePeers();
  process.stdout.write('ready\n');

  await check('style', 2 * minute);
  await check('types', 5 * minute);
  await vitest('unit', 8 * minute);
  await vitest('interop', 60 * minute);
  await vitest('e2e', 25 * minute);
  summarise(absent);
}

function modelsFolder() {
  const program =
    "import('./engine/foundation/index.ts').then((room) => console.log(room.loadConfig().modelsDir))";
  const result = spawnSync(node24, ['-e', program], { cwd: root, encoding: 'utf8', timeout: 30_000 });
  return result.stdout.trim();
}

function summarise(absent) {
  heading('summary');
  for (const { program, for: purpose, why } of absent) {
    process.stdout.write(`not here: ${program}, so no ${purpose} (${why})\n`);
  }
  for (const [name, { reason, count: times }] of skips) {
    process.stdout.write(`skipped: ${name}: ${times} (${reason})\n`);
  }
  for (const name of failures) process.stdout.write(`failed: ${name}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  fail('set-up');
}
process.exitCode = total.failed > 0 ? 1 : 0;
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
