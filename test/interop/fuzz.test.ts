import { randomInt } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FuzzReport } from './isolated/fuzz.ts';
import { isolationMissing, runIsolated } from './isolated/network.ts';

const missing = isolationMissing();
const packets = 50_000;
/** One seed is the same in every run; the other is new, and told so that its run can be repeated. */
const seeds = [4475, randomInt(1, 2 ** 31)];

describe.skipIf(missing)(`${packets} broken packets, seeds ${seeds.join(' and ')}${missing}`, () => {
  let report: FuzzReport;

  beforeAll(async () => {
    const answer = await runIsolated<FuzzReport>({
      ...{ program: 'fuzz.ts', args: [packets, ...seeds].map(String), nodeFlags: ['--expose-gc'] },
      timeoutMs: 110_000,
    });
    report = answer.result;
    const { heapMb, longestStallMs } = report;
    const heap = heapMb.map((mb) => mb.toFixed(1)).join(', ');
    console.log(`seeds ${seeds.join(', ')}: heap ${heap} MB, longest stall ${longestStallMs.toFixed(0)} ms`);
  }, 120_000);

  it('sends all of them, of every kind', () => {
    const counts = Object.values(report.packets);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(packets);
    expect(Math.min(...counts)).toBeGreaterThan(packets / 20);
  });

  it('lets no error out', () => {
    expect(report.unhandled).toEqual([]);
  });

  it('takes a clean call afterwards, and echoes it', () => {
    expect(report.cleanCall.answered).toBe(true);
    expect(report.cleanCall.echoedPackets).toBeGreaterThan(30);
  });

  it('has given every leg back', () => {
    expect(report.legsLeft).toBe(0);
  });

  it('needs no more memory in the last third than in the first', () => {
    const [, first = 0, , last = 0] = report.heapMb;
    expect(last - first).toBeLessThan(5);
  });
});
