/**
 * How evenly the engine sends RTP, and what that costs: N legs of one process, each to a loopback receiver in
 * another process. When each packet left is what the kernel says; where packets cannot be captured it is when the
 * receiver had it, its own waiting for a core included, and the first seconds, in which all legs are opened.
 * Run: node test/bench/rtp-pacing.ts [--json] [--seconds 10] [--legs 1,10,50,100] [--echo] [--thread] [--srtp]
 * With --echo the receiver sends every packet back, so that the legs also do their listening work; with
 * --thread the legs are on the media thread, as in the engine; with --srtp they are encrypted both ways.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runFirst } from '../../engine/foundation/index.ts';
import { parseRtp } from '../../engine/media/index.ts';
import { captureMissing, deviationsMs, startCapture } from '../interop/peers/packet-capture.ts';
import type { Bench, Figure } from './figure.ts';
import {
  ask,
  echoedKeys,
  host,
  openMedia,
  playTone,
  shareDuring,
  startOf,
  startRole,
  warmUpSeconds,
} from './rtp-legs.ts';

const frameMs = 20;
interface Limit {
  readonly figure: string;
  readonly most: number;
}

export interface BenchResult {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly limits: readonly Limit[];
  readonly passed: boolean;
}

export interface BenchOptions {
  readonly seconds?: number;
  readonly legs?: readonly number[];
  readonly echo?: boolean;
  readonly thread?: boolean;
  readonly srtp?: boolean;
}

interface Gaps {
  /** Of |gap − 20 ms| between two packets of a leg. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Received {
  readonly gaps: Gaps;
  readonly packets: number;
  readonly lost: number;
}

interface Cost {
  readonly cpuPercent: number;
  readonly mbPerLeg: number;
}

/** Figures are named `<legs>.<figure>`; milliseconds, percent of one core, megabytes. */
export async function bench(options: BenchOptions = {}): Promise<BenchResult> {
  const { seconds = 10, legs = [1, 10, 50, 100] } = options;
  const figures: Record<string, number> = {};
  for (const count of legs) {
    const { gaps, received, cost } = await measure(count, seconds, options);
    Object.assign(figures, {
      [`${count}.gapP50Ms`]: round(gaps.p50Ms),
      [`${count}.gapP99Ms`]: round(gaps.p99Ms),
      [`${count}.gapMaxMs`]: round(gaps.maxMs),
      [`${count}.packets`]: received.packets,
      [`${count}.lost`]: received.lost,
      [`${count}.receivedGapP99Ms`]: round(received.gaps.p99Ms),
      [`${count}.cpuPercent`]: round(cost.cpuPercent),
      [`${count}.mbPerLeg`]: round(cost.mbPerLeg),
      // What else the machine had to do: more than its cores makes the gaps the scheduler's.
      [`${count}.load`]: round(loadavg()[0] ?? 0),
    });
  }
  const limits = legs.flatMap((count) => [
    { figure: `${count}.gapP99Ms`, most: 3 },
    { figure: `${count}.lost`, most: 0 },
  ]);
  const passed = limits.every(({ figure, most }) => (figures[figure] ?? Number.POSITIVE_INFINITY) <= most);
  return { name: 'rtp-pacing', figures, limits, passed };
}

/** The same as figures of the bench's table: on the media thread, both directions. */
export const rtpPacing: Bench = async ({ quick, tell }) => {
  const legs = [1, 10, 50, 100];
  const seconds = quick ? 3 : 10;
  tell(`RTP of ${legs.join(', ')} legs, ${seconds} s each`);
  const both = { seconds, echo: true, thread: true } as const;
  const plain = await bench({ ...both, legs });
  tell('RTP of 100 legs with SRTP');
  const secure = await bench({ ...both, legs: [100], srtp: true });
  return [...legs.flatMap((count) => figuresOf(plain, count, '')), ...figuresOf(secure, 100, ' with SRTP')];
};

function figuresOf({ figures }: BenchResult, count: number, kind: string): readonly Figure[] {
  const value = (name: string): number | null => figures[`${count}.${name}`] ?? null;
  const note = `media thread, both directions, ${value('packets')} packets, load ${value('load')}`;
  const what = `${count} legs${kind}`;
  const share = (value('cpuPercent') ?? Number.NaN) / count;
  return [
    { name: `RTP gap off 20 ms p99, ${what}`, value: value('gapP99Ms'), unit: 'ms', limit: 3, note },
    { name: `RTP packets lost, ${what}`, value: value('lost'), unit: 'packets', limit: 0, note },
    // What one leg costs is seen where there are many.
    {
      name: `RTP share of a core a leg, ${what}`,
      value: share,
      unit: '%',
      limit: count < 50 ? null : 1,
      note,
    },
    {
      name: `RTP memory a leg, ${what}`,
      value: value('mbPerLeg'),
      unit: 'MB',
      limit: count < 50 ? null : 1,
      note,
    },
  ];
}

async function measure(
  count: number,
  seconds: number,
  { echo = false, thread = false, srtp = false }: BenchOptions,
): Promise<{ gaps: Gaps; received: Received; cost: Cost }> {
  const receiver = startRole(import.meta.filename, 'receiver', [...(echo ? ['--echo'] : [])]);
  const flags = [...(thread ? ['--thread'] : []), ...(srtp ? ['--srtp'] : [])];
  const sender = startRole(import.meta.filename, 'sender', [
    '--seconds',
    String(seconds),
    '--legs',
    String(count),
    ...flags,
  ]);
  try {
    const port = await ask<number>(receiver, 'port');
    const capture = captureMissing() ? null : await startCapture(`dst port ${port}`);
    const cost = await ask<Cost>(sender, { port });
    const received = await ask<Received>(receiver, 'received');
    const packets = await capture?.stop();
    const settledMs = (packets?.[0]?.atMs ?? 0) + warmUpSeconds * 1000;
    const gaps = packets
      ? gapsOf(deviationsMs(packets.filter(({ atMs }) => atMs > settledMs)))
      : received.gaps;
    return { gaps, received, cost };
  } finally {
    for (const child of [receiver, sender]) child.kill();
  }
}

/** Opens the legs, lets them send a tone for the time, and tells what that cost. */
async function runSender(
  port: number,
  options: {
    readonly count: number;
    readonly seconds: number;
    readonly thread: boolean;
    readonly srtp: boolean;
  },
): Promise<Cost> {
  const { count, seconds, thread, srtp } = options;
  const media = openMedia(count, thread);
  // What this process needs for a leg at all is there before memory is read.
  await (await media.openLeg()).stop();
  const keys = srtp ? echoedKeys() : undefined;
  const memoryBefore = process.memoryUsage().rss;
  for (let n = 0; n < count; n += 1) {
    const leg = await media.openLeg();
    leg.start(startOf(port, keys));
    playTone(leg, warmUpSeconds + seconds);
  }
  await sleep(warmUpSeconds * 1000);
  const cpuPercent = await shareDuring(seconds * 1000);
  const mbPerLeg = (process.memoryUsage().rss - memoryBefore) / count / 1e6;
  await media.stop();
  return { cpuPercent, mbPerLeg };
}

interface Stream {
  lastMs: number;
  firstSequence: number;
  received: number;
  highest: number;
}

/** Notes when each packet comes; its own wake-up delays are in the figures. */
function runReceiver(echo: boolean): { port(): Promise<number>; received(): Received } {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  const streams = new Map<number, Stream>();
  const ownDeviationsMs: number[] = [];
  socket.on('message', (bytes, source) => {
    const nowMs = performance.now();
    const packet = parseRtp(bytes);
    if (!packet) return;
    if (echo) socket.send(bytes, source.port, source.address);
    const stream = streams.get(packet.ssrc);
    if (!stream) {
      const { sequence } = packet;
      streams.set(packet.ssrc, { lastMs: nowMs, firstSequence: sequence, received: 1, highest: 0 });
      return;
    }
    ownDeviationsMs.push(Math.abs(nowMs - stream.lastMs - frameMs));
    stream.lastMs = nowMs;
    stream.received += 1;
    stream.highest = Math.max(stream.highest, (packet.sequence - stream.firstSequence) & 0xffff);
  });
  return {
    async port() {
      socket.bind(0, host);
      await once(socket, 'listening');
      return socket.address().port;
    },
    received() {
      const all = [...streams.values()];
      return {
        gaps: gapsOf(ownDeviationsMs),
        packets: all.reduce((sum, { received }) => sum + received, 0),
        lost: all.reduce((sum, { highest, received }) => sum + highest + 1 - received, 0),
      };
    },
  };
}

function gapsOf(deviationsMs: readonly number[]): Gaps {
  const sorted = deviationsMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

const round = (value: number): number => Math.round(value * 100) / 100;

function printTable(result: BenchResult): void {
  const columns = [
    'gapP50Ms',
    'gapP99Ms',
    'gapMaxMs',
    'receivedGapP99Ms',
    'packets',
    'lost',
    'cpuPercent',
    'mbPerLeg',
    'load',
  ];
  const counts = [...new Set(Object.keys(result.figures).map((name) => name.split('.')[0] ?? ''))];
  console.log(['legs', ...columns].map((title) => title.padStart(17)).join(''));
  for (const count of counts.toSorted((a, b) => Number(a) - Number(b))) {
    const cells = columns.map((column) => String(result.figures[`${count}.${column}`]));
    console.log([count, ...cells].map((cell) => cell.padStart(17)).join(''));
  }
  console.log(result.passed ? 'within limits' : `OVER LIMITS: ${JSON.stringify(result.limits)}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      json: { type: 'boolean', default: false },
      echo: { type: 'boolean', default: false },
      thread: { type: 'boolean', default: false },
      srtp: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '10' },
      legs: { type: 'string', default: '1,10,50,100' },
    },
  });
  const seconds = Number(values.seconds);
  const legs = values.legs.split(',').map(Number);
  if (values.role === 'receiver') {
    // It must not measure its own waiting for a core.
    runFirst();
    const receiver = runReceiver(values.echo);
    process.on('message', async (question) => {
      process.send?.(question === 'port' ? await receiver.port() : receiver.received());
    });
  } else if (values.role === 'sender') {
    process.once('message', async (question: { readonly port: number }) => {
      const { thread, srtp } = values;
      process.send?.(await runSender(question.port, { count: legs[0] ?? 1, seconds, thread, srtp }));
    });
  } else {
    const result = await bench({
      seconds,
      legs,
      echo: values.echo,
      thread: values.thread,
      srtp: values.srtp,
    });
    if (values.json) console.log(JSON.stringify(result));
    else printTable(result);
    process.exitCode = result.passed ? 0 : 1;
  }
}

if (process.argv[1] === import.meta.filename) await main();
