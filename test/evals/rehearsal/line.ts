/**
 * Rehearsal over the real line with a sample of all cases: every n-th of them, so that each profession and kind has its
 * share. What it does stands in `engine/rehearsal/line/`; `voxbox rehearse` plays those of one business.
 *
 * Run: node test/evals/rehearsal/line.ts [--only TEXT] [--count N] [--snr DB] [--loss PERCENT] [--minutes N] [--report DIR]
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig, silentLog, systemIds } from '../../../engine/foundation/index.ts';
import { startInference } from '../../../engine/inference/index.ts';
import {
  type CaseResult,
  loadCases,
  type RehearsalCase,
  rehearseOnLine,
  reportOf,
  summaryOf,
} from '../../../engine/rehearsal/index.ts';
import { engineMain } from '../../caller/engine-process.ts';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    count: { type: 'string', default: '40' },
    snr: { type: 'string', default: '20' },
    loss: { type: 'string', default: '0' },
    cases: { type: 'string' },
    report: { type: 'string' },
    /** No new call after that. */
    minutes: { type: 'string', default: '120' },
  },
});

function sampleOf(cases: readonly RehearsalCase[], count: number): readonly RehearsalCase[] {
  const step = Math.max(1, cases.length / count);
  return Array.from({ length: Math.min(count, cases.length) }, (_, i) => cases[Math.floor(i * step)]).flatMap(
    (rehearsed) => rehearsed ?? [],
  );
}

function tell({ rehearsed, passed, faults, conversation, tookMs }: CaseResult, done: number, total: number) {
  const { id, must } = rehearsed;
  console.log(`  ${done}/${total} ${id}: ${passed ? 'passed' : 'FAILED'} (${Math.round(tookMs / 1000)} s)`);
  if (passed) return;
  console.log(`FAILED ${id}${must ? '' : ' (does not count)'}`);
  for (const fault of faults) console.log(`    ! ${fault}`);
  for (const line of conversation?.lines ?? []) console.log(`      ${line.by}: ${line.text}`);
}

const { modelsDir } = loadConfig();
const all = loadCases(flags.cases);
const cases = sampleOf(
  all.filter(({ id }) => id.includes(flags.only)),
  Number(flags.count),
);
console.log(`${cases.length} of ${all.length} cases; noise at ${flags.snr} dB; loss ${flags.loss} %`);
const inference = await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
try {
  const { report } = flags;
  const results = await rehearseOnLine(cases, {
    ...{ ids: systemIds, modelsDir, inference },
    embed: (texts) => inference.embed(texts, { priority: 'embedding' }),
    script: engineMain,
    snrDb: Number(flags.snr),
    lossShare: Number(flags.loss) / 100,
    mostMs: Number(flags.minutes) * 60_000,
    ...(report === undefined ? {} : { audioDir: join(report, 'audio') }),
    onResult: tell,
    onStep: (step) => console.log(`    ${step}`),
  });
  console.log(summaryOf(results));
  if (report !== undefined) {
    mkdirSync(report, { recursive: true });
    writeFileSync(join(report, 'report.md'), reportOf(results));
  }
} finally {
  await inference.stop();
}
