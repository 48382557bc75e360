import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../engine/foundation/index.ts';
import {
  buildAnswer,
  buildOffer,
  negotiateAudio,
  parseOffer,
  type SrfRequest,
  type SrfResponse,
} from '../../engine/sip/index.ts';
import { startCallHouse } from './call-control-house.ts';
import { host, type Party, pause, until } from './call-control-party.ts';

/** Legs count the time of their audio: on a clock that runs faster a minute of silence is over sooner. */
const speed = 10;
const hurried: Clock = { nowMs: systemClock.nowMs, monotonicMs: () => systemClock.monotonicMs() * speed };
const seconds = (count: number): number => (count * 1000) / speed;

const house = await startCallHouse({ mediaClock: hurried });
const { ring, registry, store } = house;

/** A caller whose audio stops at once, and when the box offered the connection anew, in seconds of audio. */
async function goSilent(answer: (req: SrfRequest, res: SrfResponse) => unknown): Promise<{
  readonly party: Party;
  readonly callId: string;
  readonly offeredAtS: readonly number[];
  /** Seconds of silence until now. */
  silentS(): number;
}> {
  const known = new Set(registry.list().map(({ callId }) => callId));
  const party = await ring();
  await until(() => registry.list().some(({ callId, state }) => !known.has(callId) && state === 'answered'));
  const callId = registry.list().find((call) => !known.has(call.callId))?.callId ?? '';
  await party.leg.stop();
  const beganMs = performance.now();
  const silentS = (): number => (performance.now() - beganMs) / seconds(1);
  const offeredAtS: number[] = [];
  party.dialog?.on('modify', (req, res) => {
    offeredAtS.push(silentS());
    answer(req, res);
  });
  return { party, callId, offeredAtS, silentS };
}

const agree = (party: () => Party | null) => (req: SrfRequest, res: SrfResponse) => {
  const audio = negotiateAudio(parseOffer(req.body), { codecs: ['PCMU'] });
  const port = party()?.leg.port;
  if (!audio || port === undefined) return res.send(488);
  res.send(200, { body: buildAnswer(audio, { address: host, port, sessionId: 1, version: 2 }) });
};

/** Its audio is there again, from the port that was offered. @returns how to end that */
async function speak({ leg, audio }: Party): Promise<() => void> {
  const socket = createSocket('udp4');
  socket.bind(leg.port, host);
  await once(socket, 'listening');
  let sequence = 0;
  const timer = setInterval(() => {
    sequence += 1;
    const packet = Buffer.alloc(172, 0xff);
    packet.writeUInt16BE(0x8000, 0);
    packet.writeUInt16BE(sequence & 0xffff, 2);
    packet.writeUInt32BE(sequence * 160, 4);
    packet.writeUInt32BE(7, 8);
    if (audio) socket.send(packet, audio.remote.port, host);
  }, 20);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

/** The caller's own offer, by which the box is put on hold. */
const offerOf = ({ leg, audio }: Party, direction: 'sendonly' | 'inactive' | 'sendrecv', version: number) =>
  buildOffer({
    ...{ address: host, port: leg.port, sessionId: 1, codecs: ['PCMU'], direction, version },
    previous: audio ?? undefined,
  }).sdp;

describe('a caller of whom nothing arrives', () => {
  // One after the other: which call is whose is seen from what is new.
  const callers: Record<string, Awaited<ReturnType<typeof goSilent>>> = {};
  const caller = (name: string) => {
    const found = callers[name];
    if (!found) throw new Error(`there is no caller ${name}`);
    return found;
  };

  beforeAll(async () => {
    house.reset();
    house.limits.maxCalls = 8;
    for (const name of ['answers', 'comes back', 'holds', 'is inactive']) {
      callers[name] = await goSilent(agree(() => callers[name]?.party ?? null));
    }
    callers.forgot = await goSilent((_, res) => res.send(481));
    await caller('holds').party.dialog?.modify(offerOf(caller('holds').party, 'sendonly', 2));
    await caller('is inactive').party.dialog?.modify(offerOf(caller('is inactive').party, 'inactive', 2));
  });
  afterAll(() => house.stop());

  it.concurrent('is offered the connection once more after 20 s, and given up after 60 s', async () => {
    const { party, callId, offeredAtS, silentS } = caller('answers');
    await until(() => party.ended, seconds(90));
    expect(silentS()).toBeGreaterThan(58);
    expect(silentS()).toBeLessThan(70);
    expect(offeredAtS).toHaveLength(1);
    expect(offeredAtS[0]).toBeGreaterThan(18);
    expect(offeredAtS[0]).toBeLessThan(28);
    await until(() => registry.find(callId) === null);
    expect(store.calls.find(callId)).toMatchObject({ state: 'ended', outcome: 'abandoned' });
  });

  it.concurrent('is given up at once where it does not know the call any more', async () => {
    const { callId, silentS } = caller('forgot');
    await until(() => registry.find(callId) === null, seconds(60));
    expect(silentS()).toBeGreaterThan(18);
    expect(silentS()).toBeLessThan(28);
    expect(store.calls.find(callId)).toMatchObject({ state: 'ended', outcome: 'abandoned' });
  });

  it.concurrent.each(['holds', 'is inactive'])('stays when it %s', async (name) => {
    const { party, callId, offeredAtS } = caller(name);
    await pause(seconds(75));
    expect(party.ended).toBe(false);
    expect(registry.find(callId)).toMatchObject({ state: 'answered', heldBy: 'caller' });
    expect(offeredAtS).toEqual([]);
    // Off hold silence counts again, from its beginning.
    await party.dialog?.modify(offerOf(party, 'sendrecv', 3));
    await until(() => party.ended, seconds(90));
    await until(() => registry.find(callId) === null);
  });

  it.concurrent('stays when the new offer brings its audio back', async () => {
    const { party, callId, offeredAtS } = caller('comes back');
    await until(() => offeredAtS.length > 0, seconds(60));
    const stop = await speak(party);
    await pause(seconds(75));
    expect(party.ended).toBe(false);
    expect(registry.find(callId)).toMatchObject({ state: 'answered' });
    expect(offeredAtS).toHaveLength(1);
    stop();
    await until(() => party.ended, seconds(90));
    await until(() => registry.find(callId) === null);
    // It is asked once in a call.
    expect(offeredAtS).toHaveLength(1);
  });

  it('has left no call, and no leg', () => {
    expect(registry.list()).toEqual([]);
    expect(house.legsLeft()).toBe(0);
  });
});
