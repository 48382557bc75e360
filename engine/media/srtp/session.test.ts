import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSrtp, type SrtpKey, type SrtpSuite } from './session.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

const key = (suite: SrtpSuite = 'AES_CM_128_HMAC_SHA1_80'): SrtpKey => ({ suite, keySalt: randomBytes(30) });

/** Two ends whose keys fit. */
function pair(suite?: SrtpSuite) {
  const [mine, theirs] = [key(suite), key(suite)];
  return {
    near: createSrtp({ send: mine, receive: theirs }),
    far: createSrtp({ send: theirs, receive: mine }),
  };
}

function rtp(sequence: number, { ssrc = 7, payload = 160 } = {}): Buffer {
  const packet = Buffer.alloc(12 + payload, sequence & 0xff);
  packet[0] = 0x80;
  packet[1] = 0;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

const report = hex('80c90001 cafebabe 81ca0003 cafebabe 01026162 00000000');

/** The key of RFC 3711 appendix B.3, and packets that libsrtp makes with it. */
const known: SrtpKey = {
  suite: 'AES_CM_128_HMAC_SHA1_80',
  keySalt: hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6'),
};

describe('SRTP', () => {
  it('makes and reads the packets that libsrtp makes', () => {
    const plain = hex(`800f1234 decafbad cafebabe ${'ab'.repeat(16)}`);
    const wire = hex('800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb');
    const session = createSrtp({ send: known, receive: known });
    expect(session.protectRtp(plain)).toEqual(wire);
    expect(session.unprotectRtp(wire)).toEqual(plain);
    const control = hex(`81c8000b cafebabe ${'ab'.repeat(16)}`);
    const wireControl = hex('81c8000bcafebabe7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798');
    expect(session.unprotectRtcp(wireControl)).toEqual(control);
  });

  it.each([
    ['AES_CM_128_HMAC_SHA1_80', 10],
    ['AES_CM_128_HMAC_SHA1_32', 4],
  ] as const)('%s adds a tag of %i bytes to RTP, and 14 bytes to RTCP always', (suite, tagBytes) => {
    const { near, far } = pair(suite);
    const wire = near.protectRtp(rtp(1));
    expect(wire.length).toBe(172 + tagBytes);
    expect(wire.subarray(0, 12)).toEqual(rtp(1).subarray(0, 12));
    expect(far.unprotectRtp(wire)).toEqual(rtp(1));
    const control = near.protectRtcp(report);
    expect(control.length).toBe(report.length + 14);
    expect(far.unprotectRtcp(control)).toEqual(report);
    // Both directions have keys of their own.
    expect(near.unprotectRtp(wire)).toBeNull();
  });

  it('keeps header extension and contributing sources in clear', () => {
    const { near, far } = pair();
    const packet = Buffer.concat([
      hex('92000001 00000000 00000007 00000001 00000002 bede0001 10ff0000'),
      Buffer.alloc(40, 5),
    ]);
    const wire = near.protectRtp(packet);
    expect(wire.subarray(0, 28)).toEqual(packet.subarray(0, 28));
    expect(wire.subarray(28, 68)).not.toEqual(packet.subarray(28));
    expect(far.unprotectRtp(wire)).toEqual(packet);
  });

  it('reads 200,000 packets with loss and reordering, three times around the sequence numbers', () => {
    const { near, far } = pair('AES_CM_128_HMAC_SHA1_32');
    let seed = 1;
    const random = () => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed / 2 ** 32;
    };
    const waiting: { readonly wire: Buffer; readonly plain: Buffer; readonly at: number }[] = [];
    let [sent, read] = [0, 0];
    for (let n = 0; n < 200_000; n += 1) {
      const plain = rtp(65000 + n, { payload: 8 });
      const wire = near.protectRtp(plain);
      // Bursts of loss of up to 400 packets, and single ones.
      if (random() < 0.02 || n % 5000 < 400) continue;
      sent += 1;
      waiting.push({ wire, plain, at: n + random() * 60 });
      if (waiting.length < 64) continue;
      waiting.sort((a, b) => a.at - b.at);
      for (const packet of waiting.splice(0, 32))
        if (far.unprotectRtp(packet.wire)?.equals(packet.plain)) read += 1;
    }
    for (const packet of waiting) if (far.unprotectRtp(packet.wire)?.equals(packet.plain)) read += 1;
    expect(read).toBe(sent);
    expect(far.failures).toBe(0);
  });

  it('refuses what it has read before, and what is too old to know', () => {
    const { near, far } = pair();
    const wires = Array.from({ length: 200 }, (_, n) => near.protectRtp(rtp(n)));
    const [first = Buffer.alloc(0)] = wires;
    for (const wire of wires.slice(1)) expect(far.unprotectRtp(wire)).not.toBeNull();
    for (const wire of wires.slice(1)) expect(far.unprotectRtp(wire)).toBeNull();
    expect(far.unprotectRtp(first)).toBeNull();
    const control = near.protectRtcp(report);
    expect(far.unprotectRtcp(control)).not.toBeNull();
    expect(far.unprotectRtcp(control)).toBeNull();
    expect(far.failures).toBe(201);
  });

  it('still takes a packet of 64 places back', () => {
    const { near, far } = pair();
    const wires = Array.from({ length: 66 }, (_, n) => near.protectRtp(rtp(65500 + n)));
    for (const wire of wires.slice(1)) far.unprotectRtp(wire);
    expect(far.unprotectRtp(wires[0] ?? Buffer.alloc(0))).toEqual(rtp(65500));
  });

  it('refuses a packet with any bit turned over, and goes on', () => {
    const { near, far } = pair('AES_CM_128_HMAC_SHA1_32');
    let sequence = 0;
    fc.assert(
      fc.property(fc.nat(), fc.boolean(), (place, isControl) => {
        sequence += 1;
        const wire = isControl ? near.protectRtcp(report) : near.protectRtp(rtp(sequence));
        const broken = Buffer.from(wire);
        const bit = place % (wire.length * 8);
        broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(isControl ? far.unprotectRtcp(broken) : far.unprotectRtp(broken)).toBeNull();
        expect(isControl ? far.unprotectRtcp(wire) : far.unprotectRtp(wire)).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it('never throws on any bytes', () => {
    const { far } = pair();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, isVersion2) => {
        if (isVersion2 && bytes.length > 0) bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x80;
        expect(far.unprotectRtp(bytes)).toBeNull();
        expect(far.unprotectRtcp(bytes)).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('lets the other side change its SSRC, with its own sequence numbers', () => {
    const { near, far } = pair();
    for (let ssrc = 1; ssrc < 40; ssrc += 1) {
      for (let n = 0; n < 3; n += 1) {
        const packet = rtp(65534 + n + ssrc * 1000, { ssrc });
        expect(far.unprotectRtp(near.protectRtp(packet))).toEqual(packet);
      }
    }
  });

  it('is not moved by strangers who try many SSRCs', () => {
    const { near, far } = pair();
    const wire = near.protectRtp(rtp(1));
    far.unprotectRtp(wire);
    for (let ssrc = 100; ssrc < 200; ssrc += 1) {
      expect(far.unprotectRtp(Buffer.concat([rtp(5, { ssrc }), Buffer.alloc(10)]))).toBeNull();
    }
    expect(far.unprotectRtp(wire)).toBeNull();
    expect(far.unprotectRtp(near.protectRtp(rtp(2)))).toEqual(rtp(2));
  });

  it('wants keys of 30 bytes', () => {
    const short: SrtpKey = { suite: 'AES_CM_128_HMAC_SHA1_80', keySalt: new Uint8Array(29) };
    expect(() => createSrtp({ send: key(), receive: short })).toThrow(
      expect.objectContaining({ code: 'input_invalid' }),
    );
  });
});
