import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePcmu, parseRtp } from '../../engine/media/index.ts';
import { placeCall } from '../caller/sip-client.ts';
import { offer, request } from './isolated/fuzz-corpus.ts';
import { seededRandom } from './isolated/mutation.ts';
import { type EchoBox, type EchoCall, startEchoBox } from './peers/echo-box.ts';
import { RawCaller } from './peers/raw-caller.ts';
import { toneShare } from './peers/tone.ts';

const host = '127.0.0.1';
/** 64·T1 is 1.3 s: what nobody answers is given up soon. */
const timers = { t1Ms: 20, t2Ms: 160, t4Ms: 200 };
const hz = 400;

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  socket.bind(0, host);
  await once(socket, 'listening');
  return socket;
};

interface Weather {
  readonly name: string;
  readonly loss: number;
  readonly jitterMs: number;
  /** Share of packets that change places with the next one. */
  readonly reorder: number;
}

/** Passes RTP between a caller and a leg; what goes to the leg goes through bad weather. */
class Relay {
  readonly socket: Socket;
  dropped = 0;
  readonly #random = seededRandom(7);
  #held: Buffer | null = null;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  join(parts: { readonly caller: number; readonly leg: number; readonly weather: Weather }): void {
    const { caller, leg, weather } = parts;
    const pass = (octets: Buffer): void => {
      const delayMs = weather.jitterMs * this.#random();
      setTimeout(() => this.socket.send(octets, leg, host, () => {}), delayMs);
    };
    this.socket.on('message', (octets, source) => {
      if (source.port !== caller) return this.socket.send(octets, caller, host, () => {});
      if (this.#random() < weather.loss) {
        this.dropped += 1;
        return;
      }
      if (this.#held) {
        pass(octets);
        pass(this.#held);
        this.#held = null;
      } else if (this.#random() < weather.reorder) this.#held = octets;
      else pass(octets);
    });
  }
}

interface Heard {
  /** 20 ms frames that the leg told, and how many of them hold the tone. */
  readonly frames: number;
  readonly toneFrames: number;
  readonly echoed: number;
  readonly dropped: number;
  readonly call: EchoCall;
}

const packets = 200;

/** Speaks a tone for four seconds through that weather, and hangs up. */
async function speak(box: EchoBox, weather: Weather): Promise<Heard> {
  const [rtp, relaySocket] = [await bound(), await bound()];
  const relay = new Relay(relaySocket);
  const call = await placeCall({
    ...{ target: `sip:echo@${host}:${box.sip.port}`, from: weather.name.replaceAll(/\W/g, '') },
    ...{ rtpPort: relaySocket.address().port, payloadTypes: [0] },
  });
  const own = box.calls.find((one) => one.dialog.sip.callId === call.callId);
  if (!own) throw new Error('the box does not know the call');
  relay.join({ caller: rtp.address().port, leg: call.audio.port, weather });
  let [frames, toneFrames, echoed] = [0, 0, 0];
  own.leg.on('audio', (samples, rateHz) => {
    frames += 1;
    if (samples.some((one) => Math.abs(one) > 500) && toneShare(samples, { hz, rateHz }) > 0.7)
      toneFrames += 1;
  });
  rtp.on('message', (octets) => {
    if (parseRtp(octets)) echoed += 1;
  });
  const beganMs = performance.now();
  for (let n = 0; n < packets; n += 1) {
    const samples = Int16Array.from({ length: 160 }, (_, i) =>
      Math.round(9000 * Math.sin((2 * Math.PI * hz * (n * 160 + i)) / 8000)),
    );
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head.writeUInt16BE(n, 2);
    head.writeUInt32BE(n * 160, 4);
    head.writeUInt32BE(99, 8);
    rtp.send(Buffer.concat([head, encodePcmu(samples)]), relaySocket.address().port, host);
    await sleep(Math.max(0, beganMs + (n + 1) * 20 - performance.now()));
  }
  await sleep(200);
  const result = { frames, toneFrames, echoed, dropped: relay.dropped, call: own };
  await call.hangUp();
  rtp.close();
  await sleep(150);
  relaySocket.close();
  return result;
}

describe('bad weather', () => {
  const weathers: readonly Weather[] = [
    { name: 'no impairment', loss: 0, jitterMs: 0, reorder: 0 },
    { name: 'loss of 1 %', loss: 0.01, jitterMs: 0, reorder: 0 },
    { name: 'loss of 3 %', loss: 0.03, jitterMs: 0, reorder: 0 },
    { name: 'loss of 5 %', loss: 0.05, jitterMs: 0, reorder: 0 },
    { name: 'jitter of 30 ms', loss: 0, jitterMs: 30, reorder: 0 },
    { name: 'jitter of 80 ms', loss: 0, jitterMs: 80, reorder: 0 },
    { name: 'reordering', loss: 0, jitterMs: 0, reorder: 0.1 },
  ];
  let box: EchoBox;
  let heard: readonly Heard[];

  beforeAll(async () => {
    box = await startEchoBox({ portMin: 44_000, portMax: 44_099, codecs: ['PCMU'] });
    // All at once: each has sockets of its own.
    heard = await Promise.all(weathers.map((weather) => speak(box, weather)));
  }, 30_000);
  afterAll(() => box?.stop());

  it.each(weathers.map((weather, index) => ({ ...weather, index })))(
    '$name: the audio goes on',
    ({ index, loss, jitterMs }) => {
      const result = heard[index];
      if (!result) throw new Error('not measured');
      const { frames, toneFrames, echoed, dropped, call } = result;
      const statistics = call.leg.statistics();
      expect(frames).toBeGreaterThan(packets * 0.9);
      // What is lost is made up from what was before, so that little of the tone is missing.
      expect(toneFrames).toBeGreaterThan(packets * (jitterMs >= 80 ? 0.75 : 0.85));
      expect(echoed).toBeGreaterThan(packets * 0.9);
      expect(statistics.packetsLost).toBeGreaterThanOrEqual(loss === 0 ? 0 : 1);
      expect(Math.abs(statistics.packetsLost - dropped)).toBeLessThanOrEqual(1);
      if (jitterMs > 0) expect(statistics.jitterMs).toBeGreaterThan(jitterMs / 10);
    },
  );

  it('estimates a worse call where more is lost', () => {
    const [clean = 0, , , worst = 5] = heard.map(({ call }) => call.leg.statistics().mos);
    expect(worst).toBeLessThan(clean);
  });

  it('has all ports back', async () => {
    await expect.poll(() => box.openLegs()).toBe(0);
  });
});

describe('messages that are lost', () => {
  let box: EchoBox;
  let caller: RawCaller;

  beforeAll(async () => {
    box = await startEchoBox({ portMin: 44_100, portMax: 44_199, codecs: ['PCMU'], timers });
  });
  afterEach(() => caller?.close());
  afterAll(() => box?.stop());
  const allBack = () => expect.poll(() => box.openLegs(), { timeout: 4000 }).toBe(0);

  it('ends a call whose ACK never comes', async () => {
    caller = await RawCaller.open(box.sip.port);
    caller.send('INVITE');
    const bye = await caller.request('BYE', 4000);
    caller.answer(bye, '200 OK');
    const answers = caller.received.filter((text) => text.startsWith('SIP/2.0 200 '));
    expect(answers.length).toBeGreaterThan(4);
    await allBack();
    expect(box.calls.at(-1)?.over).toBe(true);
  });

  it('ends it too where the BYE finds nobody: the contact cannot be resolved', async () => {
    caller = await RawCaller.open(box.sip.port, { contact: 'sip:caller@nobody.invalid' });
    caller.send('INVITE');
    await caller.response(200);
    await allBack();
  });

  it('repeats a lost 200 until it is acknowledged, and then no more', async () => {
    caller = await RawCaller.open(box.sip.port);
    caller.send('INVITE');
    await expect
      .poll(() => caller.received.filter((text) => text.startsWith('SIP/2.0 200')).length)
      .toBeGreaterThan(2);
    await caller.response(200);
    caller.acknowledge();
    await sleep(60);
    const count = caller.received.length;
    await sleep(400);
    expect(caller.received.length).toBe(count);
    caller.send('BYE');
    await caller.response(200, 'BYE');
    await allBack();
  });

  it('answers a BYE again whose 200 was lost', async () => {
    caller = await RawCaller.open(box.sip.port);
    await caller.call();
    caller.send('BYE');
    await caller.response(200, 'BYE');
    caller.repeat();
    await expect
      .poll(() => caller.received.filter((text) => /^SIP\/2\.0 200[\s\S]*CSeq: \d+ BYE/.test(text)).length)
      .toBe(2);
    await allBack();
  });

  it('gives a call up whose own BYE is never answered', async () => {
    caller = await RawCaller.open(box.sip.port);
    await caller.call();
    const call = box.calls.at(-1);
    await Promise.race([call?.end(), sleep(4000)]);
    expect(caller.received.filter((text) => text.startsWith('BYE ')).length).toBeGreaterThan(3);
    await allBack();
  });

  it('settles when both sides put each other on hold at once', async () => {
    caller = await RawCaller.open(box.sip.port);
    await caller.call();
    const call = box.calls.at(-1);
    if (!call) throw new Error('no call');
    const ours = call.dialog.local.sdp
      .replace('a=sendrecv', 'a=sendonly')
      .replace(/^(o=\S+ \S+ )1 /m, '$12 ');
    const modified = call.dialog.modify(ours).then(
      () => 'agreed',
      (error: unknown) => `refused ${String(error)}`,
    );
    const theirs = await caller.request('INVITE', 3000);
    // Ours is under way when theirs comes: RFC 3261 §14.2.
    caller.send('INVITE', { direction: 'inactive' });
    await caller.response(491, 'INVITE');
    caller.acknowledge();
    caller.answer(theirs, '491 Request Pending');
    // The side that did not make the Call-ID tries again within 2 s (§14.1).
    const again = await caller.request('INVITE', 5000);
    caller.answer(again, '200 OK', { direction: 'recvonly' });
    expect(await Promise.race([modified, sleep(2000, 'nothing')])).toBe('agreed');
    caller.send('INVITE', { direction: 'sendrecv' });
    await caller.response(200, 'INVITE');
    caller.acknowledge();
    caller.send('BYE');
    await caller.response(200, 'BYE');
    await allBack();
  });

  it('ends a call whose connection is gone, and whose contact leads nowhere', async () => {
    const stream = connect({ host, port: box.sip.port });
    await once(stream, 'connect');
    const { port } = box.sip;
    const body = offer(6000).replace('RTP/SAVP', 'RTP/AVP');
    const invite = request({ method: 'INVITE', id: `gone${port}`, port, transport: 'TCP', body });
    stream.write(invite.toString('latin1').replace(/^Contact: .*$/m, 'Contact: <sip:caller@nobody.invalid>'));
    await expect.poll(() => box.openLegs()).toBe(1);
    stream.destroy();
    await allBack();
  });
});
