/** `npm run desktop`: everything that `npm start` makes ready, then the desktop shell, which runs the engine itself. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  ensureModels,
  ensurePackages,
  ensureRenderer,
  node24,
  orExplain,
  root,
  SetupError,
} from './setup.mjs';

const electron = join(root, 'node_modules', 'electron');

orExplain(() => {
  ensurePackages();
  ensureRenderer();
  ensureModels({ group: 'starter' });
  step(
    [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build', '--logLevel', 'warn'],
    {
      failure: 'The desktop shell could not be built.',
    },
  );
  // The package brings no binary, and .npmrc keeps its script from fetching one.
  if (!existsSync(join(electron, 'path.txt'))) {
    step([join(electron, 'install.js')], {
      failure: 'Electron could not be fetched from github.com. Everything else works without it: npm start.',
    });
  }
});
const shell = step([join(electron, 'cli.js'), root, ...process.argv.slice(2)], {});
process.exitCode = shell.status ?? 1;

/** Runs one program of the packages; with `failure`, that has to succeed. */
function step(args, { failure }) {
  const result = spawnSync(node24, args, { cwd: root, stdio: 'inherit' });
  if (failure !== undefined && result.status !== 0) throw new SetupError(failure);
  return result;
}
