import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRtcp, parseRtcp, type RtcpReport, writeRtcp } from './packet.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const word = fc.nat(0xffffffff);

const report: fc.Arbitrary<RtcpReport> = fc.record({
  ssrc: word,
  cname: fc.string({ unit: 'grapheme-ascii', maxLength: 80 }),
  sender: fc.option(
    fc.record({ ntpSeconds: word, ntpFraction: word, rtpTimestamp: word, packets: word, octets: word }),
  ),
  reports: fc.array(
    fc.record({
      ssrc: word,
      fractionLost: fc.nat(255),
      cumulativeLost: fc.integer({ min: -0x800000, max: 0x7fffff }),
      highestSequence: word,
      jitterTicks: word,
      lastSr: word,
      delaySinceLastSr: word,
    }),
    { maxLength: 31 },
  ),
  bye: fc.boolean(),
});

describe('RTCP packets', () => {
  it('reads a sender report byte by byte as RFC 3550 §6.4.1 draws it', () => {
    const bytes = hex(`81c8000c 11223344 e0000001 80000000 000003e8 00000005 00000320
      55667788 40 fffffe 00010002 00000010 00018000 00020000`);
    expect(parseRtcp(bytes)).toEqual([
      {
        type: 'sr',
        ssrc: 0x11223344,
        sender: {
          ntpSeconds: 0xe0000001,
          ntpFraction: 0x80000000,
          rtpTimestamp: 1000,
          packets: 5,
          octets: 800,
        },
        reports: [
          {
            ssrc: 0x55667788,
            fractionLost: 64,
            cumulativeLost: -2,
            highestSequence: 0x00010002,
            jitterTicks: 16,
            lastSr: 0x00018000,
            delaySinceLastSr: 0x00020000,
          },
        ],
      },
    ]);
  });

  it('reads items, chunks and the reason of a goodbye', () => {
    const bytes = hex(`80c90001 00000001 82ca0007 00000001 0602 6162 0103 782e 7900 0000 00000002 0101 7a00
      00000000 81cb0003 00000001 04 6f766572 000000`);
    expect(parseRtcp(bytes)).toEqual([
      { type: 'rr', ssrc: 1, reports: [] },
      { type: 'sdes', ssrc: 1, cname: 'x.y' },
      { type: 'sdes', ssrc: 2, cname: 'z' },
      // The rest of the SDES packet does not matter.
      { type: 'bye', ssrcs: [1], reason: 'over' },
    ]);
  });

  it('keeps what came before a broken packet', () => {
    expect(parseRtcp(hex('80c90001 00000001 81ca0009 00000001'))).toEqual([
      { type: 'rr', ssrc: 1, reports: [] },
    ]);
    expect(parseRtcp(hex('81c90001 00000001'))).toEqual([]);
    expect(parseRtcp(hex('40c90001 00000001'))).toEqual([]);
    expect(parseRtcp(hex('a0c90001 000000ff'))).toEqual([]);
  });

  it('never throws on any bytes, and reads a bounded number of packets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, looksRight) => {
        if (looksRight && bytes.length > 3) {
          bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
          bytes[1] = 200 + ((bytes[1] ?? 0) % 5);
          bytes[2] = 0;
          bytes[3] = (bytes[3] ?? 0) % 48;
        }
        expect(parseRtcp(bytes).length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 3000 },
    );
    expect(parseRtcp(Buffer.alloc(60_000, hex('80cc0000'))).length).toBe(32);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(report, (sent) => {
        const bytes = writeRtcp(sent);
        expect(bytes.length % 4).toBe(0);
        const { ssrc, sender, reports } = sent;
        const first = sender ? { type: 'sr', ssrc, sender, reports } : { type: 'rr', ssrc, reports };
        const last = sent.bye ? [{ type: 'bye', ssrcs: [ssrc], reason: null }] : [];
        expect(parseRtcp(bytes)).toEqual([first, { type: 'sdes', ssrc, cname: sent.cname }, ...last]);
        expect(isRtcp(bytes)).toBe(true);
      }),
    );
  });

  it('tells RTCP from RTP on one port', () => {
    for (let payloadType = 0; payloadType < 128; payloadType += 1) {
      for (const marker of [0, 0x80]) {
        const isUsed = payloadType < 64 || payloadType > 95;
        const packet = Uint8Array.of(0x80, marker | payloadType, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1);
        if (isUsed) expect(isRtcp(packet)).toBe(false);
      }
    }
    expect(isRtcp(hex('80c90001 00000001'))).toBe(true);
    expect(isRtcp(hex('00010008 2112a442'))).toBe(false);
    expect(isRtcp(new Uint8Array())).toBe(false);
  });
});
