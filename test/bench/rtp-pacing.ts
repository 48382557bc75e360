/**
 * How evenly the engine sends RTP, and what that costs: N legs of one process, each to a loopback receiver in
 * another process.
 * Run: node test/bench/rtp-pacing.ts [--json] [--seconds 10] [--legs 1,10,50,100] [--echo] [--thread] [--srtp]
 * With --echo the receiver sends every packet back, so that the legs also do their listening work; with
 * --thread the legs are on the media thread, as in the engine; with --srtp they are encrypted both ways.
 * With --compare [--rounds 5] it tells what encryption adds: plain and encrypted runs in turn, medians.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { constants, loadavg, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { silentLog } from '../../engine/foundation/index.ts';
import { createMedia, createMediaThread, type Media, parseRtp } from '../../engine/media/index.ts';
import type { Bench, Figure } from './figure.ts';

const host = '127.0.0.1';
const frameMs = 20;
/** Before processor time is read: until then the compiler takes more of it than the legs. */
const warmUpSeconds = 5;

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
    const { gaps, cost } = await measure(count, seconds, options);
    Object.assign(figures, {
      [`${count}.gapP50Ms`]: round(gaps.p50Ms),
      [`${count}.gapP99Ms`]: round(gaps.p99Ms),
      [`${count}.gapMaxMs`]: round(gaps.maxMs),
      [`${count}.packets`]: gaps.packets,
      [`${count}.lost`]: gaps.lost,
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
  const rounds = quick ? 1 : 5;
  tell(`RTP of 100 legs, plain and with SRTP in turn, ${rounds} times each`);
  const { secure, added, points } = await compare({ rounds, seconds, count: 100 });
  const note = `processor time of 100 legs in both directions, medians of ${rounds} runs in turn with plain RTP`;
  return [
    ...legs.flatMap((count) => figuresOf(plain, count, '')),
    ...figuresOf(secure, 100, ' with SRTP'),
    { ...{ name: 'SRTP adds', value: added, unit: '%', limit: 10 }, note },
    { ...{ name: 'SRTP adds to 100 legs, of a core', value: points, unit: '%', limit: null }, note },
  ];
};

/** Plain and encrypted runs in turn, so that both have the same neighbours. */
async function compare({ rounds, seconds, count }: Readonly<Record<'rounds' | 'seconds' | 'count', number>>) {
  const costs = { plain: [] as number[], secure: [] as number[] };
  let secure: BenchResult | null = null;
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of ['plain', 'secure'] as const) {
      const both = { seconds, legs: [count], echo: true, thread: true } as const;
      const result = await bench({ ...both, srtp: kind === 'secure' });
      costs[kind].push(result.figures[`${count}.cpuPercent`] ?? Number.NaN);
      if (kind === 'secure') secure = result;
    }
  }
  if (!secure) throw new Error('no round was run');
  const [plainPercent, securePercent] = [median(costs.plain), median(costs.secure)];
  const added = round(100 * (securePercent / plainPercent - 1));
  return { secure, added, points: round(securePercent - plainPercent), plainPercent, securePercent, costs };
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? Number.NaN)) / 2;
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
): Promise<{ gaps: Gaps; cost: Cost }> {
  const receiver = startRole('receiver', [...(echo ? ['--echo'] : [])]);
  const flags = [...(thread ? ['--thread'] : []), ...(srtp ? ['--srtp'] : [])];
  const sender = startRole('sender', ['--seconds', String(seconds), '--legs', String(count), ...flags]);
  try {
    const port = await ask<number>(receiver, 'port');
    const cost = await ask<Cost>(sender, { port });
    const gaps = await ask<Gaps>(receiver, 'gaps');
    return { gaps, cost };
  } finally {
    for (const child of [receiver, sender]) child.kill();
  }
}

const startRole = (role: string, args: readonly string[]): ChildProcess =>
  fork(import.meta.filename, ['--role', role, ...args]);

async function ask<T>(child: ChildProcess, question: string | object): Promise<T> {
  const answer = once(child, 'message');
  const end = once(child, 'exit').then(() => Promise.reject(new Error('a process of the bench has ended')));
  end.catch(() => {});
  child.send(question);
  const [message] = await Promise.race([answer, end]);
  return message;
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
  const ports = { host, portMin: 36_000, portMax: 36_000 + count * 2 + 99 };
  const media: Media = thread
    ? createMediaThread({ ...ports, log: { level: 'silent' } })
    : createMedia({ ...ports, log: silentLog });
  // What this process needs for a leg at all is there before memory is read.
  await (await media.openLeg()).stop();
  const tone = Int16Array.from({ length: 8000 }, (_, n) =>
    Math.round(9000 * Math.sin((2 * Math.PI * 440 * n) / 8000)),
  );
  // One key both ways: the receiver sends back what it got as it is.
  const key = { suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: new Uint8Array(randomBytes(30)) } as const;
  const keys = { send: key, receive: key };
  const memoryBefore = process.memoryUsage().rss;
  for (let n = 0; n < count; n += 1) {
    const leg = await media.openLeg();
    leg.start({
      remote: { address: host, port },
      codec: 'PCMU',
      payloadType: 0,
      dtmfPayloadType: 101,
      ...(srtp ? { srtp: keys } : {}),
    });
    for (let second = 0; second < warmUpSeconds + seconds; second += 1)
      leg.play({ id: 1, samples: tone, sampleRateHz: 8000 });
  }
  await sleep(warmUpSeconds * 1000);
  const cpuBefore = process.cpuUsage();
  const beganMs = performance.now();
  await sleep(seconds * 1000);
  const cpu = process.cpuUsage(cpuBefore);
  const cpuPercent = (cpu.user + cpu.system) / 10 / (performance.now() - beganMs);
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
function runReceiver(echo: boolean): { port(): Promise<number>; gaps(): Gaps } {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  const streams = new Map<number, Stream>();
  const deviationsMs: number[] = [];
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
    deviationsMs.push(Math.abs(nowMs - stream.lastMs - frameMs));
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
    gaps() {
      deviationsMs.sort((a, b) => a - b);
      const at = (share: number) => deviationsMs[Math.floor((deviationsMs.length - 1) * share)] ?? Number.NaN;
      const all = [...streams.values()];
      return {
        p50Ms: at(0.5),
        p99Ms: at(0.99),
        maxMs: at(1),
        packets: all.reduce((sum, { received }) => sum + received, 0),
        lost: all.reduce((sum, { highest, received }) => sum + highest + 1 - received, 0),
      };
    },
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

function printTable(result: BenchResult): void {
  const columns = ['gapP50Ms', 'gapP99Ms', 'gapMaxMs', 'packets', 'lost', 'cpuPercent', 'mbPerLeg', 'load'];
  const counts = [...new Set(Object.keys(result.figures).map((name) => name.split('.')[0] ?? ''))];
  console.log(['legs', ...columns].map((title) => title.padStart(11)).join(''));
  for (const count of counts.toSorted((a, b) => Number(a) - Number(b))) {
    const cells = columns.map((column) => String(result.figures[`${count}.${column}`]));
    console.log([count, ...cells].map((cell) => cell.padStart(11)).join(''));
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
      compare: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '10' },
      legs: { type: 'string', default: '1,10,50,100' },
    },
  });
  const seconds = Number(values.seconds);
  const legs = values.legs.split(',').map(Number);
  if (values.role !== undefined) goFirst(values.role);
  if (values.role === 'receiver') {
    const receiver = runReceiver(values.echo);
    process.on('message', async (question) => {
      process.send?.(question === 'port' ? await receiver.port() : receiver.gaps());
    });
  } else if (values.role === 'sender') {
    process.once('message', async (question: { readonly port: number }) => {
      const { thread, srtp } = values;
      process.send?.(await runSender(question.port, { count: legs[0] ?? 1, seconds, thread, srtp }));
    });
  } else if (values.compare) {
    const { secure, ...told } = await compare({
      rounds: Number(values.rounds),
      seconds,
      count: legs.at(-1) ?? 1,
    });
    console.log(JSON.stringify({ ...told, packetsLost: secure.figures[`${legs.at(-1)}.lost`] }));
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

/** The sender runs at the call worker's priority; the receiver must not measure its own waiting for a core. */
function goFirst(role: string): void {
  const { PRIORITY_HIGH, PRIORITY_HIGHEST } = constants.priority;
  try {
    setPriority(role === 'sender' ? PRIORITY_HIGH : PRIORITY_HIGHEST);
  } catch {
    // Only root may; elsewhere the figures include that waiting.
  }
}
