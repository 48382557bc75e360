/** `npm start`: makes everything ready on the first run, then runs the engine with the flags given. */
import { join } from 'node:path';
import { ensureModels, ensurePackages, ensureRenderer, hand, orExplain, root } from './setup.mjs';

orExplain(() => {
  ensurePackages();
  ensureRenderer();
  ensureModels({ group: 'starter' });
});
hand([join(root, 'engine', 'main.ts'), 'serve', ...process.argv.slice(2)]);
