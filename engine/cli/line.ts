import type { LineReportAnswer } from '../api/contract/index.ts';
import { VoxboxError } from '../foundation/index.ts';
import type { EngineRecord } from '../store/index.ts';
import type { Call, CliIo, Command } from './command.ts';
import { withBox } from './data.ts';
import { ask, withEngine } from './running.ts';
import { printable, table } from './table.ts';

/** A test takes half a minute at most; a carrier that answers slowly gets some more. */
const testLimitMs = 120_000;
const lookMs = 400;

export const lineTest: Command = {
  name: 'line test',
  summary: 'Test a trunk with a call and say what is wrong with it',
  operands: '<id>',
  flags: {
    target: { type: 'string', value: 'NUMBER', help: 'what to call: a number or SIP URI (default: echo)' },
    refer: { type: 'boolean', help: 'ask the other side for a transfer too' },
  },
  run: (call) => withEngine(call, (engine) => testLine(call, engine)),
};

async function testLine(call: Call, engine: EngineRecord): Promise<number> {
  const { io, json, text, has, positionals } = call;
  const id = await trunkId(call, positionals[0] ?? '');
  const target = text('target');
  const body = { ...(target === undefined ? {} : { target }), ...(has('refer') ? { refer: true } : {}) };
  const test = ask(engine, { method: 'line.test', id, body, withinMs: testLimitMs });
  if (!json && io.isTerminal) await showSteps(engine, { id, io, until: test });
  const { report } = await test;
  if (json) io.out(`${JSON.stringify({ report }, null, 2)}\n`);
  else io.out(inWords(report));
  return report.verdict === 'fault' ? 1 : 0;
}

export const lineLadder: Command = {
  name: 'line ladder',
  summary: 'Show the SIP messages of a call, or of the last one with "last"',
  operands: '<id>',
  flags: {},
  run: (call) =>
    withEngine(call, async (engine) => {
      const { io, json, positionals } = call;
      const answer = await ask(engine, { method: 'line.ladder', id: positionals[0] ?? '' });
      io.out(
        json
          ? `${JSON.stringify(answer, null, 2)}\n`
          : `Call-ID ${printable(answer.sipCallId)}\n\n${answer.text}`,
      );
      return 0;
    }),
};

/** By name or id. @throws VoxboxError `trunk_unknown` */
function trunkId({ config }: Call, name: string): Promise<string> {
  return withBox(config(), { readOnly: true }, (box) => {
    const found = box.trunks.list().find((trunk) => trunk.id === name || trunk.name === name);
    if (!found) throw new VoxboxError('trunk_unknown', `there is no trunk "${name}".`);
    return found.id;
  });
}

/** Each step as it is taken, for a person who waits. */
async function showSteps(
  engine: EngineRecord,
  { id, io, until }: { readonly id: string; readonly io: CliIo; readonly until: Promise<unknown> },
): Promise<void> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  const ended = until.then(end, end);
  let shown = 0;
  while (!over) {
    const progress = await ask(engine, { method: 'line.progress', id }).catch(() => null);
    if (progress?.running) {
      for (const { stage, note } of progress.steps.slice(shown)) io.out(`  ${stage}: ${printable(note)}\n`);
      shown = Math.max(shown, progress.steps.length);
    }
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, lookMs))]);
  }
}

const verdicts = { well: 'OK', warning: 'WARNING', fault: 'FAULT' } as const;
const states = { passed: 'ok', warned: 'warn', failed: 'FAIL', skipped: '-', unknown: '?' } as const;

function inWords({ trunkName, verdict, findings, checks, ladderText, tookMs }: LineReportAnswer): string {
  const told = findings.map(
    ({ sentence, evidence }) =>
      `${printable(sentence)}\n${evidence.map((line) => `    ${printable(line)}\n`).join('')}`,
  );
  const list = checkList(checks);
  const seconds = (tookMs / 1000).toFixed(1);
  return `${verdicts[verdict]}  ${printable(trunkName)} (${seconds} s)\n\n${told.join('\n')}\n${list}\n${ladderText}`;
}

/** What was looked at, a line each; then what was not, a line for each reason. */
function checkList(checks: LineReportAnswer['checks']): string {
  const tried = checks.filter(({ state }) => state !== 'skipped');
  const skipped = Map.groupBy(
    checks.filter(({ state }) => state === 'skipped'),
    ({ note }) => note,
  );
  const rest = [...skipped].map(
    ([note, left]) =>
      `${states.skipped.padEnd(4)}  ${left.map(({ check }) => check).join(', ')} (${printable(note)})\n`,
  );
  return table(tried.map(({ state, check, note }) => [states[state], check, note])) + rest.join('');
}
