import { createCipheriv, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SrtpCrypto } from './crypto.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');

/** What the platform's own AES makes of the label (RFC 3711 §4.3.1). */
function derived(keySalt: Uint8Array, label: number, length: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.set(keySalt.subarray(16));
  counter[7] = (counter[7] ?? 0) ^ label;
  return createCipheriv('aes-128-ctr', keySalt.subarray(0, 16), counter).update(Buffer.alloc(length));
}

function keystream(keySalt: Uint8Array, packet: { ssrc: number; index: number; length: number }): Buffer {
  const { ssrc, index, length } = packet;
  const salt = Buffer.concat([derived(keySalt, 2, 14), Buffer.alloc(2)]);
  const iv = BigInt(`0x${salt.toString('hex')}`) ^ (BigInt(ssrc) << 64n) ^ (BigInt(index) << 16n);
  const counter = Buffer.from(iv.toString(16).padStart(32, '0'), 'hex');
  return createCipheriv('aes-128-ctr', derived(keySalt, 0, 16), counter).update(Buffer.alloc(length));
}

describe('AES-CM and HMAC-SHA1 in WebAssembly', () => {
  const crypto = new SrtpCrypto();

  it('derives the session keys of RFC 3711 appendix B.3', () => {
    const context = crypto.open(hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6'), 0);
    const packet = Buffer.alloc(48);
    crypto.load(packet);
    crypto.cipher(context, 0, 0, 0, 48);
    const counter = hex('30CBBC08863D8C85D49DB34A9AE1 0000');
    const key = hex('C61E7A93744F39EE10734AFE3FF7A087');
    expect(crypto.take(48)).toEqual(createCipheriv('aes-128-ctr', key, counter).update(packet));
    crypto.load(packet);
    crypto.sign(context, 0, 7);
    const macKey = hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4');
    expect(crypto.take(0, 10)).toEqual(
      createHmac('sha1', macKey).update(hex('00000007')).digest().subarray(0, 10),
    );
    crypto.close(context);
  });

  it('has the keystream of the platform for every key, stream, packet and length', () => {
    const index = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
    const length = fc.oneof(fc.nat(400), fc.integer({ min: 4000, max: 65_535 }));
    fc.assert(
      fc.property(
        bytes(30),
        fc.nat(0xffffffff),
        index,
        length,
        fc.nat(40),
        (keySalt, ssrc, at, end, start) => {
          const from = Math.min(start & ~3, end);
          const packet = Buffer.alloc(end, 0xa5);
          const context = crypto.open(keySalt, 0);
          crypto.load(packet);
          crypto.cipher(context, ssrc, at, from, end);
          const stream = keystream(keySalt, { ssrc, index: at, length: end - from });
          const expected = Buffer.from(packet);
          for (const [i, byte] of stream.entries()) expected[from + i] = 0xa5 ^ byte;
          expect(crypto.take(end).equals(expected)).toBe(true);
          crypto.close(context);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has the tags of the platform for every length', () => {
    fc.assert(
      fc.property(
        bytes(30),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(0xffffffff),
        (keySalt, message, suffix) => {
          const context = crypto.open(keySalt, 3);
          const word = Buffer.alloc(4);
          word.writeUInt32BE(suffix);
          const tag = createHmac('sha1', derived(keySalt, 4, 20))
            .update(message)
            .update(word)
            .digest();
          crypto.load(message);
          crypto.sign(context, message.length, suffix);
          expect(crypto.take(message.length, 20)).toEqual(Buffer.concat([message, tag]));
          expect(crypto.isTagOf(Buffer.concat([message, tag]), message.length)).toBe(true);
          tag[suffix % 20] = (tag[suffix % 20] ?? 0) ^ 1;
          expect(crypto.isTagOf(Buffer.concat([message, tag]), message.length)).toBe(false);
          crypto.close(context);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes a thousand keys at once, and uses the room of closed ones again', () => {
    const room = new SrtpCrypto();
    const keySalts = Array.from({ length: 1000 }, (_, n) =>
      new Uint8Array(30).fill(n & 0xff).fill(n >> 8, 29),
    );
    const contexts = keySalts.map((keySalt) => room.open(keySalt, 0));
    expect(new Set(contexts).size).toBe(1000);
    for (const n of [0, 500, 999]) {
      room.load(Buffer.alloc(100));
      room.cipher(contexts[n] ?? 0, 1, 1, 0, 100);
      const stream = keystream(keySalts[n] ?? new Uint8Array(30), { ssrc: 1, index: 1, length: 100 });
      expect(room.take(100)).toEqual(stream);
    }
    for (const context of contexts) room.close(context);
    const again = keySalts.map((keySalt) => room.open(keySalt, 0));
    expect(new Set(again)).toEqual(new Set(contexts));
  });
});
