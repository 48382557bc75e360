import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMedia, parseRtp, type RtpPacket, writeRtp } from './packet.ts';

const packet: fc.Arbitrary<RtpPacket> = fc.record({
  payloadType: fc.integer({ min: 0, max: 127 }),
  marker: fc.boolean(),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  timestamp: fc.integer({ min: 0, max: 0xffffffff }),
  ssrc: fc.integer({ min: 0, max: 0xffffffff }),
  csrcs: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 15 }),
  extension: fc.option(
    fc.record({
      profile: fc.integer({ min: 0, max: 0xffff }),
      data: fc
        .array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 5 })
        .map((words) => Uint8Array.from(words.flatMap((word) => [...word]))),
    }),
  ),
  payload: fc.uint8Array({ maxLength: 400 }),
});

const plain = (read: RtpPacket | null) =>
  read && {
    ...read,
    payload: [...read.payload],
    extension: read.extension && { profile: read.extension.profile, data: [...read.extension.data] },
  };

describe('RTP packet', () => {
  it('reads the bytes of a known packet', () => {
    const bytes = Buffer.from('80e00001000000a0deadbeeffffefd', 'hex');
    expect(plain(parseRtp(bytes))).toEqual({
      payloadType: 96,
      marker: true,
      sequence: 1,
      timestamp: 160,
      ssrc: 0xdeadbeef,
      csrcs: [],
      extension: null,
      payload: [0xff, 0xfe, 0xfd],
    });
  });

  it('writes the bytes of a known packet', () => {
    const written = writeRtp({
      payloadType: 0,
      marker: false,
      sequence: 0xffff,
      timestamp: 0xfffffff0,
      ssrc: 1,
      csrcs: [2],
      extension: { profile: 0xbede, data: Uint8Array.of(9, 8, 7) },
      payload: Uint8Array.of(0x55),
    });
    expect(written.toString('hex')).toBe('9100fffffffffff00000000100000002bede00010908070055');
  });

  it('takes the padding off', () => {
    const body = writeRtp({
      payloadType: 8,
      marker: false,
      sequence: 7,
      timestamp: 8,
      ssrc: 9,
      csrcs: [],
      extension: null,
      payload: Uint8Array.of(1, 2, 3),
    });
    const padded = Buffer.concat([body, Buffer.of(0, 0, 0, 0, 5)]);
    padded[0] = (padded[0] ?? 0) | 0x20;
    expect([...(parseRtp(padded)?.payload ?? [])]).toEqual([1, 2, 3]);
  });

  it.each([
    ['version 1', '40000001000000a0deadbeef'],
    ['eleven bytes', '80000001000000a0deadbe'],
    ['missing CSRC', '81000001000000a0deadbeef'],
    ['missing extension data', '90000001000000a0deadbeefbede0001'],
    ['padding of zero', 'a0000001000000a0deadbeef0000'],
    ['padding longer than the packet', 'a0000001000000a0deadbeef0003'],
    ['padding without a byte', 'a0000001000000a0deadbeef'],
  ])('refuses %s', (_, hex) => {
    expect(parseRtp(Buffer.from(hex, 'hex'))).toBeNull();
  });

  it('is told from STUN, ZRTP, DTLS and TURN by its first octet', () => {
    const media = Array.from({ length: 256 }, (_, first) => first).filter((first) =>
      isMedia(Uint8Array.of(first, 200)),
    );
    expect([media.length, media[0], media.at(-1)]).toEqual([64, 128, 191]);
    expect(isMedia(new Uint8Array())).toBe(false);
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, isVersion2) => {
        if (isVersion2 && bytes.length > 0) bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
        const read = parseRtp(bytes);
        expect(read === null || read.payload.length <= bytes.length).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(packet, (sent) => {
        expect(plain(parseRtp(writeRtp(sent)))).toEqual(plain(sent));
      }),
    );
  });
});
