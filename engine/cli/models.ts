import { listModels, type ModelState, pullModels } from '../../models/index.ts';
import { silentLog } from '../foundation/index.ts';
import { type Command, UsageError } from './command.ts';
import { showProgress } from './progress.ts';
import { ask, withEngine } from './running.ts';
import { size, table } from './table.ts';

const modelsFlag = {
  models: { type: 'string', value: 'DIR', help: 'directory of the model files', sets: 'modelsDir' },
} as const;

const groups = ['starter', 'simulated-caller', 'large'] as const;

export const modelsList: Command = {
  name: 'models list',
  summary: 'Show which models are on this box',
  flags: modelsFlag,
  async run({ config, json, io }) {
    const models = await listModels(config().modelsDir);
    io.out(json ? `${JSON.stringify({ models }, null, 2)}\n` : modelTable(models));
    return 0;
  },
};

export const modelsPull: Command = {
  name: 'models pull',
  summary: 'Fetch what is missing: the starter set, a group, or models by id',
  operands: '[id...]',
  flags: { ...modelsFlag, group: { type: 'string', value: 'GROUP', help: groups.join(', ') } },
  async run({ config, json, io, text, positionals }) {
    const { modelsDir } = config();
    const group = text('group') === undefined ? 'starter' : groups.find((name) => name === text('group'));
    if (!group) throw new UsageError(`--group takes ${groups.join(', ')}.`);
    if (text('group') !== undefined && positionals.length > 0) {
      throw new UsageError('models pull takes ids or --group, not both.');
    }
    const ids = positionals.length > 0 ? positionals : undefined;
    const progress = json ? { show() {}, end() {} } : showProgress(io);
    const stop = new AbortController();
    const abort = () => stop.abort();
    process.once('SIGINT', abort);
    try {
      await pullModels({
        modelsDir,
        ids,
        group,
        onProgress: progress.show,
        log: silentLog,
        signal: stop.signal,
      });
    } finally {
      process.off('SIGINT', abort);
      progress.end();
    }
    const models = (await listModels(modelsDir)).filter(
      (model) => ids?.includes(model.id) ?? model.group === group,
    );
    io.out(json ? `${JSON.stringify({ models }, null, 2)}\n` : modelTable(models));
    return 0;
  },
};

export const modelsUse: Command = {
  name: 'models use',
  summary: 'Serve with another model from now on, without dropping calls',
  operands: '<id>',
  flags: {},
  run(call) {
    const { json, io, positionals } = call;
    const [id = ''] = positionals;
    return withEngine(call, async (engine) => {
      const { models } = await ask(engine, { method: 'model.use', id, withinMs: loadingMs });
      if (json) io.out(`${JSON.stringify({ models }, null, 2)}\n`);
      else io.out(`${id} is in use.\n${table(models.map((model) => [model.kind, model.id]))}`);
      return 0;
    });
  },
};

/** A large model comes from a slow disk. */
const loadingMs = 300_000;

const modelTable = (models: readonly ModelState[]): string =>
  table([
    ['ID', 'USE', 'GROUP', 'STATE', 'SIZE', 'LICENCE', 'LANGUAGES', ''],
    ...models.map((model) => [
      model.id,
      model.use,
      model.group,
      model.state,
      model.bytes > 0 ? size(model.bytes) : '-',
      model.licence,
      model.languages.join(','),
      model.tested ? '' : 'untested',
    ]),
  ]);
