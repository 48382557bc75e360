import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { systemIds } from '../../../engine/foundation/index.ts';
import { ha1Of } from '../../../engine/sip/index.ts';
import type { Tenant } from '../../../engine/store/index.ts';
import { voicedMs } from '../../caller/loudness.ts';
import { readWav } from '../../caller/wav-file.ts';
import { type CallHouse, startCallHouse } from '../call-control-house.ts';
import { host, pause, tones, until } from '../call-control-party.ts';
import { Crowd, type CrowdAnswer, crowdNumber } from './crowd.ts';
import { captureMissing, deviationsMs, rtpFilter, startCapture } from './packet-capture.ts';

export const policies = ['busy', 'unavailable', 'ring-group', 'message'] as const;
export type Policy = (typeof policies)[number];

/** What became of one call that was too many. */
export interface ExcessCall {
  readonly policy: Policy;
  readonly status: number;
  readonly retryAfterS: number | null;
  /** How long the caller heard somebody, or something. */
  readonly heardMs: number;
  /** False where it was admitted although there was no room. */
  readonly isExcess: boolean;
}

export interface OverloadResult {
  readonly room: number;
  /** Of the first wave: half as many again as there is room for, all at once. */
  readonly admitted: number;
  readonly excess: readonly ExcessCall[];
  /** In all waves. */
  readonly phonesRung: number;
  /** What callers said in messages that were taken, as their recordings have it. */
  readonly recordedMs: readonly number[];
  /** Of |gap − 20 ms| between packets of admitted calls, while the others come and go. */
  readonly gapP99Ms: number;
  readonly gapMaxMs: number;
  /** The same p99 of the same calls before any other comes: full, but not overfull. */
  readonly calmP99Ms: number;
  readonly packets: number;
  readonly lost: number;
  /** Admitted ones that were hung up meanwhile. */
  readonly dropped: number;
  readonly left: { readonly legs: number; readonly calls: number };
  /** A call is admitted again when there is room. */
  readonly recovered: boolean;
}

export const retryAfterS = 33;
/** Each caller of the crowd speaks within this time, and hears what there is. */
const followMs = 3500;

interface Business {
  readonly policy: Policy;
  readonly tenant: Tenant;
  readonly number: string;
}

/** Four tenants, each with another policy for calls that are too many. */
function openBusinesses({ box, answers }: CallHouse): readonly Business[] {
  return policies.map((policy, n) => {
    const number = `+1555555020${n}`;
    const tenant = box.tenants.create({
      ...{ name: `Overflow ${policy}`, timeZone: 'America/New_York', numbers: [{ number, label: 'Main' }] },
    });
    const username = `desk-${policy}`;
    const phone = { tenantId: tenant.id, username, label: username, extension: '101' };
    box.phones.add({ ...phone, ha1: ha1Of(username, 'secret') });
    const group = box.ringGroups.add({
      ...{ tenantId: tenant.id, name: `Desk ${systemIds.uuid()}`, members: [username] },
      ...{ strategy: 'all', ringS: 20 },
    });
    const ringGroupId = policy === 'ring-group' ? group.id : null;
    box.overflow.set(tenant.id, { kind: policy, ringGroupId, retryAfterS });
    if (policy === 'ring-group') void answers(username, (person) => person.tone(tones.person, 2500));
    return { policy, tenant, number };
  });
}

/**
 * Fills the box with calls to four tenants, rings half as many times again at once, and goes on with as many
 * too many in each round while the cadence of the admitted ones is taken.
 */
export async function measureOverload(options: {
  readonly room: number;
  readonly rounds: number;
}): Promise<OverloadResult> {
  const house = await startCallHouse({ legs: 3 * options.room, ownThread: true });
  const crowd = new Crowd();
  try {
    return await new Overload(house, crowd, options.room).measure(options.rounds);
  } finally {
    await crowd.stop();
    await house.stop();
  }
}

class Overload {
  readonly #house: CallHouse;
  readonly #crowd: Crowd;
  readonly #room: number;
  readonly #businesses: readonly Business[];

  constructor(house: CallHouse, crowd: Crowd, room: number) {
    this.#house = house;
    this.#crowd = crowd;
    this.#room = room;
    house.reset();
    house.limits.maxCalls = room;
    this.#businesses = openBusinesses(house);
  }

  async measure(rounds: number): Promise<OverloadResult> {
    const [house, crowd, room] = [this.#house, this.#crowd, this.#room];
    const excessCalls = Math.ceil(room / 2);
    const first = await this.#wave(room + excessCalls);
    const admitted = first.filter(({ isExcess }) => !isExcess).map(({ answer }) => answer.call);
    const excess = await this.#follow(first.filter(({ isExcess }) => isExcess));

    const calm = await this.#counted(admitted, () => pause(followMs));
    const { cadences, sortedMs } = await this.#counted(admitted, async () => {
      for (let round = 0; round < rounds; round += 1) {
        excess.push(...(await this.#follow(await this.#wave(excessCalls))));
      }
    });
    await crowd.hangUp(admitted);
    await until(() => house.registry.count() === 0);
    const [again] = await this.#wave(1);
    await crowd.hangUp(again ? [again.answer.call] : []);
    await until(() => house.registry.count() === 0 && house.legsLeft() === 0).catch(() => {});
    return {
      ...{ room, admitted: admitted.length, excess },
      phonesRung: house.invited.length,
      recordedMs: this.#recordedMs(),
      ...{ calmP99Ms: p99(calm.sortedMs), gapP99Ms: p99(sortedMs) },
      gapMaxMs: sortedMs.at(-1) ?? Number.NaN,
      packets: sortedMs.length,
      lost: cadences.reduce((sum, { lost }) => sum + lost, 0),
      dropped: cadences.filter(({ ended }) => ended).length,
      left: { legs: house.legsLeft(), calls: house.registry.count() },
      recovered: again?.isExcess === false,
    };
  }

  /** The cadence of these calls meanwhile: by the kernel's clock where packets can be captured, else by the callers'. */
  async #counted(calls: readonly number[], work: () => Promise<void>) {
    const capture = captureMissing() ? null : await startCapture(rtpFilter);
    this.#crowd.count(true);
    await work();
    this.#crowd.count(false);
    const cadences = (await this.#crowd.report()).filter(({ call }) => calls.includes(call));
    const ports = new Set(cadences.map(({ rtpPort }) => rtpPort));
    const packets = (await capture?.stop())?.filter(({ targetPort }) => ports.has(targetPort));
    const offMs = packets ? deviationsMs(packets) : cadences.flatMap((cadence) => [...cadence.deviationsMs]);
    return { cadences, sortedMs: offMs.toSorted((a, b) => a - b) };
  }

  /** All at once, to the four tenants in turn; those that overflowed, or were refused, are the ones too many. */
  async #wave(size: number): Promise<readonly Rung[]> {
    const { registry, sipPort } = this.#house;
    const called = Array.from({ length: size }, (_, n) => this.#businesses[n % policies.length]);
    const answeredNow = (): number => registry.list().filter(({ state }) => state === 'answered').length;
    const before = answeredNow();
    const answers = await this.#crowd.ring(
      called.map((business) => `sip:${business?.number}@${host}:${sipPort}`),
    );
    const answered = answers.filter(({ status }) => status === 200).length;
    // The record is written a moment after the answer has left.
    await until(() => answeredNow() >= before + answered);
    const overflowed = new Set(this.#overflowed().map(({ callId }) => callId));
    const callers = registry
      .list()
      .filter(({ callId }) => overflowed.has(callId))
      .map(({ callerNumber }) => callerNumber);
    return answers.map((answer, n) => ({
      answer,
      policy: called[n]?.policy ?? 'busy',
      isExcess: answer.status !== 200 || callers.includes(crowdNumber(answer.call)),
    }));
  }

  /** Lets them hear and say what is to be heard and said, and hangs up. */
  async #follow(rung: readonly Rung[]): Promise<ExcessCall[]> {
    await pause(followMs);
    const cadences = await this.#crowd.report();
    await this.#crowd.hangUp(rung.map(({ answer }) => answer.call));
    await until(() => this.#house.registry.countWithoutAgent() === 0);
    return rung.map(({ answer: { call, status, retryAfterS }, policy, isExcess }) => {
      const heardMs = cadences.find((cadence) => cadence.call === call)?.voicedMs ?? 0;
      return { policy, status, retryAfterS, heardMs, isExcess };
    });
  }

  #overflowed(): readonly { readonly callId: string; readonly kind: string }[] {
    return this.#house
      .eventsOf('call.overflowed')
      .flatMap((event) => (event.type === 'call.overflowed' ? [event] : []));
  }

  #recordedMs(): number[] {
    const { box, folder } = this.#house;
    const taken = new Set(this.#overflowed().map(({ callId }) => callId));
    const tenant = this.#businesses.find(({ policy }) => policy === 'message')?.tenant;
    const calls = tenant ? box.tenant(tenant.id).calls.list({ limit: 1000 }) : [];
    return calls
      .filter(({ id }) => taken.has(id))
      .map(({ recording }) => {
        const file = join(folder, 'data', recording ?? 'none');
        if (!existsSync(file)) return 0;
        const { channels, sampleRateHz } = readWav(file);
        return voicedMs(channels[0] ?? new Int16Array(0), sampleRateHz);
      });
  }
}

const p99 = (sorted: readonly number[]): number =>
  sorted[Math.floor((sorted.length - 1) * 0.99)] ?? Number.NaN;

interface Rung {
  readonly answer: CrowdAnswer;
  readonly policy: Policy;
  readonly isExcess: boolean;
}
