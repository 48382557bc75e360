/**
 * Half as many calls again as there is room for, at the call room with agents that need no model: what the ones
 * too many get, and whether the admitted ones keep their cadence meanwhile.
 * Run: node test/bench/overload.ts [--calls 20] [--rounds 3]
 */
import { parseArgs } from 'node:util';
import { type ExcessCall, measureOverload, retryAfterS } from '../interop/peers/overload.ts';
import type { Bench } from './figure.ts';

/** Whether a call that was too many got what its tenant wants. */
function gotItsPolicy({ policy, status, retryAfterS: waitS, heardMs, isExcess }: ExcessCall): boolean {
  if (!isExcess) return false;
  if (policy === 'busy') return status === 486;
  if (policy === 'unavailable') return status === 503 && waitS === retryAfterS;
  return status === 200 && heardMs > 500;
}

/** The same as figures of the bench's table. */
export const overload: Bench = async ({ quick, tell }) => {
  const room = 20;
  tell(`Room for ${room} calls, ${room * 1.5} offered at once`);
  const result = await measureOverload({ room, rounds: quick ? 1 : 3 });
  const { admitted, excess, calmP99Ms, gapP99Ms, packets, lost, left } = result;
  const note = `${room * 1.5} offered, ${admitted} admitted, ${excess.length} too many in all waves`;
  return [
    {
      name: 'calls too many that got no policy',
      value: excess.filter((call) => !gotItsPolicy(call)).length + Math.abs(admitted - room),
      unit: 'calls',
      limit: 0,
      note,
    },
    {
      ...{ name: 'RTP gap off 20 ms p99 at 150 %', value: gapP99Ms, unit: 'ms', limit: 3 },
      note: `${calmP99Ms.toFixed(1)} ms with the same calls before the others came; agents included`,
    },
    { name: 'RTP packets lost at 150 %', value: lost, unit: 'packets', limit: 0, note: `of ${packets}` },
    { name: 'legs and calls left after 150 %', value: left.legs + left.calls, unit: 'calls', limit: 0, note },
  ];
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { calls: { type: 'string', default: '20' }, rounds: { type: 'string', default: '3' } },
  });
  const result = await measureOverload({ room: Number(values.calls), rounds: Number(values.rounds) });
  const kept = result.excess.filter(gotItsPolicy).length;
  process.stdout.write(`${JSON.stringify({ ...result, excess: result.excess.length, kept })}\n`);
}

if (process.argv[1] === import.meta.filename) await main();
