import { fileURLToPath } from 'node:url';
import { defineConfig } from 'electron-vite';

const app = fileURLToPath(new URL('app', import.meta.url));

/** The desktop shell alone: the engine runs as it is, and its page is built by renderer/vite.config.ts. */
export default defineConfig({
  main: {
    build: {
      outDir: `${app}/dist`,
      emptyOutDir: false,
      // Nothing of node_modules lies beside the installed program.
      externalizeDeps: false,
      rolldownOptions: { input: { main: `${app}/main.ts` } },
    },
  },
  preload: {
    build: {
      outDir: `${app}/dist`,
      emptyOutDir: false,
      externalizeDeps: false,
      // A sandboxed preload is a script, not a module.
      rolldownOptions: {
        input: { preload: `${app}/preload.ts` },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
});
