import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog, systemIds, VoxboxError } from '../foundation/index.ts';
import { startInference } from '../inference/index.ts';
import {
  type CaseResult,
  fittingCases,
  type LineRehearsalOptions,
  loadCases,
  type Original,
  type RehearsalCase,
  type RehearsalOptions,
  rehearse,
  rehearseOnLine,
  reportOf,
  summaryOf,
} from '../rehearsal/index.ts';
import { type Call, type Command, UsageError } from './command.ts';
import { chosenTenants, withBox } from './data.ts';

/** Plays simulated callers against a copy of a business; nothing of the business itself is touched. */
export const rehearseTenant: Command = {
  name: 'rehearse',
  summary: 'Let simulated callers call a copy of a business, and see what stands in its calendar afterwards',
  operands: '[id...]',
  flags: {
    text: { type: 'boolean', help: 'in words alone, without telephone and voices: quick' },
    cases: { type: 'string', value: 'DIR', help: 'folder of cases (default: those that come with the box)' },
    only: { type: 'string', value: 'TEXT', help: 'only cases whose id holds this' },
    count: { type: 'string', value: 'COUNT', help: 'so many of them, evenly chosen' },
    snr: { type: 'string', value: 'DB', help: 'traffic behind the callers, so far below their voices' },
    loss: { type: 'string', value: 'PERCENT', help: 'packets that are lost, in both directions' },
    voices: {
      type: 'string',
      value: 'IDS',
      help: 'voices of the callers: kokoro-af_heart,kokoro-bm_george',
    },
    minutes: { type: 'string', value: 'COUNT', help: 'no call is begun after that' },
    report: { type: 'string', value: 'DIR', help: 'write report.md, report.json and the calls as WAV there' },
    models: { type: 'string', value: 'DIR', help: 'directory of the model files', sets: 'modelsDir' },
  },
  async run(call) {
    const { config, json, io, text, count, has, positionals } = call;
    const { modelsDir } = config();
    const [name] = positionals;
    const original = name === undefined ? undefined : await originalOf(config(), name);
    const wanted = loadCases(text('cases')).filter(({ id }) => id.includes(text('only') ?? ''));
    const { cases: fitting, left } = original ? fittingCases(wanted, original) : { cases: wanted, left: [] };
    if (fitting.length === 0) {
      throw new VoxboxError('input_invalid', 'no case is meant for this business; see --cases and --only.');
    }
    const cases = evenly(fitting, count('count', fitting.length));
    const line = has('text') ? null : lineOptions(call);
    const inference = await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
    const options: RehearsalOptions = {
      ids: systemIds,
      embed: (texts) => inference.embed(texts, { priority: 'embedding' }),
      original,
      onResult: (result, done, total) => {
        if (!json) io.out(lineOf(result, done, total));
      },
    };
    try {
      const results = line
        ? await rehearseOnLine(cases, { ...options, ...line, modelsDir, inference })
        : await rehearse(cases, options);
      const folder = text('report');
      if (folder !== undefined) writeReport(folder, results);
      if (json) io.out(`${JSON.stringify({ results: results.map(shortOf) }, null, 2)}\n`);
      else io.out(`\n${summaryOf(results)}\n${leftOut(left)}`);
      return results.some(({ passed, rehearsed }) => !passed && rehearsed.must) ? 1 : 0;
    } finally {
      await inference.stop();
    }
  },
};

/** What only calls have. @throws UsageError */
function lineOptions({ io, json, text, count }: Call): LineConditions {
  const [, script] = process.argv;
  if (script === undefined)
    throw new VoxboxError('call_control_unreachable', 'where the engine is, is not known.');
  const snrDb = numberOf('snr', text('snr'), 60);
  const loss = numberOf('loss', text('loss'), 50);
  const report = text('report');
  return {
    script,
    ...(snrDb === undefined ? {} : { snrDb }),
    ...(loss === undefined ? {} : { lossShare: loss / 100 }),
    ...(text('voices') === undefined ? {} : { voices: text('voices')?.split(/\s*,\s*/) }),
    ...(text('minutes') === undefined ? {} : { mostMs: count('minutes', 1) * 60_000 }),
    ...(report === undefined ? {} : { audioDir: join(report, 'calls') }),
    onStep: (step) => {
      if (!json) io.out(`   ...  ${step}\n`);
    },
  };
}

type LineConditions = Pick<
  LineRehearsalOptions,
  'script' | 'snrDb' | 'lossShare' | 'voices' | 'mostMs' | 'audioDir' | 'onStep'
>;

function numberOf(flag: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number <= most) return number;
  throw new UsageError(`--${flag} takes a number from 0 to ${most}.`);
}

/** Every n-th, so that each kind has its share. */
const evenly = (cases: readonly RehearsalCase[], count: number): readonly RehearsalCase[] =>
  count >= cases.length
    ? cases
    : cases.filter(
        (_, i) => Math.floor((i * count) / cases.length) !== Math.floor(((i - 1) * count) / cases.length),
      );

const originalOf = (config: Parameters<typeof withBox>[0], name: string): Promise<Original> =>
  withBox(config, { readOnly: true }, (box) => {
    const [found] = chosenTenants(box, name);
    if (!found) throw new VoxboxError('tenant_unknown', `there is no tenant "${name}".`);
    const { tenant, store } = found;
    return { tenant, profile: store.profile(), playbook: store.playbook() };
  });

const lineOf = ({ rehearsed, passed, faults }: CaseResult, done: number, total: number): string =>
  [
    `${passed ? 'passed' : rehearsed.must ? 'FAILED' : 'failed'}  ${done}/${total}  ${rehearsed.id}: ${rehearsed.title}`,
    ...faults.map((fault) => `          ${fault}`),
    '',
  ].join('\n');

const leftOut = (left: readonly RehearsalCase[]): string =>
  left.length === 0
    ? ''
    : `Left out, because this business does not have what they ask for: ${left.map(({ id }) => id).join(', ')}\n`;

const shortOf = ({ rehearsed, passed, faults, conversation, tookMs }: CaseResult) => ({
  ...{ id: rehearsed.id, title: rehearsed.title, must: rehearsed.must, kind: rehearsed.kind },
  ...{ passed, faults, tookMs: Math.round(tookMs), lines: conversation?.lines ?? [] },
});

function writeReport(folder: string, results: readonly CaseResult[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.md'), reportOf(results));
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(results.map(shortOf), null, 2)}\n`);
}
