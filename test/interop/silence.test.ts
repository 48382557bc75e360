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
import { type CallHouse, startCallHouse } from './call-control-house.ts';
import { host, type Party, pause, tones, until } from './call-control-party.ts';

/** Legs count the time of their audio: on a clock that runs faster a minute of silence is over sooner. */
const speed = 10;
const hurried: Clock = { nowMs: systemClock.nowMs, monotonicMs: () => systemClock.monotonicMs() * speed };
const seconds = (count: number): number => (count * 1000) / speed;

const house = await startCallHouse({ mediaClock: hurried });
const { ring, registry, store } = house;
/** Another one in real time, with as many ports as its three calls take: one with the agent, two between people. */
const real = await startCallHouse({ legs: 5 });

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

interface Quiet {
  readonly party: Party;
  /** Whom they talk with, where that is not the agent. */
  readonly other: Party | null;
  readonly callId: string;
  /** Seconds of the call until now, or until its end. */
  lastedS(): number;
  /** How often the box offered the connection anew. */
  offers(): number;
}

/** A call in which nobody says a word: packets come, and all are silent. */
async function beQuiet(where: CallHouse, desk?: string): Promise<Quiet> {
  const known = new Set(where.registry.list().map(({ callId }) => callId));
  const answer = desk === undefined ? null : where.answers(desk);
  const party = await (desk === undefined ? where.ring() : where.ring(desk, { phone: 'lee' }));
  const other = await answer;
  const beganMs = performance.now();
  let endedMs: number | null = null;
  let offers = 0;
  party.dialog?.on('destroy', () => {
    endedMs = performance.now();
  });
  party.dialog?.on('modify', (req, res) => {
    offers += 1;
    agree(() => party)(req, res);
  });
  const isNew = (call: { readonly callId: string }) => !known.has(call.callId);
  await until(() => where.registry.list().some((call) => isNew(call) && call.state === 'answered'));
  return {
    ...{ party, other },
    callId: where.registry.list().find(isNew)?.callId ?? '',
    lastedS: () => ((endedMs ?? performance.now()) - beganMs) / 1000,
    offers: () => offers,
  };
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

describe('a caller of whom nothing arrives, or whose person is lost', () => {
  const patient = {} as { agent: Quiet; people: Quiet; gone: Quiet };
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
    patient.agent = await beQuiet(real);
    patient.people = await beQuiet(real, 'desk');
    patient.gone = await beQuiet(real, 'third');
    await patient.gone.party.leg.stop();
  });
  afterAll(async () => {
    await house.stop();
    await real.stop();
  });

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

  it.concurrent('in real time: who sends 60 s of silence to the agent is asked twice, and dismissed', async () => {
    const { party, callId, lastedS } = patient.agent;
    await until(() => party.ended, 90_000);
    await until(() => real.registry.find(callId) === null);
    // Three times eight seconds, and what is said.
    expect(lastedS()).toBeGreaterThan(24);
    expect(lastedS()).toBeLessThan(45);
    expect(real.store.calls.find(callId)).toMatchObject({ state: 'ended', outcome: 'abandoned' });
    expect(real.store.transcript.list(callId)).toHaveLength(4);
  });

  it.concurrent('in real time: people who send each other 60 s of silence stay, and hear each other after it', async () => {
    const { party, other, callId, lastedS, offers } = patient.people;
    await until(() => lastedS() > 65, 70_000);
    expect([party.ended, other?.ended, offers()]).toEqual([false, false, 0]);
    expect(real.registry.find(callId)).toMatchObject({ state: 'answered' });
    party.tone(tones.caller, 1000);
    await until(() => (other?.heard(tones.caller) ?? 0) > 20);
    await party.hangUp();
    await until(() => other?.ended === true && real.registry.find(callId) === null);
    expect(real.store.calls.find(callId)).toMatchObject({ state: 'ended', outcome: 'answered' });
  });

  it.concurrent('in real time: of whom nothing comes for 60 s is given up, and whom they talked with is let go', async () => {
    const { party, other, callId, lastedS, offers } = patient.gone;
    await until(() => party.ended && other?.ended === true, 90_000);
    await until(() => real.registry.find(callId) === null);
    expect(lastedS()).toBeGreaterThan(58);
    expect(lastedS()).toBeLessThan(64);
    expect(offers()).toBe(1);
    expect(real.store.calls.find(callId)).toMatchObject({ state: 'ended' });
  });

  it.concurrent('is let go, and not left alone, when nothing arrives from the person they talk with', async () => {
    const other = house.answers('lee');
    const known = new Set(registry.list().map(({ callId }) => callId));
    const party = await ring();
    await until(() =>
      registry.list().some(({ callId, state }) => !known.has(callId) && state === 'answered'),
    );
    const callId = registry.list().find((call) => !known.has(call.callId))?.callId ?? '';
    const to = { kind: 'phone', username: 'lee' } as const;
    await registry.liveControls(callId)?.transfer({ to, mode: 'blind' });
    const lee = await other;
    await lee.leg.stop();
    const beganMs = performance.now();
    let offers = 0;
    lee.dialog?.on('modify', (req, res) => {
      offers += 1;
      agree(() => lee)(req, res);
    });
    await until(() => party.ended, seconds(90));
    expect((performance.now() - beganMs) / seconds(1)).toBeGreaterThan(50);
    expect(offers).toBe(1);
    await until(() => registry.find(callId) === null && lee.ended);
    expect(store.calls.find(callId)).toMatchObject({ state: 'ended', outcome: 'transferred' });
  });

  it('has left no call, no leg, and every port', async () => {
    expect([...registry.list(), ...real.registry.list()]).toEqual([]);
    expect([house.legsLeft(), real.legsLeft()]).toEqual([0, 0]);
    // Outside there are no more ports than at the box.
    for (const { party, other } of Object.values(patient))
      await Promise.all([party.leg.stop(), other?.leg.stop()]);
    // They take all that there are.
    real.limits.maxCalls = 5;
    const again = [];
    for (let n = 0; n < 5; n += 1) again.push(await real.ring());
    await real.over(...again);
  });
});
