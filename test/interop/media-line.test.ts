import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../engine/foundation/index.ts';
import {
  type Codec,
  createMedia,
  type MediaLeg,
  parseRtcp,
  parseRtp,
  type RtpPacket,
  type SrtpKeys,
  writeRtp,
} from '../../engine/media/index.ts';
import {
  closeAll,
  heard,
  host,
  later,
  loud,
  medianLevelAt,
  newKeys,
  newMedia,
  pair,
  peer,
  playTone,
  rateOf,
  recent,
  startAt,
} from './media-peers.ts';

afterEach(closeAll);

const folder = mkdtempSync(join(tmpdir(), 'voxbox-legs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('two legs', () => {
  it.each<[Codec, SrtpKeys['send']['suite'] | null, boolean, number]>([
    ['PCMU', 'AES_CM_128_HMAC_SHA1_80', false, 1000],
    ['PCMA', null, true, 1000],
    ['G722', 'AES_CM_128_HMAC_SHA1_32', false, 5500],
    ['opus', 'AES_CM_128_HMAC_SHA1_80', true, 1000],
    ['opus', null, false, 5500],
    ['G722', null, true, 1000],
  ])('carry a tone in %s at its level (%s, own thread: %s)', async (codec, suite, threaded, hz) => {
    const { a, b } = await pair(codec, suite ? { srtp: newKeys(suite) } : {}, threaded);
    const rateHz = rateOf(codec);
    const rates = new Set<number>();
    b.on('audio', (frame, sampleRateHz) => {
      expect(frame.length).toBe(sampleRateHz / 50);
      rates.add(sampleRateHz);
    });
    const atB = heard(b);
    playTone(a, hz, 800);
    await expect.poll(() => loud(atB), { timeout: 5000 }).toBeGreaterThan(0.4 * rateHz);
    const start = atB.findIndex((sample) => Math.abs(sample) > 1000) + rateHz / 20;
    const level = medianLevelAt(atB.slice(start, start + 0.5 * rateHz), hz, rateHz);
    expect(Math.abs(20 * Math.log10(level / 8000))).toBeLessThan(2);
    expect([...rates]).toEqual([rateHz]);
    expect(b.statistics()).toMatchObject({ codec, srtp: suite !== null, packetsLost: 0, decryptFailures: 0 });
    expect(b.statistics().mos).toBeGreaterThan(3.5);
  });

  it.each<[Codec]>([['G722'], ['opus']])('deliver keys beside %s', async (codec) => {
    const { a, b } = await pair(codec);
    const keys: string[] = [];
    b.on('dtmf', (key) => keys.push(key));
    await sleep(100);
    a.sendDtmf('19#');
    await expect.poll(() => keys, { timeout: 3000 }).toEqual(['1', '9', '#']);
  });

  it('deliver keys of a clock other than that of the audio, each once', async () => {
    const { a, b } = await pair('opus', { dtmfClockRateHz: 8000 });
    const keys: string[] = [];
    b.on('dtmf', (key) => keys.push(key));
    await sleep(100);
    a.sendDtmf('77');
    await expect.poll(() => keys, { timeout: 3000 }).toEqual(['7', '7']);
    await sleep(200);
    expect(keys).toEqual(['7', '7']);
  });

  it.each<[number | undefined, number]>([
    [8000, 160],
    [undefined, 960],
  ])('write keys in the clock agreed for them (%s beside opus)', async (dtmfClockRateHz, ticks) => {
    const leg = await newMedia().openLeg();
    const { socket, port } = await peer();
    const sent: RtpPacket[] = [];
    socket.on('message', (bytes) => {
      const packet = parseRtp(bytes);
      if (packet && [101, 111].includes(packet.payloadType)) sent.push(packet);
    });
    leg.start(startAt(port, 'opus', dtmfClockRateHz ? { dtmfClockRateHz } : {}));
    await expect.poll(() => sent.length, { timeout: 3000 }).toBeGreaterThan(2);
    leg.sendDtmf('5');
    const events = () => sent.filter(({ payloadType }) => payloadType === 101);
    await expect.poll(() => events().length, { timeout: 3000 }).toBe(7);
    const durations = events().map(({ payload }) => ((payload[2] ?? 0) << 8) | (payload[3] ?? 0));
    expect(durations).toEqual([1, 2, 3, 4, 5, 5, 5].map((frames) => frames * ticks));
    // All stamped with the press's beginning, in the stream's own time: slots after the audio before it.
    const first = sent.findIndex(({ payloadType }) => payloadType === 101);
    const stamps = new Set(events().map(({ timestamp }) => timestamp));
    expect(stamps.size).toBe(1);
    const ahead = ((sent[first]?.timestamp ?? 0) - (sent[first - 1]?.timestamp ?? 0)) >>> 0;
    expect([ahead % 960, ahead > 0]).toEqual([0, true]);
  });

  it.each<[Codec]>([['PCMA'], ['G722']])('find keys in the tones of %s', async (codec) => {
    const { a, b } = await pair(codec, { dtmfPayloadType: undefined });
    const keys: string[] = [];
    b.on('dtmf', (key) => keys.push(key));
    await sleep(100);
    a.sendDtmf('4*0');
    await expect.poll(() => keys, { timeout: 3000 }).toEqual(['4', '*', '0']);
  });

  it('change the codec in the call, and the recording keeps its rate', async () => {
    const recordingPath = join(folder, 'changes.wav');
    const { a, b } = await pair('PCMU');
    await sleep(100);
    a.start(startAt(b.port, 'PCMU', { recordingPath }));
    const atB = heard(b);
    playTone(a, 440, 1600);
    playTone(b, 700, 1600);
    await sleep(500);
    a.start(startAt(b.port, 'opus', { recordingPath }));
    b.start(startAt(a.port, 'opus'));
    await sleep(600);
    expect(medianLevelAt(recent(atB, 16_000), 440, 16_000)).toBeGreaterThan(6000);
    await a.stop();
    const bytes = readFileSync(recordingPath);
    expect(bytes.readUInt32LE(24)).toBe(8000);
    const end = Array.from({ length: 3200 }, (_, n) => bytes.readInt16LE(bytes.length - 4 * (3200 - n)));
    expect(medianLevelAt(end, 700, 8000)).toBeGreaterThan(6000);
  });
});

describe('a leg with SRTP', () => {
  it('takes nothing plain, and sends nothing plain', async () => {
    const leg = await newMedia().openLeg();
    const { socket, port, packets } = await peer();
    leg.start(startAt(port, 'PCMU', { srtp: newKeys('AES_CM_128_HMAC_SHA1_80') }));
    for (let n = 0; n < 10; n += 1) {
      const payload = new Uint8Array(160).fill(0x10);
      const head = { payloadType: 0, marker: false, ssrc: 5, csrcs: [], extension: null };
      socket.send(writeRtp({ ...head, sequence: n, timestamp: n * 160, payload }), leg.port, host);
    }
    await expect.poll(() => packets.length).toBeGreaterThan(5);
    expect(leg.statistics()).toMatchObject({ packetsReceived: 0, decryptFailures: 10, srtp: true });
    // 160 bytes and a tag of ten; no two alike, although all of them are silence.
    for (const { payload } of packets) expect(payload.length).toBe(170);
    expect(new Set(packets.map(({ payload }) => Buffer.from(payload).toString('hex'))).size).toBe(
      packets.length,
    );
  });
});

describe('a leg whose ports get something else', () => {
  it.each([
    ['with SRTP', true],
    ['without', false],
  ])('passes over STUN, DTLS and ZRTP and counts nothing, %s', async (_name, isSecure) => {
    const leg = await newMedia().openLeg();
    const { socket, port, packets } = await peer();
    const keys = newKeys('AES_CM_128_HMAC_SHA1_80');
    const mux = { remote: { address: host, port }, mux: true };
    leg.start(startAt(port, 'PCMU', { rtcp: mux, ...(isSecure ? { srtp: keys } : {}) }));
    // A STUN binding request (RFC 8489), the beginnings of a DTLS ClientHello and a ZRTP Hello, TURN channel data.
    const heads = ['000100082112a442', '16fefd0000000000', '100000005a525450', '4000001000000000'];
    for (const head of heads) {
      // The second octet of such a datagram may look like an RTCP type; both ports get them.
      for (const [at, offset] of [
        [leg.port, 0] as const,
        [leg.port + 1, 0] as const,
        [leg.port, 200] as const,
      ]) {
        const bytes = Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(40, 7)]);
        if (offset) bytes[1] = offset;
        socket.send(bytes, at, host);
      }
    }
    await expect.poll(() => packets.length).toBeGreaterThan(5);
    expect(leg.statistics()).toMatchObject({ decryptFailures: 0, packetsReceived: 0 });
    expect(leg.times().firstPacketInMs).toBeNull();
  });

  it('still counts what is RTP or RTCP by its first octet and does not pass the check', async () => {
    const leg = await newMedia().openLeg();
    const { socket, port } = await peer();
    leg.start(startAt(port, 'PCMU', { srtp: newKeys('AES_CM_128_HMAC_SHA1_80') }));
    for (const first of [127, 128, 191, 192]) {
      socket.send(Buffer.concat([Buffer.of(first, 0), Buffer.alloc(60, 7)]), leg.port, host);
      socket.send(Buffer.concat([Buffer.of(first, 201), Buffer.alloc(60, 7)]), leg.port + 1, host);
    }
    await expect.poll(() => leg.statistics().decryptFailures).toBe(4);
    await sleep(40);
    expect(leg.statistics().decryptFailures).toBe(4);
  });
});

/** Between two legs: what goes from `a` to `b` is lost, late and out of order; the way back is only slow. */
async function badLine(a: MediaLeg, b: MediaLeg, line: { loss: number; jitterMs: number; delayMs: number }) {
  const [toA, toB] = [await peer(), await peer()];
  let random = 12345;
  const next = () => {
    random = (random * 1_103_515_245 + 12_345) & 0x7fffffff;
    return random / 0x7fffffff;
  };
  const timers = new Set<NodeJS.Timeout>();
  const delayed = (ms: number, send: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      send();
    }, ms);
    timers.add(timer);
  };
  later(async () => {
    for (const timer of timers) clearTimeout(timer);
  });
  toA.socket.on('message', (bytes) => {
    const isReport = (bytes[1] ?? 0) >= 192 && (bytes[1] ?? 0) <= 223;
    if (!isReport && next() < line.loss) return;
    const ms = line.delayMs + (isReport ? 0 : next() * line.jitterMs);
    delayed(ms, () => toB.socket.send(bytes, b.port, host));
  });
  toB.socket.on('message', (bytes) => delayed(line.delayMs, () => toA.socket.send(bytes, a.port, host)));
  return { fromA: toA.port, fromB: toB.port };
}

describe('reports', () => {
  it('go to the port after the RTP port, and the last one says goodbye', async () => {
    const leg = await newMedia().openLeg();
    const rtp = await peer(34_180);
    const control = createSocket('udp4');
    const reports: Buffer[] = [];
    control.on('message', (bytes) => reports.push(bytes));
    await new Promise<void>((resolve) => control.bind(34_181, '127.0.0.1', resolve));
    later(() => new Promise<void>((resolve) => control.close(() => resolve())));
    leg.start(startAt(rtp.port, 'PCMU'));
    await expect.poll(() => rtp.packets.length).toBeGreaterThan(3);
    await leg.stop();
    await expect.poll(() => reports.length).toBeGreaterThan(0);
    const read = parseRtcp(reports.at(-1) ?? Buffer.alloc(0));
    expect(read.map(({ type }) => type)).toEqual(['sr', 'sdes', 'bye']);
    expect(read[0]).toMatchObject({ ssrc: rtp.packets[0]?.ssrc, sender: { packets: rtp.packets.length } });
  });
});

describe('on a bad line', () => {
  it('a tone stays a tone through loss, jitter and reordering, and both know how bad it is', async () => {
    const media = newMedia();
    const [a, b] = [await media.openLeg(), await media.openLeg()];
    const { fromA, fromB } = await badLine(a, b, { loss: 0.05, jitterMs: 80, delayMs: 20 });
    const muxed = (port: number) => ({ rtcp: { remote: { address: host, port }, mux: true } });
    a.start(startAt(fromA, 'PCMU', muxed(fromA)));
    b.start(startAt(fromB, 'PCMU', muxed(fromB)));
    const atB = heard(b);
    playTone(a, 500, 14_000);
    await sleep(14_000);
    const level = medianLevelAt(atB.slice(16_000), 500, 8000);
    expect(Math.abs(20 * Math.log10(level / 8000))).toBeLessThan(3);
    const [here, there] = [b.statistics(), a.statistics()];
    expect(here.lossFraction).toBeGreaterThan(0.02);
    expect(here.lossFraction).toBeLessThan(0.1);
    expect(here.jitterMs).toBeGreaterThan(10);
    expect(here.packetsConcealed).toBeGreaterThan(10);
    expect(here.packetsConcealed).toBeLessThan(150);
    // The other leg learns all of it from the reports.
    expect(there.remoteLossFraction).not.toBeNull();
    expect(there.remoteLossFraction).toBeLessThan(0.2);
    expect(there.remoteJitterMs).toBeGreaterThan(10);
    expect(there.roundTripMs).toBeGreaterThan(30);
    expect(there.roundTripMs).toBeLessThan(150);
    expect(here.mos).toBeLessThan(4.2);
    expect(here.mos).toBeGreaterThan(1);
  });

  it('nothing sticks after a minute of silence, a new SSRC, a restarted sequence, a jump of the clock', async () => {
    const leg = await newMedia().openLeg();
    const { socket, port } = await peer();
    leg.start(startAt(port, 'PCMU'));
    const samples = heard(leg);
    const stretch = async (ssrc: number, sequence: number, timestamp: number) => {
      const before = loud(samples);
      for (let n = 0; n < 15; n += 1) {
        socket.send(
          writeRtp({
            payloadType: 0,
            marker: n === 0,
            sequence: (sequence + n) & 0xffff,
            timestamp: (timestamp + n * 160) >>> 0,
            ssrc,
            csrcs: [],
            extension: null,
            payload: new Uint8Array(160).fill(0x10),
          }),
          leg.port,
          host,
        );
        await sleep(20);
      }
      await expect.poll(() => loud(samples) - before, { timeout: 1000 }).toBeGreaterThan(1500);
    };
    await stretch(1, 65_530, 4_294_960_000);
    await stretch(1, 9, 4_294_960_000 + 15 * 160 + 60 * 8000);
    await stretch(2, 40_000, 1000);
    await stretch(2, 5, 4000);
    await stretch(2, 30, 3_000_000_000);
    // Comfort noise, then talk after a pause that no packet tells of.
    const head = { payloadType: 13, marker: false, ssrc: 2, csrcs: [], extension: null };
    const noise = { ...head, sequence: 45, timestamp: 3_000_000_000 + 15 * 160, payload: Uint8Array.of(60) };
    const concealed = leg.statistics().packetsConcealed;
    socket.send(writeRtp(noise), leg.port, host);
    await sleep(500);
    const quiet = samples.slice(-1600);
    expect(quiet.some((sample) => sample !== 0)).toBe(true);
    expect(Math.max(...quiet.map(Math.abs))).toBeLessThan(400);
    await stretch(2, 46, 3_000_000_000 + 15 * 160 + 4000);
    expect(leg.statistics().packetsConcealed - concealed).toBeLessThanOrEqual(3);
  });
});

describe('ports', () => {
  it('are taken in pairs, and all given back', async () => {
    const held = await peer(34_403);
    const media = createMedia({ host, portMin: 34_400, portMax: 34_407, log: silentLog });
    later(() => media.stop());
    for (let round = 0; round < 300; round += 1) {
      const legs = await Promise.all([media.openLeg(), media.openLeg(), media.openLeg()]);
      expect(legs.map(({ port }) => port).toSorted()).toEqual([34_400, 34_404, 34_406]);
      await expect(media.openLeg()).rejects.toMatchObject({ code: 'capacity_reached' });
      await Promise.all(legs.map((leg) => leg.stop()));
    }
    expect(held.packets).toEqual([]);
  });
});
