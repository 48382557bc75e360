import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog, systemIds, VoxboxError } from '../foundation/index.ts';
import { startInference } from '../inference/index.ts';
import {
  type CaseResult,
  loadCases,
  type Original,
  ownCases,
  type RehearsalCase,
  rehearse,
  reportOf,
  summaryOf,
} from '../rehearsal/index.ts';
import type { Command } from './command.ts';
import { chosenTenants, withBox } from './data.ts';

/** Plays simulated callers against a copy of a business; nothing of the business itself is touched. */
export const rehearseTenant: Command = {
  name: 'rehearse',
  summary: 'Play simulated callers against a business, and see what stands in its calendar afterwards',
  operands: '[id...]',
  flags: {
    text: { type: 'boolean', help: 'without audio, in words alone (the only way so far)' },
    cases: { type: 'string', value: 'DIR', help: 'folder of cases (default: those that come with the box)' },
    only: { type: 'string', value: 'TEXT', help: 'only cases whose id holds this' },
    report: { type: 'string', value: 'DIR', help: 'write report.md and report.json there' },
    models: { type: 'string', value: 'DIR', help: 'directory of the model files', sets: 'modelsDir' },
  },
  async run({ config, json, io, text, has, positionals }) {
    if (!has('text')) {
      throw new VoxboxError('input_invalid', 'rehearse needs --text: over the line it is not there yet.');
    }
    const { modelsDir } = config();
    const [name] = positionals;
    const original = name === undefined ? undefined : await originalOf(config(), name);
    const wanted = loadCases(text('cases')).filter(({ id }) => id.includes(text('only') ?? ''));
    const { cases, left } = original ? ownCases(wanted, original) : { cases: wanted, left: [] };
    if (cases.length === 0) {
      throw new VoxboxError('input_invalid', 'no case is meant for this business; see --cases and --only.');
    }
    const inference = await startInference({ modelsDir, log: silentLog, uses: ['embedding'] });
    try {
      const results = await rehearse(cases, {
        ids: systemIds,
        embed: (texts) => inference.embed(texts, { priority: 'embedding' }),
        original,
        onResult: (result, done, total) => {
          if (!json) io.out(lineOf(result, done, total));
        },
      });
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
