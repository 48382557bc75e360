import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../foundation/index.ts';
import { createMedia, createMediaThread } from './index.ts';
import type { Codec, LegStart, Media, MediaLeg } from './model.ts';
import { parseRtp, type RtpPacket, writeRtp } from './rtp/packet.ts';

const host = '127.0.0.1';
const folder = mkdtempSync(join(tmpdir(), 'voxbox-leg-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of open.splice(0).reverse()) await stop();
});

let onThread = false;

function newMedia(ports = 20): Media {
  const range = { host, portMin: 34000, portMax: 34000 + ports * 2 - 1 };
  const media = onThread
    ? createMediaThread({ ...range, log: { level: 'silent' } })
    : createMedia({ ...range, log: silentLog });
  open.push(() => media.stop());
  return media;
}

const startAt = (port: number, changes: Partial<LegStart> = {}): LegStart => ({
  remote: { address: host, port },
  codec: 'PCMU',
  payloadType: 0,
  dtmfPayloadType: 101,
  ...changes,
});

/** Two legs that talk to each other. */
async function pair(
  changes: Partial<LegStart> = {},
  left: Partial<LegStart> = {},
): Promise<[MediaLeg, MediaLeg]> {
  const media = newMedia();
  const [a, b] = [await media.openLeg(), await media.openLeg()];
  a.start(startAt(b.port, { ...changes, ...left }));
  b.start(startAt(a.port, changes));
  return [a, b];
}

/** A plain UDP peer. */
async function peer(): Promise<{ socket: Socket; port: number; packets: RtpPacket[] }> {
  const socket = createSocket('udp4');
  const packets: RtpPacket[] = [];
  socket.on('message', (bytes) => {
    const packet = parseRtp(bytes);
    if (packet) packets.push(packet);
  });
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  open.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { socket, port: socket.address().port, packets };
}

const rtp = (sequence: number, changes: Partial<RtpPacket> = {}): Buffer =>
  writeRtp({
    payloadType: 0,
    marker: false,
    sequence,
    timestamp: sequence * 160,
    ssrc: 77,
    csrcs: [],
    extension: null,
    payload: new Uint8Array(160).fill(0x10),
    ...changes,
  });

const tone = (hz: number, rateHz: number, ms: number, amplitude = 12000) =>
  Int16Array.from({ length: (rateHz * ms) / 1000 }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz)),
  );

/** Share of the samples' power that lies at `hz`. */
function shareAt(samples: ArrayLike<number>, hz: number): number {
  let [re, im, power] = [0, 0, 0];
  for (let n = 0; n < samples.length; n += 1) {
    const sample = samples[n] ?? 0;
    re += sample * Math.cos((2 * Math.PI * hz * n) / 8000);
    im += sample * Math.sin((2 * Math.PI * hz * n) / 8000);
    power += sample ** 2;
  }
  return (2 * (re ** 2 + im ** 2)) / samples.length / Math.max(power, 1);
}

/** Of windows of 50 ms, whole periods of the tones used: a slot missed on a busy machine breaks one, not the median. */
function medianShareAt(samples: readonly number[], hz: number): number {
  const shares: number[] = [];
  for (let start = 0; start + 400 <= samples.length; start += 400) {
    shares.push(shareAt(samples.slice(start, start + 400), hz));
  }
  return shares.toSorted((a, b) => a - b)[Math.floor(shares.length / 2)] ?? 0;
}

const heard = (leg: MediaLeg): number[] => {
  const samples: number[] = [];
  leg.on('audio', (frame) => samples.push(...frame));
  return samples;
};
const playedOf = (leg: MediaLeg) => {
  const told: { id: number; playedMs: number; cut: boolean }[] = [];
  leg.on('played', (stretch) => told.push(stretch));
  return told;
};
const loud = (samples: readonly number[]) => samples.filter((sample) => Math.abs(sample) > 500).length;

describe.each([
  ['in this thread', false],
  ['in a thread of their own', true],
])('two legs over loopback, %s', (_where, threaded) => {
  beforeAll(() => {
    onThread = threaded;
  });

  it.each<[Codec, number]>([
    ['PCMU', 0],
    ['PCMA', 8],
  ])('carry audio both ways in %s', async (codec, payloadType) => {
    const [a, b] = await pair({ codec, payloadType });
    const [atA, atB] = [heard(a), heard(b)];
    const told = playedOf(a);
    a.play({ id: 1, samples: tone(440, 22050, 300), sampleRateHz: 22050 });
    a.finish(1);
    b.play({ id: 1, samples: tone(1000, 16000, 300), sampleRateHz: 16000 });
    b.finish(1);
    await expect.poll(() => Math.min(loud(atA), loud(atB)), { timeout: 3000 }).toBeGreaterThan(1700);
    await expect.poll(() => told).toEqual([{ id: 1, playedMs: 300, cut: false }]);
    for (const [samples, hz] of [
      [atB, 440],
      [atA, 1000],
    ] as const) {
      const start = samples.findIndex((sample) => Math.abs(sample) > 500);
      expect(medianShareAt(samples.slice(start, start + 2400), hz)).toBeGreaterThan(0.99);
    }
    expect(a.statistics()).toMatchObject({ packetsLost: 0, packetsLate: 0 });
    expect(a.times().firstVoicedOutMs).toBeLessThanOrEqual(b.times().lastVoicedInMs ?? 0);
  });

  it('play 10 dB lower while softened, without a step', async () => {
    const [a, b] = await pair();
    const [atB, told] = [heard(b), playedOf(a)];
    a.play({ id: 1, samples: tone(440, 8000, 900), sampleRateHz: 8000 });
    a.finish(1);
    await expect.poll(() => loud(atB), { timeout: 3000 }).toBeGreaterThan(1700);
    a.soften(true);
    await expect.poll(() => told.length, { timeout: 3000 }).toBe(1);
    await expect.poll(() => loud(atB), { timeout: 3000 }).toBeGreaterThan(6000);
    const end = atB.findLastIndex((sample) => Math.abs(sample) > 500);
    const peak = (samples: readonly number[]): number => Math.max(...samples.map(Math.abs));
    const [full, soft] = [peak(atB), peak(atB.slice(end - 800, end))];
    expect(20 * Math.log10(soft / full)).toBeCloseTo(-10, 0);
  });

  it('stop within one packet when cleared, and tell what had been sent', async () => {
    const media = newMedia();
    const leg = await media.openLeg();
    const { port, packets } = await peer();
    const told = playedOf(leg);
    leg.start(startAt(port));
    leg.play({ id: 4, samples: tone(440, 8000, 2000), sampleRateHz: 8000 });
    await expect.poll(() => packets.length).toBeGreaterThan(8);
    const sentBefore = leg.statistics().packetsSent;
    const clearedAfter = packets.length;
    leg.clear();
    if (!threaded) expect(told).toEqual([{ id: 4, playedMs: sentBefore * 20, cut: true }]);
    await sleep(150);
    const isTalk = ({ payload }: RtpPacket) => payload.some((code) => (code | 0x80) !== 0xff);
    const talk = packets.filter(isTalk).length;
    // On a thread of its own the order may arrive after one more packet.
    if (threaded) expect(talk - clearedAfter).toBeLessThanOrEqual(1);
    else expect(talk).toBe(sentBefore);
    expect(told).toEqual([{ id: 4, playedMs: talk * 20, cut: true }]);
    expect(packets.length).toBeGreaterThan(talk + 3);
  });

  it('deliver each key once, and audio goes on after it', async () => {
    const [a, b] = await pair();
    const keys: string[] = [];
    b.on('dtmf', (key) => keys.push(key));
    const atB = heard(b);
    a.sendDtmf('5#');
    a.play({ id: 1, samples: tone(440, 8000, 100), sampleRateHz: 8000 });
    await expect.poll(() => loud(atB), { timeout: 3000 }).toBeGreaterThan(700);
    expect(keys).toEqual(['5', '#']);
    expect(b.statistics().packetsLost).toBe(0);
  });

  it('send tones in the audio when telephone-event was not agreed', async () => {
    const [a, b] = await pair({ dtmfPayloadType: undefined });
    const atB = heard(b);
    a.sendDtmf('1');
    await expect.poll(() => loud(atB), { timeout: 3000 }).toBeGreaterThan(500);
    const start = atB.findIndex((sample) => Math.abs(sample) > 500);
    const key = atB.slice(start, start + 640);
    expect(shareAt(key, 697) + shareAt(key, 1209)).toBeGreaterThan(0.95);
  });

  it('record both sides at the same time', async () => {
    const recordingPath = join(folder, 'both.wav');
    const [a, b] = await pair({}, { recordingPath });
    await sleep(200);
    a.play({ id: 1, samples: tone(440, 8000, 400), sampleRateHz: 8000 });
    b.play({ id: 1, samples: tone(1000, 8000, 400), sampleRateHz: 8000 });
    await sleep(700);
    await a.stop();
    const bytes = readFileSync(recordingPath);
    const side = (offset: number) =>
      Array.from({ length: (bytes.length - 44) / 4 }, (_, n) => bytes.readInt16LE(44 + offset + n * 4));
    const [caller, agent] = [side(0), side(2)];
    const [callerStart, agentStart] = [caller, agent].map((samples) =>
      samples.findIndex((sample) => Math.abs(sample) > 500),
    );
    const [from = 0, to = 0] = [agentStart, callerStart];
    expect(medianShareAt(agent.slice(from, from + 3200), 440)).toBeGreaterThan(0.99);
    expect(medianShareAt(caller.slice(to, to + 3200), 1000)).toBeGreaterThan(0.99);
    // Both began together; the caller's side comes a jitter buffer later.
    expect((to - from) / 8).toBeGreaterThanOrEqual(0);
    expect((to - from) / 8).toBeLessThanOrEqual(150);
    expect(from / 8).toBeGreaterThan(150);
  });
});

describe('leg', () => {
  beforeAll(() => {
    onThread = false;
  });

  it('sends continuous numbered packets, with a marker where talk begins', async () => {
    const leg = await newMedia().openLeg();
    const { port, packets } = await peer();
    leg.start(startAt(port));
    await sleep(100);
    leg.play({ id: 1, samples: tone(440, 8000, 100), sampleRateHz: 8000 });
    await expect.poll(() => packets.length).toBeGreaterThan(12);
    const first = packets[0];
    packets.forEach((packet, index) => {
      expect(packet.sequence).toBe(((first?.sequence ?? 0) + index) & 0xffff);
      expect(packet.payload.length).toBe(160);
    });
    const marked = packets.filter(({ marker }) => marker);
    expect(marked.length).toBe(1);
    expect(marked[0]?.payload.some((code) => (code | 0x80) !== 0xff)).toBe(true);
  });

  it('sends to where packets come from, and not to a stranger', async () => {
    const leg = await newMedia().openLeg();
    const [signalled, behindNat, stranger] = [await peer(), await peer(), await peer()];
    leg.start(startAt(signalled.port));
    await expect.poll(() => signalled.packets.length).toBeGreaterThan(1);
    behindNat.socket.send(rtp(0), leg.port, host);
    await expect.poll(() => behindNat.packets.length).toBeGreaterThan(1);
    for (let n = 0; n < 30; n += 1) {
      behindNat.socket.send(rtp(n + 1), leg.port, host);
      stranger.socket.send(rtp(n, { ssrc: 99 }), leg.port, host);
      await sleep(5);
    }
    expect(stranger.packets.length).toBe(0);
    expect(leg.statistics().packetsReceived).toBe(31);
  });

  it('ignores datagrams that are no RTP of its call', async () => {
    const leg = await newMedia().openLeg();
    const { socket, port } = await peer();
    leg.start(startAt(port));
    for (const bytes of [
      Buffer.from('hello'),
      Buffer.alloc(0),
      rtp(1, { payloadType: 96 }),
      rtp(2, { payload: new Uint8Array() }),
    ]) {
      socket.send(bytes, leg.port, host);
    }
    await sleep(60);
    expect(leg.statistics().packetsReceived).toBe(0);
    expect(leg.times().firstPacketInMs).toBeNull();
  });

  it('counts loss and gives a frame each slot from the first packet on', async () => {
    const leg = await newMedia().openLeg();
    const { socket, port } = await peer();
    let frames = 0;
    leg.on('audio', (frame) => {
      expect(frame.length).toBe(160);
      frames += 1;
    });
    leg.start(startAt(port));
    await sleep(60);
    expect(frames).toBe(0);
    for (const n of [0, 1, 2, 5, 6]) socket.send(rtp(n), leg.port, host);
    await expect.poll(() => frames).toBeGreaterThan(8);
    expect(leg.statistics()).toMatchObject({ packetsReceived: 5, packetsLost: 2 });
  });

  it('tells of 10 s without a packet, and again', () => {
    return (async () => {
      const leg = await newMedia().openLeg();
      const told: number[] = [];
      leg.on('silent', (forMs) => told.push(forMs));
      leg.start(startAt((await peer()).port));
      // Slots are driven by hand: the leg counts audio time.
      if (!('receive' in leg) || typeof leg.receive !== 'function')
        throw new Error('a leg rides the timetable');
      for (let slot = 0; slot < 1010; slot += 1) leg.receive({ missed: 0 });
      expect(told).toEqual([10_000, 20_000]);
    })();
  });

  it('gives its port back, and is deaf after its stop', async () => {
    const media = newMedia(1);
    const leg = await media.openLeg();
    await expect(media.openLeg()).rejects.toMatchObject({ code: 'capacity_reached' });
    leg.start(startAt(40000));
    const told = playedOf(leg);
    leg.play({ id: 1, samples: tone(440, 8000, 500), sampleRateHz: 8000 });
    await Promise.all([leg.stop(), leg.stop()]);
    expect(told).toEqual([{ id: 1, playedMs: expect.any(Number), cut: true }]);
    leg.play({ id: 2, samples: tone(440, 8000, 500), sampleRateHz: 8000 });
    leg.clear();
    leg.start(startAt(40000));
    const next = await media.openLeg();
    expect(next.port).toBe(leg.port);
  });

  it('passes over a port that another program holds', async () => {
    const held = createSocket('udp4');
    await new Promise<void>((resolve) => held.bind(34000, host, resolve));
    open.push(() => new Promise<void>((resolve) => held.close(() => resolve())));
    const media = newMedia(2);
    expect((await media.openLeg()).port).toBe(34002);
    await expect(media.openLeg()).rejects.toMatchObject({ code: 'capacity_reached' });
  });

  it('refuses audio of a rate that makes no sense', async () => {
    const leg = await newMedia().openLeg();
    expect(() => leg.play({ id: 1, samples: tone(440, 8000, 20), sampleRateHz: 44_101 })).toThrowError(
      expect.objectContaining({ code: 'input_invalid' }),
    );
  });
});
