import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { MediaLeg } from '../../engine/media/index.ts';
import {
  closeAll,
  heard,
  levelAt,
  loud,
  medianLevelAt,
  newMedia,
  pair,
  peer,
  playTone,
  rateOf,
  recent,
  startAt,
  tone,
} from './media-peers.ts';

afterEach(closeAll);

const folder = mkdtempSync(join(tmpdir(), 'voxbox-legs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  ['in this thread', false],
  ['in a thread of their own', true],
])('what a leg can be told, %s', (_where, threaded) => {
  it('a bridge lets three legs of different rates hear the two others each', async () => {
    const media = newMedia(threaded);
    const sides = (['PCMU', 'G722', 'PCMA'] as const).map((codec, n) => ({
      codec,
      hz: [450, 1000, 1700][n] ?? 0,
    }));
    const bridge = media.bridge();
    const phones: { phone: MediaLeg; leg: MediaLeg; samples: number[] }[] = [];
    for (const { codec } of sides) {
      const [phone, leg] = [await media.openLeg(), await media.openLeg()];
      phone.start(startAt(leg.port, codec));
      leg.start(startAt(phone.port, codec));
      bridge.add(leg);
      phones.push({ phone, leg, samples: heard(phone) });
    }
    for (const [n, { hz }] of sides.entries()) {
      phones[n]?.phone.play({ id: 1, samples: tone(hz, 2500, 6000), sampleRateHz: 16_000 });
    }
    // What is played on one leg is heard there only.
    phones[0]?.leg.play({ id: 1, samples: tone(2600, 2500, 6000), sampleRateHz: 16_000 });
    await sleep(1400);
    phones.forEach(({ samples }, n) => {
      const rateHz = rateOf(sides[n]?.codec ?? 'PCMU');
      sides.forEach(({ hz }, other) => {
        const level = medianLevelAt(recent(samples, rateHz), hz, rateHz);
        if (other === n) expect(level).toBeLessThan(200);
        else expect(Math.abs(20 * Math.log10(level / 6000))).toBeLessThan(2);
      });
      const played = medianLevelAt(recent(samples, rateHz), 2600, rateHz);
      if (n === 0) expect(played).toBeGreaterThan(4500);
      else expect(played).toBeLessThan(200);
    });
    const left = phones[2];
    if (left) bridge.remove(left.leg);
    await sleep(900);
    expect(medianLevelAt(recent(phones[0]?.samples ?? [], 8000), 1700, 8000)).toBeLessThan(200);
    expect(medianLevelAt(recent(phones[0]?.samples ?? [], 8000), 1000, 8000)).toBeGreaterThan(4500);
    expect(medianLevelAt(recent(left?.samples ?? [], 8000), 1000, 8000)).toBeLessThan(200);
  });

  it('an agent in a conference is heard by all, and hears all but itself', async () => {
    const media = newMedia(threaded);
    const bridge = media.bridge();
    const codecs = ['PCMU', 'G722', 'PCMA'] as const;
    const phones: { phone: MediaLeg; leg: MediaLeg; samples: number[] }[] = [];
    for (const [n, codec] of codecs.entries()) {
      const [phone, leg] = [await media.openLeg(), await media.openLeg()];
      phone.start(startAt(leg.port, codec));
      leg.start(startAt(phone.port, codec));
      bridge.add(leg, { agent: n === 0 });
      phones.push({ phone, leg, samples: heard(phone) });
    }
    const [caller, guest, quiet] = phones;
    if (!caller || !guest || !quiet) throw new Error('three phones');
    const [atAgent, atGuestLeg] = [heard(caller.leg), heard(guest.leg)];
    playTone(caller.phone, 450, 4000);
    playTone(guest.phone, 1000, 4000);
    playTone(caller.leg, 2600, 4000);
    await sleep(1400);
    const level = (samples: number[], hz: number, rateHz = 8000) =>
      medianLevelAt(recent(samples, rateHz), hz, rateHz);
    for (const hz of [450, 1000]) expect(level(atAgent, hz)).toBeGreaterThan(6000);
    expect(level(atAgent, 2600)).toBeLessThan(200);
    // The agent once only, on its own leg and on the others.
    for (const [phone, rateHz] of [
      [caller, 8000],
      [guest, 16_000],
      [quiet, 8000],
    ] as const) {
      expect(Math.abs(20 * Math.log10(level(phone.samples, 2600, rateHz) / 8000))).toBeLessThan(2);
    }
    expect(level(caller.samples, 450)).toBeLessThan(200);
    expect(level(quiet.samples, 450)).toBeGreaterThan(6000);
    // A leg without agent tells its own side only.
    expect(level(atGuestLeg, 1000, 16_000)).toBeGreaterThan(6000);
    for (const hz of [450, 2600]) expect(level(atGuestLeg, hz, 16_000)).toBeLessThan(200);
    bridge.add(caller.leg);
    await sleep(900);
    expect(level(quiet.samples, 2600)).toBeLessThan(200);
    expect(level(atAgent, 1000)).toBeLessThan(200);
    expect(level(atAgent, 450)).toBeGreaterThan(6000);
  });

  it('hold: music until it is over, and what was queued waits', async () => {
    const { a, b } = await pair('PCMA', {}, threaded);
    const [atA, atB] = [heard(a), heard(b)];
    const played: number[] = [];
    a.on('played', ({ id }) => played.push(id));
    a.hold(true);
    playTone(a, 1234, 300);
    playTone(b, 800, 600);
    await sleep(900);
    const music = recent(atB, 8000);
    expect(Math.max(...music.map(Math.abs))).toBeGreaterThan(800);
    expect(medianLevelAt(music, 1234, 8000)).toBeLessThan(300);
    expect([played, loud(atA)]).toEqual([[], 0]);
    a.hold(false);
    await expect.poll(() => played, { timeout: 3000 }).toEqual([1]);
    await sleep(700);
    const windows = Array.from({ length: 30 }, (_, n) =>
      atB.slice(-12_000 + n * 400, -11_600 + n * 400 || undefined),
    );
    expect(windows.filter((window) => levelAt(window, 1234, 8000) > 6000).length).toBeGreaterThanOrEqual(4);
    expect(loud(recent(atB, 8000))).toBe(0);
  });

  it('echo: what arrives goes back, a jitter buffer and two slots later', async () => {
    const { a, b } = await pair('PCMU', {}, threaded);
    b.echo(true);
    playTone(b, 300, 5000);
    await sleep(200);
    const atA = heard(a);
    await sleep(100);
    const from = atA.length;
    playTone(a, 900, 600);
    await sleep(800);
    expect(medianLevelAt(atA.slice(-4000), 900, 8000)).toBeGreaterThan(6000);
    expect(medianLevelAt(atA, 300, 8000)).toBeLessThan(300);
    const delayMs = (atA.slice(from).findIndex((sample) => Math.abs(sample) > 1000) / 8000) * 1000;
    // Two jitter buffers of 40 ms lie on the way.
    expect(delayMs).toBeLessThan(200);
    b.echo(false);
    await sleep(400);
    expect(medianLevelAt(atA.slice(-1600), 300, 8000)).toBeGreaterThan(6000);
  });

  it('recording: paused, both sides are silent in it, and its time goes on', async () => {
    const recordingPath = join(folder, `pause-${threaded}.wav`);
    const { a, b } = await pair('PCMU', {}, threaded);
    a.start(startAt(b.port, 'PCMU', { recordingPath }));
    playTone(a, 440, 3000);
    playTone(b, 700, 3000);
    await sleep(600);
    a.recording(false);
    await sleep(500);
    a.recording(true);
    await sleep(500);
    await a.stop();
    const bytes = readFileSync(recordingPath);
    for (const offset of [0, 2]) {
      const side = Array.from({ length: (bytes.length - 44) / 4 }, (_, n) =>
        bytes.readInt16LE(44 + offset + 4 * n),
      );
      expect(side.length / 8).toBeGreaterThan(1400);
      const first = side.findIndex((sample) => sample !== 0);
      const speaks = Array.from({ length: Math.floor((side.length - first) / 400) }, (_, n) =>
        side.slice(first + n * 400, first + n * 400 + 400).some((sample) => Math.abs(sample) > 1000),
      );
      expect([speaks[2], speaks.at(-2)]).toEqual([true, true]);
      const silent = speaks.filter((each) => !each).length * 50;
      expect(silent).toBeGreaterThan(350);
      expect(silent).toBeLessThan(700);
    }
  });

  it('ring-back sounds until somebody in the bridge is heard', async () => {
    const { media, a, b } = await pair('PCMU', {}, threaded);
    const atB = heard(b);
    a.ringback(true);
    await sleep(800);
    expect(medianLevelAt(recent(atB, 8000), 440, 8000)).toBeGreaterThan(2000);
    expect(medianLevelAt(recent(atB, 8000), 480, 8000)).toBeGreaterThan(2000);
    const [callee, phone] = [await media.openLeg(), await media.openLeg()];
    const bridge = media.bridge();
    bridge.add(a);
    bridge.add(callee);
    callee.start(startAt(phone.port, 'PCMU'));
    await sleep(200);
    expect(medianLevelAt(recent(atB, 8000).slice(-800), 440, 8000)).toBeGreaterThan(2000);
    phone.start(startAt(callee.port, 'PCMU'));
    playTone(phone, 1000, 2000);
    await sleep(700);
    const now = recent(atB, 8000).slice(-2000);
    expect(medianLevelAt(now, 1000, 8000)).toBeGreaterThan(6000);
    expect(medianLevelAt(now, 440, 8000)).toBeLessThan(200);
  });
});

describe('a leg that is held', () => {
  it('sends keep-alives only, tells no silence, and goes on speaking afterwards', async () => {
    const leg = await newMedia().openLeg();
    const { port, packets } = await peer();
    leg.start(startAt(port, 'PCMU', { direction: 'inactive' }));
    playTone(leg, 440, 200);
    const told: number[] = [];
    leg.on('silent', (forMs) => told.push(forMs));
    // Slots are driven by hand: the leg counts audio time.
    if (!('receive' in leg) || typeof leg.receive !== 'function')
      throw new Error('a leg rides the timetable');
    for (let slot = 0; slot < 1100; slot += 1) leg.receive({ missed: 0 });
    await sleep(300);
    expect(packets.length).toBe(1);
    expect(packets[0]?.payload.every((code) => (code | 0x80) === 0xff)).toBe(true);
    expect(told).toEqual([]);
    leg.start(startAt(port, 'PCMU'));
    await sleep(400);
    expect(packets.filter(({ payload }) => payload.some((code) => (code | 0x80) !== 0xff)).length).toBe(10);
    expect(
      packets.every(({ sequence }, n) => sequence === (((packets[0]?.sequence ?? 0) + n) & 0xffff)),
    ).toBe(true);
  });
});
