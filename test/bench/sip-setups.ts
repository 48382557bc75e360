/**
 * How many calls a second the SIP server sets up and ends on one core, called by sipp on another, and
 * Kamailio answering from its script in the same place, for scale.
 * Run: node test/bench/sip-setups.ts [--json] [--seconds 10]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLog } from '../../engine/foundation/index.ts';
import {
  buildAnswer,
  connectCallControl,
  negotiateAudio,
  parseOffer,
  startSip,
} from '../../engine/sip/index.ts';
import { startKamailio } from '../interop/peers/kamailio.ts';
import { freePort } from '../interop/peers/program.ts';
import type { Bench, Figure } from './figure.ts';

const host = '127.0.0.1';
/** What the box has to do. */
const askedRate = 200;
/** Calls under way at once when as many as possible are set up. */
const openCalls = 100;
const serverCore = 0;
const callerCore = availableParallelism() > 1 ? 1 : 0;

interface Run {
  readonly perSecond: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly retransmissions: number;
}

export interface SetupsResult {
  readonly atAskedRate: Run;
  readonly most: Run;
  /** Null where Kamailio is not on this machine. */
  readonly kamailio: Run | null;
}

const missing = (program: string): boolean =>
  spawnSync(program, ['-v'], { stdio: 'ignore' }).error !== undefined;

export async function measureSetups(seconds: number): Promise<SetupsResult> {
  if (missing('sipp')) throw new Error('sipp is not installed');
  const server = await startAnswerer();
  try {
    await sipp({ port: server.port, rate: askedRate, calls: askedRate, limit: 1000 });
    const atAskedRate = await sipp({
      ...{ port: server.port, rate: askedRate, calls: askedRate * seconds, limit: 3000 },
    });
    const most = await sipp({ port: server.port, rate: 10_000, calls: 300 * seconds, limit: openCalls });
    return { atAskedRate, most, kamailio: await kamailioRun(seconds) };
  } finally {
    server.child.kill();
  }
}

async function kamailioRun(seconds: number): Promise<Run | null> {
  if (missing('kamailio')) return null;
  const options = { mode: 'answerer', core: serverCore, processes: 1 } as const;
  const kamailio = await startKamailio({ ...options, port: await freePort() });
  try {
    return await sipp({ port: kamailio.port, rate: 10_000, calls: 1000 * seconds, limit: openCalls });
  } finally {
    await kamailio.stop();
  }
}

const pinned = (core: number, command: string, args: readonly string[]): [string, string[]] =>
  missing('taskset') ? [command, [...args]] : ['taskset', ['-c', String(core), command, ...args]];

async function startAnswerer(): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const [command, args] = pinned(serverCore, process.execPath, [import.meta.filename, '--role', 'answerer']);
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const [port] = await once(child, 'message');
  return { child, port: Number(port) };
}

/** The line as it is, and a program that answers every call at once; no media. */
async function runAnswerer(): Promise<void> {
  const sip = await startSip({ host, port: 0, log: silentLog });
  const { controlHost, controlPort, controlSecret } = sip;
  const srf = await connectCallControl({ host: controlHost, port: controlPort, secret: controlSecret });
  srf.invite((req, res) => {
    const audio = negotiateAudio(parseOffer(req.body), { codecs: ['PCMU', 'PCMA'] });
    if (!audio) return res.send(488);
    const localSdp = buildAnswer(audio, { address: host, port: 20_000, sessionId: 1 });
    srf.createUAS(req, res, { localSdp }).then(
      (dialog) => dialog.on('destroy', () => {}),
      () => {},
    );
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  process.send?.(sip.port);
}

/** INVITE, ACK, BYE of sipp's own caller; ends when all calls did. */
async function sipp(options: {
  readonly port: number;
  readonly rate: number;
  readonly calls: number;
  readonly limit: number;
}): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-setups-'));
  const { port, rate, calls, limit } = options;
  const [command, args] = pinned(callerCore, 'sipp', [
    ...[`${host}:${port}`, '-sn', 'uac', '-s', 'answer', '-i', host, '-d', '0', '-nostdin'],
    ...['-r', String(rate), '-m', String(calls), '-l', String(limit)],
    ...['-trace_stat', '-fd', '1', '-timeout', '90s'],
  ]);
  const child = spawn(command, args, { cwd: folder, stdio: 'ignore' });
  await once(child, 'exit');
  try {
    return readStatistics(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readStatistics(folder: string): Run {
  const file = readdirSync(folder).find((name) => name.endsWith('.csv'));
  if (!file) throw new Error('sipp kept no statistics');
  const [names = '', ...rows] = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  const columns = names.split(';');
  const last = rows.at(-1)?.split(';') ?? [];
  const value = (name: string): number => Number(last[columns.indexOf(name)] ?? Number.NaN);
  const succeeded = value('SuccessfulCall(C)');
  return {
    succeeded,
    failed: value('FailedCall(C)'),
    retransmissions: value('Retransmissions(C)'),
    perSecond: value('CallRate(C)'),
  };
}

/** The same as figures of the bench's table. */
export const sipSetups: Bench = async ({ quick, tell }) => {
  const seconds = quick ? 4 : 10;
  tell(`SIP set-ups, ${seconds} s each`);
  const { atAskedRate, most, kamailio } = await measureSetups(seconds);
  const how = (run: Run): string => `${run.succeeded} calls, ${run.retransmissions} retransmissions`;
  const figures: Figure[] = [
    {
      ...{ name: `SIP set-ups failed at ${askedRate}/s`, value: atAskedRate.failed, unit: 'calls', limit: 0 },
      note: `one core, sipp on another, ${how(atAskedRate)}`,
    },
    {
      ...{ name: 'SIP set-ups', value: most.perSecond, unit: 'calls/s', limit: askedRate, limitIs: 'least' },
      note: `one core, ${openCalls} calls at once, ${most.failed} failed, ${how(most)}`,
    },
  ];
  if (!kamailio) return figures;
  return [
    ...figures,
    {
      ...{
        name: 'SIP set-ups, Kamailio from script',
        value: kamailio.perSecond,
        unit: 'calls/s',
        limit: null,
      },
      note: `same core, keeps no state, ${kamailio.failed} failed; ours is ${(most.perSecond / kamailio.perSecond).toFixed(2)} of it`,
    },
  ];
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      json: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '10' },
    },
  });
  if (values.role === 'answerer') return runAnswerer();
  const result = await measureSetups(Number(values.seconds));
  process.stdout.write(`${JSON.stringify(result, null, values.json ? 0 : 2)}\n`);
}

if (process.argv[1] === import.meta.filename) await main();
