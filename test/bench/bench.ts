/**
 * `npm run bench`: measures what Voxbox promises on this machine and holds it against the limits.
 * Exit status 0 when everything could be measured, whether or not a limit is missed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../caller/engine-process.ts';
import { analytics } from './analytics.ts';
import { audioQuality } from './audio-quality.ts';
import { callList } from './call-list.ts';
import { capture } from './capture.ts';
import { type Bench, type Figure, ratio } from './figure.ts';
import { firstCall } from './first-call.ts';
import { llmRaw } from './llm-raw.ts';
import { mediaCores } from './media-cores.ts';
import { models } from './models.ts';
import { overload } from './overload.ts';
import { page } from './page.ts';
import { retrieval } from './retrieval.ts';
import { rtpPacing } from './rtp-pacing.ts';
import { sessionOverhead } from './session-overhead.ts';
import { sipSetups } from './sip-setups.ts';
import { srtpCost } from './srtp-cost.ts';
import { sttWer } from './stt-wer.ts';
import { ttsRaw } from './tts-raw.ts';
import { turnTaking } from './turn-taking.ts';
import { wordTimesOff } from './word-times.ts';

const benches: Readonly<Record<string, Bench>> = {
  analytics,
  'audio-quality': audioQuality,
  'call-list': callList,
  capture,
  'first-call': firstCall,
  'media-cores': mediaCores,
  'llm-raw': llmRaw,
  models,
  overload,
  page,
  retrieval,
  'rtp-pacing': rtpPacing,
  'srtp-cost': srtpCost,
  'session-overhead': sessionOverhead,
  'sip-setups': sipSetups,
  'stt-wer': sttWer,
  'tts-raw': ttsRaw,
  'turn-taking': turnTaking,
  'word-times': wordTimesOff,
};

const help = `Usage: npm run bench -- [--only NAME]... [--quick] [--json] [--write]
  --only   one of ${Object.keys(benches).join(', ')}; may be given more than once
  --quick  fewer rounds
  --json   figures as JSON on standard output
  --write  puts the tables into docs/benchmarks.md
`;

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Part {
  readonly name: string;
  readonly figures: readonly Figure[];
  readonly error: string | null;
}

const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    date: new Date().toISOString().slice(0, 10),
  };
}

async function measure(name: string, bench: Bench): Promise<Part> {
  tell(`Measuring ${name} ...`);
  try {
    return { name, figures: await bench({ quick: flags.quick, tell }), error: null };
  } catch (error) {
    return { name, figures: [], error: error instanceof Error ? error.message : String(error) };
  }
}

const number = (value: number | null): string => (value === null ? '-' : String(Math.round(value * 10) / 10));

function row(figure: Figure): readonly string[] {
  const share = ratio(figure);
  const sign = figure.limitIs === 'least' ? '≥' : '≤';
  return [
    figure.name,
    `${number(figure.value)} ${figure.unit}`,
    figure.limit === null ? '' : `${sign} ${number(figure.limit)} ${figure.unit}`,
    share === null ? '' : share.toFixed(2),
    figure.note,
  ];
}

function table(parts: readonly Part[], { markdown }: { markdown: boolean }): string {
  const rows = [
    ['figure', 'measured', 'limit', 'ratio', 'how'],
    ...parts.flatMap(({ name, figures, error }) =>
      error === null ? figures.map(row) : [[name, 'not measured', '', '', error.split('\n')[0] ?? '']],
    ),
  ];
  if (markdown) {
    const [head = [], ...body] = rows.map((cells) => `| ${cells.join(' | ')} |`);
    return [head, '|---|---|---|---|---|', ...body].join('\n');
  }
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Each part has a section of its own in the page, with the day and the machine: others stay as they were. */
function write(parts: readonly Part[]): void {
  const path = join(repositoryRoot, 'docs', 'benchmarks.md');
  const { cpu, cores, memoryGiB, node, platform, date } = machine();
  const about = `${date}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, ${platform}, starter models.`;
  let page = readFileSync(path, 'utf8');
  for (const part of parts) {
    const [start, end] = [`<!-- bench:${part.name} -->`, `<!-- /bench:${part.name} -->`];
    const section = [start, `### ${part.name}`, '', about, '', table([part], { markdown: true }), end].join(
      '\n',
    );
    const from = page.indexOf(start);
    page =
      from < 0
        ? `${page.trimEnd()}\n\n${section}\n`
        : `${page.slice(0, from)}${section}${page.slice(page.indexOf(end) + end.length)}`;
  }
  writeFileSync(path, page);
  tell(`Written into ${path}`);
}

async function main(): Promise<number> {
  const names = flags.only ?? Object.keys(benches);
  const unknown = names.find((name) => !(name in benches));
  if (flags.help || unknown !== undefined) {
    process.stderr.write(help);
    return flags.help ? 0 : 2;
  }
  const parts: Part[] = [];
  for (const name of names) {
    const bench = benches[name];
    if (bench) parts.push(await measure(name, bench));
  }
  const about = machine();
  if (flags.json) process.stdout.write(`${JSON.stringify({ machine: about, parts }, null, 2)}\n`);
  else {
    process.stdout.write(
      `\n${about.cpu}, ${about.cores} cores, ${about.memoryGiB} GiB, Node ${about.node}, ${about.platform}\n\n` +
        `${table(parts, { markdown: false })}\n`,
    );
  }
  if (flags.write) write(parts);
  return parts.some(({ error }) => error !== null) ? 1 : 0;
}

process.exitCode = await main();
