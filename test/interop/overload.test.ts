import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demoNumber } from '../caller/caller.ts';
import { runVoxbox } from '../caller/engine-process.ts';
import { missingFor, Scene } from '../caller/scene.ts';
import { Crowd } from './peers/crowd.ts';
import {
  type ExcessCall,
  measureOverload,
  type OverloadResult,
  type Policy,
  retryAfterS,
} from './peers/overload.ts';

const room = 20;
const rounds = 2;
const tooMany = (room / 2) * (1 + rounds);

describe(`${room * 1.5} calls where there is room for ${room}`, () => {
  let result: OverloadResult;
  const of = (policy: Policy): readonly ExcessCall[] =>
    result.excess.filter((call) => call.policy === policy);

  beforeAll(async () => {
    result = await measureOverload({ room, rounds });
    const { calmP99Ms, gapP99Ms, gapMaxMs, packets, lost } = result;
    console.log(
      `RTP of ${room} admitted calls: gap off 20 ms p99 ${gapP99Ms.toFixed(2)} ms (${calmP99Ms.toFixed(2)} ms before the others came), worst ${gapMaxMs.toFixed(1)} ms, ${lost} of ${packets} packets lost`,
    );
  });

  it('takes as many as there is room for, and gives every other one its policy', () => {
    expect(result.admitted).toBe(room);
    expect(result.excess).toHaveLength(tooMany);
    expect(result.excess.filter(({ isExcess }) => !isExcess)).toEqual([]);
    for (const policy of ['busy', 'unavailable', 'ring-group', 'message'] as const) {
      expect(of(policy).length, policy).toBeGreaterThanOrEqual(2 * (1 + rounds));
    }
  });

  it('tells the busy tenant’s callers 486, and the others when to try again', () => {
    expect(new Set(of('busy').map(({ status }) => status))).toEqual(new Set([486]));
    for (const call of of('unavailable')) expect(call).toMatchObject({ status: 503, retryAfterS });
  });

  it('lets a person of the ring group talk with each', () => {
    expect(result.phonesRung).toBe(of('ring-group').length);
    for (const { status, heardMs } of of('ring-group')) {
      expect(status).toBe(200);
      expect(heardMs).toBeGreaterThan(1000);
    }
  });

  it('takes a message of each, and keeps what they say', () => {
    for (const { status, heardMs } of of('message')) {
      expect(status).toBe(200);
      expect(heardMs).toBeGreaterThan(500);
    }
    expect(result.recordedMs).toHaveLength(of('message').length);
    expect(Math.min(...result.recordedMs)).toBeGreaterThan(400);
  });

  it('loses no packet of an admitted call, and ends none', () => {
    expect(result.packets).toBeGreaterThan((room * rounds * 3500 * 0.95) / 20);
    expect(result.lost).toBe(0);
    expect(result.dropped).toBe(0);
  });

  it('has every leg back in the end, and takes calls again', () => {
    expect(result.recovered).toBe(true);
    expect(result.left).toEqual({ legs: 0, calls: 0 });
  });
});

const missing = await missingFor({ caller: true });

describe.skipIf(missing)(`three callers at an engine with room for two${missing}`, () => {
  const scene = new Scene();
  const crowd = new Crowd();
  let target = '';
  const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  beforeAll(async () => {
    const engine = await scene.engine({ env: { VOXBOX_MAX_CALLS: '2' } });
    target = `sip:${demoNumber}@${engine.sip.host}:${engine.sip.port}`;
  });
  afterAll(async () => {
    await crowd.stop();
    await scene.end();
  });

  it('one gets what the tenant wants, the others their agents without a gap', async () => {
    const answers = await crowd.ring([target, target, target]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 486]);
    const set = ['overflow', 'set', '--kind', 'unavailable', '--retry-after', '7', '--data', scene.dataDir];
    expect(await runVoxbox(set)).toMatchObject({ code: 0 });
    crowd.count(true);
    expect(await crowd.ring([target])).toMatchObject([{ status: 503, retryAfterS: 7 }]);
    expect(await runVoxbox([...set.slice(0, 3), 'message', '--data', scene.dataDir])).toMatchObject({
      code: 0,
    });
    const [third] = await crowd.ring([target]);
    expect(third).toMatchObject({ status: 200 });
    // The announcement is spoken by a model, while the agents greet.
    await pause(4000);
    crowd.count(false);
    const cadences = await crowd.report();
    expect(cadences).toHaveLength(3);
    for (const { call, ended, voicedMs, lost, deviationsMs } of cadences) {
      expect(ended).toBe(false);
      expect(voicedMs).toBeGreaterThan(1000);
      expect(lost).toBe(0);
      if (call !== third?.call) expect(deviationsMs.length).toBeGreaterThan(200);
    }
    await crowd.hangUp(cadences.map(({ call }) => call));
    expect(await runVoxbox([...set.slice(0, 3), 'busy', '--data', scene.dataDir])).toMatchObject({ code: 0 });
    // Their room is there again a moment after their BYE.
    await vi.waitFor(
      async () => {
        const again = await crowd.ring([target, target]);
        await crowd.hangUp(again.map(({ call }) => call));
        expect(again.map(({ status }) => status)).toEqual([200, 200]);
        expect((await crowd.report()).length).toBe(0);
      },
      { timeout: 8000, interval: 500 },
    );
  });
});
