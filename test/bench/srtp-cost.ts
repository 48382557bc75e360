/**
 * What SRTP adds to legs on the media thread. The same legs are plain and encrypted in turn, so that both have the same
 * neighbours, compiled code and memory: runs of their own differ by more than encryption costs.
 * Run: node test/bench/srtp-cost.ts [--legs 100] [--turns 40]
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { MediaLeg } from '../../engine/media/index.ts';
import type { Bench } from './figure.ts';
import {
  ask,
  echoedKeys,
  openMedia,
  playTone,
  shareDuring,
  startOf,
  startRole,
  warmUpSeconds,
} from './rtp-legs.ts';

/** The same as figures of the bench's table. */
export const srtpCost: Bench = async ({ quick, tell }) => {
  const turns = quick ? 10 : 40;
  tell(`RTP of 100 legs, plain and with SRTP in turn, ${turns} seconds each`);
  const { added, points } = await compare({ turns, count: 100 });
  const note = `processor time of 100 legs in both directions, medians of ${turns} seconds in turn with plain RTP`;
  return [
    { ...{ name: 'SRTP adds', value: added, unit: '%', limit: 10 }, note },
    { ...{ name: 'SRTP adds to 100 legs, of a core', value: points, unit: '%', limit: null }, note },
  ];
};

interface Shares {
  /** Percent of a core in each second. */
  readonly plain: readonly number[];
  readonly secure: readonly number[];
}

async function compare({ turns, count }: Readonly<Record<'turns' | 'count', number>>) {
  const receiver = startRole(join(import.meta.dirname, 'rtp-pacing.ts'), 'receiver', ['--echo']);
  const sender = startRole(import.meta.filename, 'sender', [
    '--legs',
    String(count),
    '--turns',
    String(turns),
  ]);
  try {
    const port = await ask<number>(receiver, 'port');
    const { plain, secure } = await ask<Shares>(sender, { port });
    const [plainPercent, securePercent] = [median(plain), median(secure)];
    const added = 100 * (securePercent / plainPercent - 1);
    return { added, points: securePercent - plainPercent, plainPercent, securePercent };
  } finally {
    for (const child of [receiver, sender]) child.kill();
  }
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? Number.NaN)) / 2;
};

/** A second of each kind in turn; after a change the first packets are on their way with the old keys. */
async function runAlternating(
  port: number,
  options: Readonly<Record<'count' | 'turns', number>>,
): Promise<Shares> {
  const { count, turns } = options;
  const settleMs = 250;
  const media = openMedia(count, true);
  const legs: MediaLeg[] = [];
  for (let n = 0; n < count; n += 1) {
    const leg = await media.openLeg();
    leg.start(startOf(port, undefined));
    playTone(leg, warmUpSeconds + turns * 3);
    legs.push(leg);
  }
  const shares = { plain: [] as number[], secure: [] as number[] };
  const keys = echoedKeys();
  // The code of both kinds is compiled before anything is counted.
  for (let turn = -2; turn < turns; turn += 1) {
    for (const kind of ['plain', 'secure'] as const) {
      for (const leg of legs) leg.start(startOf(port, kind === 'secure' ? keys : undefined));
      await sleep(turn < 0 ? (warmUpSeconds * 1000) / 4 : settleMs);
      const percent = await shareDuring(1000);
      if (turn >= 0) shares[kind].push(percent);
    }
  }
  await media.stop();
  return shares;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      turns: { type: 'string', default: '40' },
      legs: { type: 'string', default: '100' },
    },
  });
  const asked = { count: Number(values.legs), turns: Number(values.turns) };
  if (values.role === undefined) return console.log(JSON.stringify(await compare(asked)));
  process.once('message', async (question: { readonly port: number }) => {
    process.send?.(await runAlternating(question.port, asked));
  });
}

if (process.argv[1] === import.meta.filename) await main();
