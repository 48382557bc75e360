/** `node installer/with-setup.mjs FILE [ARGUMENTS]`: runs a TypeScript program once everything is ready. */
import { resolve } from 'node:path';
import { ensureModels, ensurePackages, ensureRenderer, hand, orExplain, say } from './setup.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  say('Usage: node installer/with-setup.mjs FILE [ARGUMENTS]');
  process.exit(2);
}
orExplain(() => {
  ensurePackages();
  ensureRenderer();
  ensureModels({ group: 'starter' });
  // Without them the caller speaks with espeak-ng's voice.
  ensureModels({ group: 'simulated-caller', optional: true });
});
hand([resolve(file), ...args]);
