/**
 * `npm test`: makes everything ready, runs every check, says what was skipped and why and what passed at the second
 * try only, and ends with one line `N passed, N failed, N skipped`. Each part has a limit in time.
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
/** What failed at first and then did not: hosts stall, and it should be seen which tests do not bear that. */
const secondTries = [];
/** More files than that have not failed by chance. */
const maxSecondTries = 3;

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

/** Runs a project, or some files of it: what came of each test, by its file. */
async function vitest(project, timeoutMs, files = []) {
  const output = join(results, `${project}.json`);
  rmSync(output, { force: true });
  const { code, late } = await run(
    node24,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...files,
      '--config',
      'test/vitest.config.ts',
      '--project',
      project,
      '--passWithNoTests',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${output}`,
    ],
    { timeoutMs },
  );
  const report = existsSync(output) ? JSON.parse(readFileSync(output, 'utf8')) : { testResults: [] };
  const byFile = new Map(report.testResults.map((suite) => [relative(root, suite.name), suite]));
  return { byFile, code, late };
}

/** A test that is pending at the end was never run: its process has died. */
const isBroken = (suite) =>
  suite.status === 'failed' || suite.assertionResults.some(({ status }) => status === 'pending');

async function tests(project, timeoutMs, { twice = false } = {}) {
  heading(`${project} tests`);
  const { byFile, code, late } = await vitest(project, timeoutMs);
  const broken = [...byFile].filter(([, suite]) => isBroken(suite)).map(([file]) => file);
  if (twice && !late && broken.length > 0 && broken.length <= maxSecondTries) {
    heading(`${project} tests: ${broken.join(', ')} once more`);
    const again = await vitest(project, 15 * minute, broken);
    for (const [file, suite] of again.byFile) {
      if (!isBroken(suite)) secondTries.push(`${file}: ${faultsOf(byFile.get(file)).join('; ')}`);
      byFile.set(file, suite);
    }
  }
  const failedBefore = total.failed;
  for (const [file, suite] of byFile) count(file, suite);
  if (late) fail(`${project} tests: took longer than ${timeoutMs / minute} minutes`);
  // An error outside any test, or no report at all.
  else if (code !== 0 && broken.length === 0 && total.failed === failedBefore) {
    fail(`${project} tests: ended with code ${code}`);
  }
}

/** What failed in a file; an error outside its tests when none of them did. */
function faultsOf(suite) {
  const faults = suite.assertionResults
    .filter(({ status }) => status === 'failed' || status === 'pending')
    .map(({ fullName }) => fullName);
  return faults.length > 0 ? faults : [String(suite.message ?? '').split('\n')[0]];
}

function count(file, suite) {
  if (isBroken(suite)) for (const fault of faultsOf(suite)) fail(`${file}: ${fault}`);
  for (const test of suite.assertionResults) {
    const name = `${file}: ${test.fullName}`;
    if (test.status === 'passed') {
      total.passed += 1;
      if (test.failureMessages.length > 0) secondTries.push(name);
    } else if (test.status === 'skipped' || test.status === 'todo') {
      skip(`${file}: ${test.ancestorTitles[0] ?? ''}`, reasonIn([...test.ancestorTitles, test.title]));
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
  await tests('unit', 8 * minute);
  await tests('interop', 60 * minute, { twice: true });
  await tests('e2e', 25 * minute, { twice: true });
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
  for (const name of secondTries) process.stdout.write(`passed at the second try: ${name}\n`);
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
