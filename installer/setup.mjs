/**
 * First-run set-up, in plain JavaScript for the Node that the machine has: packages, screens, models.
 * Each step is quick when there is nothing to do. Everything it says goes to standard error, so that
 * standard output stays with the program that is run afterwards.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that the product runs on; it comes with the packages. */
export const node24 = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

const wantedNodeMajor = 24;
const installTimeoutMs = 20 * 60_000;
const buildTimeoutMs = 5 * 60_000;
const modelsTimeoutMs = 60 * 60_000;

/** A step of the set-up that could not be done; `message` says what to do. */
export class SetupError extends Error {}

export const say = (line) => process.stderr.write(`${line}\n`);

/** Installs the packages of package-lock.json unless these very ones are there already. */
export function ensurePackages() {
  const stamp = join(root, 'node_modules', '.voxbox-packages');
  const lock = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && existsSync(node24)) return;
  if (!installedByHand()) installPackages();
  checkNode24();
  writeFileSync(stamp, digest);
}

/** True when somebody ran npm after package-lock.json was last changed: npm leaves a file that tells. */
function installedByHand() {
  const trace = join(root, 'node_modules', '.package-lock.json');
  return (
    existsSync(trace) &&
    existsSync(node24) &&
    modifiedMs(trace) >= modifiedMs(join(root, 'package-lock.json'))
  );
}

function installPackages() {
  say('Installing packages (first run only) ...');
  const startedMs = Date.now();
  // .npmrc keeps install scripts from running; the `node` package's own is what brings Node 24.
  npm(['ci', '--no-fund', '--no-audit', '--no-progress', '--loglevel=error']);
  npm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']);
  say(`Packages are there (${Math.round((Date.now() - startedMs) / 1000)} s).`);
}

function npm(args) {
  const result = spawnSync('npm', args, {
    cwd: root,
    env: { ...process.env, PATH: pathWithoutPackages() },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
    timeout: installTimeoutMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.status === 0) return;
  const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(0, 20).join('\n');
  const why = result.error?.message ?? `ended with ${result.signal ?? `status ${result.status}`}`;
  throw new SetupError(
    `The packages could not be installed: "npm ${args[0]}" ${why}.\n${said}\n` +
      'Check the connection to the package registry and the free disk space, then try again.',
  );
}

/** npm replaces node_modules: it must not run on the Node that lies inside. */
function pathWithoutPackages() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((entry) => !entry.endsWith(join('node_modules', '.bin')))
    .join(delimiter);
}

function checkNode24() {
  const result = spawnSync(node24, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  const major = Number(/^v(\d+)\./.exec(result.stdout ?? '')?.[1]);
  if (result.status === 0 && major >= wantedNodeMajor) return;
  throw new SetupError(
    `Node ${wantedNodeMajor} came with the packages but does not run here (${
      result.error?.message ?? `it said: ${(result.stdout || result.stderr || '').trim() || 'nothing'}`
    }). Delete node_modules and try again.`,
  );
}

/** Builds the screens unless the built ones are newer than every source. */
export function ensureRenderer() {
  const config = join(root, 'renderer', 'vite.config.ts');
  if (!existsSync(config)) {
    say('There are no screens in this tree: skipping their build.');
    return;
  }
  const sources = [
    join(root, 'renderer'),
    join(root, 'engine', 'api', 'contract'),
    join(root, 'package-lock.json'),
  ];
  const built = join(root, 'renderer', 'dist', 'index.html');
  if (existsSync(built) && modifiedMs(built) >= Math.max(...sources.map(newestMs))) return;
  say('Building the screens ...');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const result = spawnSync(node24, [vite, 'build', '--config', config, '--logLevel', 'warn'], {
    cwd: root,
    // Tests build it, too, and what they build is what people get.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: buildTimeoutMs,
  });
  if (result.status !== 0) {
    throw new SetupError(`The screens could not be built.\n${`${result.stdout}${result.stderr}`.trim()}`);
  }
}

/**
 * Fetches the model files of a group that are not there yet, and verifies them.
 *
 * @param {{ group: string, optional?: boolean }} options `optional`: say what failed and go on
 */
export function ensureModels({ group, optional = false }) {
  const result = spawnSync(node24, [join(root, 'installer', 'pull-models.ts'), group], {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    timeout: modelsTimeoutMs,
  });
  if (result.status === 0) return true;
  const message = `The models of group "${group}" could not be fetched (see above).`;
  if (!optional) throw new SetupError(message);
  say(message);
  return false;
}

/** Runs a TypeScript program under Node 24 in place of this process: signals go on, the exit code comes back. */
export function hand(args) {
  const child = spawn(node24, args, { cwd: process.cwd(), stdio: 'inherit' });
  // At a terminal the child gets Ctrl-C by itself, as a member of the foreground group.
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(`Node ${wantedNodeMajor} could not be started: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** Runs the set-up and says a failure in plain words instead of a stack trace. */
export function orExplain(steps) {
  try {
    steps();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(1);
  }
}

const modifiedMs = (path) => statSync(path).mtimeMs;

function newestMs(path) {
  if (!existsSync(path)) return 0;
  if (!statSync(path).isDirectory()) return modifiedMs(path);
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== 'dist' && entry.name !== 'node_modules')
    .reduce((newest, entry) => Math.max(newest, newestMs(join(path, entry.name))), 0);
}
