import { createCipheriv, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HmacSha1 } from './hmac-sha1.ts';
import { CounterBlocks, deriveKey, Keystream } from './keystream.ts';
import { SrtpWorkspace } from './workspace.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const counters = new CounterBlocks();
/** What the stream gives for a packet. */
function keyOf(stream: Keystream, index: number, length: number): Buffer {
  stream.find(index, length);
  const { words, from } = stream;
  return Buffer.from(words.buffer, words.byteOffset + from * 4, length);
}
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

describe('AES-CM', () => {
  it('makes the keystream of RFC 3711 appendix B.2', () => {
    const stream = new Keystream({
      key: hex('2B7E151628AED2A6ABF7158809CF4F3C'),
      salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
      ssrc: 0,
      counters,
    });
    expect(keyOf(stream, 0, 48)).toEqual(
      hex(
        'E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0',
      ),
    );
    // Blocks FEFF, FF00, FF01 are the last ones of the example.
    expect(keyOf(stream, 0, 0xff02 * 16).subarray(0xfeff * 16)).toEqual(
      hex(
        'EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE 6A2CC3787889374FBEB4C81B17BA6C44',
      ),
    );
  });

  it('derives the session keys of RFC 3711 appendix B.3', () => {
    const master = {
      key: hex('E1F97A0D3E018BE0D64FA32C06DE4139'),
      salt: hex('0EC675AD498AFEEBB6960B3AABE6'),
    };
    expect(deriveKey(master, 0, 16)).toEqual(hex('C61E7A93744F39EE10734AFE3FF7A087'));
    expect(deriveKey(master, 2, 14)).toEqual(hex('30CBBC08863D8C85D49DB34A9AE1'));
    expect(deriveKey(master, 1, 94)).toEqual(
      hex(`CEBE321F6FF7716B6FD4AB49AF256A15 6D38BAA48F0A0ACF3C34E2359E6CDBCE E049646C43D9327AD175578EF7227098
        6371C10C9A369AC2F94A8C5FBCDDDC25 6D6E919A48B610EF17C2041E47403576 6B68642C59BBFC2F34DB60DBDFB2`),
    );
  });

  it('is the same for every packet, in whatever order packets come', () => {
    const index = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }));
    const asked = fc.array(fc.tuple(index, fc.integer({ min: 0, max: 400 })), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(bytes(16), bytes(14), fc.nat(0xffffffff), asked, (key, salt, ssrc, packets) => {
        const stream = new Keystream({ key, salt, ssrc, counters });
        for (const [packet, length] of packets) {
          const shifted = (BigInt(ssrc) << 64n) ^ (BigInt(packet) << 16n);
          const iv = BigInt(`0x${Buffer.from(salt).toString('hex')}0000`) ^ shifted;
          const counter = Buffer.from(iv.toString(16).padStart(32, '0'), 'hex');
          const expected = createCipheriv('aes-128-ctr', key, counter).update(Buffer.alloc(length));
          expect(keyOf(stream, packet, length).equals(expected)).toBe(true);
        }
      }),
    );
  });
});

describe('HMAC-SHA1', () => {
  it('is that of the platform for every length', () => {
    const workspace = new SrtpWorkspace();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(0xffffffff),
        (key, message, suffix) => {
          const word = Buffer.alloc(4);
          word.writeUInt32BE(suffix);
          const tag = Buffer.alloc(20);
          workspace.load(message);
          new HmacSha1(key, workspace.sha1).sign(workspace, message.length, suffix).forEach((value, i) => {
            tag.writeInt32BE(value, i * 4);
          });
          expect(tag.equals(createHmac('sha1', key).update(message).update(word).digest())).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
