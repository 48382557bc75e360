/** `pull-models.ts GROUP`: brings the models of a group onto this box. Part of the set-up; says what it does. */
import { isVoxboxError, loadConfig, silentLog } from '../engine/foundation/index.ts';
import { listModels, type ModelGroup, type PullProgress, pullModels } from '../models/index.ts';

const groups = ['starter', 'simulated-caller', 'large'] as const satisfies readonly ModelGroup[];

/** One line that is written over on a terminal; a line for each file elsewhere. */
function progressBar(): { show(progress: PullProgress): void; end(): void } {
  const terminal = process.stdout.isTTY === true;
  let lastFile = '';
  let lastShownMs = 0;
  let open = false;
  return {
    show(progress) {
      const file = `${progress.id} ${progress.file}`;
      const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
      if (!terminal) {
        if (file !== lastFile)
          process.stdout.write(`  ${file} (${megabytes(progress.totalBytes)}, ${progress.source})\n`);
        lastFile = file;
        return;
      }
      const share = progress.totalBytes > 0 ? Math.min(1, progress.bytes / progress.totalBytes) : 0;
      if (file === lastFile && share < 1 && performance.now() - lastShownMs < 100) return;
      if (open && file !== lastFile) process.stdout.write('\n');
      lastFile = file;
      lastShownMs = performance.now();
      open = true;
      const bar = '#'.repeat(Math.round(share * 24)).padEnd(24, '.');
      process.stdout.write(`\r\x1b[K  [${bar}] ${megabytes(progress.totalBytes).padStart(9)}  ${file}`);
    },
    end() {
      if (open) process.stdout.write('\n');
    },
  };
}

async function main(wanted: string | undefined): Promise<number> {
  const group = groups.find((name) => name === wanted);
  if (!group) {
    process.stdout.write(`Usage: pull-models.ts ${groups.join('|')}\n`);
    return 2;
  }
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  const bar = progressBar();
  try {
    const { modelsDir } = loadConfig();
    const missing = (await listModels(modelsDir)).filter(
      (model) => model.group === group && model.state !== 'ready',
    );
    if (missing.length === 0) return 0;
    const megabytes = Math.round(missing.reduce((sum, model) => sum + model.bytes, 0) / 1e6);
    process.stdout.write(`Fetching models into ${modelsDir} (${megabytes} MB, once) ...\n`);
    await pullModels({
      modelsDir,
      ids: missing.map((model) => model.id),
      onProgress: bar.show,
      log: silentLog,
      signal: abort.signal,
    });
    bar.end();
    process.stdout.write('Models are there.\n');
    return 0;
  } catch (error) {
    bar.end();
    if (!isVoxboxError(error)) throw error;
    process.stdout.write(`${error.message}\n${error.entry.help}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv[2]);
