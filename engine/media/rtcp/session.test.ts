import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRtcp } from './packet.ts';
import { createRtcpSession, type RtcpSession } from './session.ts';

const session = (
  options: { ssrc?: number; random?: () => number; wallOffsetMs?: number; clockRateHz?: number } = {},
) =>
  createRtcpSession({
    ssrc: options.ssrc ?? 1,
    cname: 'box',
    clockRateHz: options.clockRateHz ?? 8000,
    nowMs: 0,
    wallMs: (nowMs) => 1_800_000_000_000 + (options.wallOffsetMs ?? 0) + nowMs,
    random: options.random ?? (() => 0.5),
  });

const firstOf = (bytes: Buffer | null) => parseRtcp(bytes ?? Buffer.alloc(0))[0];

/** What `from` sends now, forced out. */
const reportOf = (from: RtcpSession, atMs: number): Buffer =>
  from.due(atMs) ?? expect.unreachable('nothing is due');

const feed = (to: RtcpSession, sequences: readonly number[], arrivals?: (n: number) => number) => {
  sequences.forEach((sequence, n) => {
    to.received({ ssrc: 2, sequence, timestamp: n * 160, arrivalMs: arrivals?.(n) ?? n * 20, paced: true });
  });
};

describe('RTCP session', () => {
  it('reports first after half the interval, then every five seconds give or take', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 200, maxLength: 200 }),
        (draws) => {
          let next = 0;
          const one = session({ random: () => draws[next++ % draws.length] ?? 0 });
          const times: number[] = [];
          for (let nowMs = 0; nowMs < 60_000; nowMs += 20) if (one.due(nowMs)) times.push(nowMs);
          // RFC 3550 §6.3.1: 0.5 to 1.5 times 5 s, divided by e − 3/2.
          const [shortest, longest] = [2500 / 1.21828, 7500 / 1.21828];
          expect(times[0]).toBeGreaterThanOrEqual(shortest / 2);
          expect(times[0]).toBeLessThanOrEqual(longest / 2 + 20);
          for (const [i, time] of times.slice(1).entries()) {
            expect(time - (times[i] ?? 0)).toBeGreaterThanOrEqual(Math.floor(shortest));
            expect(time - (times[i] ?? 0)).toBeLessThanOrEqual(longest + 20);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is a receiver until it sends, a sender for two intervals after, and counts what went out', () => {
    const one = session();
    expect(firstOf(one.due(5000))?.type).toBe('rr');
    one.sent({ timestamp: 1000, payloadBytes: 160, atMs: 9000 });
    one.sent({ timestamp: 1160, payloadBytes: 160, atMs: 9020 });
    const sr = firstOf(one.due(10_020));
    expect(sr).toMatchObject({
      type: 'sr',
      // One second of 8 kHz after the last packet.
      sender: { packets: 2, octets: 320, rtpTimestamp: 1160 + 8000 },
    });
    expect(firstOf(one.due(20_000))?.type).toBe('sr');
    expect(firstOf(one.due(30_000))?.type).toBe('rr');
  });

  it('writes wall time as NTP', () => {
    const one = session();
    one.sent({ timestamp: 0, payloadBytes: 1, atMs: 0 });
    expect(firstOf(one.due(5500))).toMatchObject({
      sender: { ntpSeconds: 1_800_000_005 + 2_208_988_800, ntpFraction: 2 ** 31 },
    });
  });

  it('reports loss since the last report and in all, across the wrap', () => {
    const one = session();
    // 8 of 10 arrive.
    feed(one, [65530, 65531, 65532, 65535, 0, 1, 2, 3]);
    expect(firstOf(one.due(5000))).toMatchObject({
      reports: [
        { ssrc: 2, fractionLost: Math.floor((2 * 256) / 10), cumulativeLost: 2, highestSequence: 65536 + 3 },
      ],
    });
    feed(one, [4, 5, 6, 7]);
    expect(firstOf(one.due(15_000))).toMatchObject({
      reports: [{ fractionLost: 0, cumulativeLost: 2, highestSequence: 65536 + 7 }],
    });
    // Nothing heard: nothing to report.
    expect(firstOf(one.due(25_000))).toMatchObject({ reports: [] });
  });

  it('reports jitter in units of the clock', () => {
    const one = session();
    feed(
      one,
      Array.from({ length: 400 }, (_, n) => n),
      (n) => n * 20 + (n % 2) * 5,
    );
    expect(firstOf(one.due(9000))).toMatchObject({ reports: [{ jitterTicks: 40 }] });
  });

  it('finds the round trip from the reports of the other side, whose clock is its own', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2000 }),
        fc.integer({ min: 0, max: 8000 }),
        fc.integer({ min: -1e9, max: 1e9 }),
        (roundTripMs, heldMs, wallOffsetMs) => {
          const near = session({ ssrc: 1 });
          const far = session({ ssrc: 2, wallOffsetMs });
          near.sent({ timestamp: 0, payloadBytes: 160, atMs: 0 });
          far.received({ ssrc: 1, sequence: 5, timestamp: 0, arrivalMs: 10, paced: true });
          const sentMs = 6000;
          const arrivedMs = sentMs + roundTripMs / 2;
          far.receivedRtcp(reportOf(near, sentMs), arrivedMs);
          near.receivedRtcp(
            reportOf(far, Math.max(arrivedMs + heldMs, 5000)),
            arrivedMs + heldMs + roundTripMs / 2,
          );
          expect(near.findings().roundTripMs).toBeCloseTo(roundTripMs, 0);
          expect(far.findings().roundTripMs).toBeNull();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('tells what the other side lacks of us, and nothing of what it says of others', () => {
    const near = session({ ssrc: 1 });
    const far = session({ ssrc: 2 });
    for (const sequence of [1, 2, 3, 5]) {
      far.received({ ssrc: 1, sequence, timestamp: sequence * 160, arrivalMs: sequence * 20, paced: true });
    }
    const stranger = session({ ssrc: 3 });
    const report = reportOf(far, 5000);
    stranger.receivedRtcp(report, 5010);
    expect(stranger.findings()).toMatchObject({ remoteLossFraction: null, reportsReceived: 1 });
    near.receivedRtcp(report, 5010);
    expect(near.findings().remoteLossFraction).toBeCloseTo(0.2, 1);
    expect(near.findings().byeReceived).toBe(false);
    near.receivedRtcp(far.bye(5020), 5030);
    expect(near.findings().byeReceived).toBe(true);
    expect(far.due(1e9)).toBeNull();
  });

  it('keeps its findings sane whatever comes in', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 10 }), (datagrams) => {
        const one = session();
        for (const bytes of datagrams) {
          bytes.set([0x81, 201, 0, 7, 0, 0, 0, 9, 0, 0, 0, 1].slice(0, bytes.length));
          one.receivedRtcp(bytes, 7000);
        }
        const { roundTripMs, remoteLossFraction } = one.findings();
        expect(roundTripMs ?? 0).toBeGreaterThanOrEqual(0);
        expect(roundTripMs ?? 0).toBeLessThanOrEqual(60_000);
        expect(remoteLossFraction ?? 0).toBeLessThanOrEqual(1);
        expect(one.due(9000)).not.toBeNull();
      }),
    );
  });
});
