import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base32, fromBase32, stepOf, totpCode, totpUri } from './totp.ts';

/** RFC 6238, appendix B: the last six of the eight digits there. */
const secret = Buffer.from('12345678901234567890');
const table = [
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
] as const;

describe('codes by time', () => {
  it.each(table)('are at %d s what the standard says', (atS, code) => {
    expect(totpCode(secret, Math.floor(atS / 30))).toBe(code);
    expect(stepOf(code, secret, atS * 1000)).toBe(Math.floor(atS / 30));
  });

  it('are taken half a minute early and late, and no longer', () => {
    const [atS, code] = table[2];
    const step = Math.floor(atS / 30);
    for (const aside of [-1, 1]) expect(stepOf(code, secret, (step + aside) * 30_000)).toBe(step);
    for (const aside of [-2, 2]) expect(stepOf(code, secret, (step + aside) * 30_000)).toBeNull();
  });

  it('are six digits and nothing else', () => {
    for (const code of ['', '28708', '2870820', '28708a', ' 287082']) {
      expect(stepOf(code, secret, 59_000)).toBeNull();
    }
  });
});

describe('base32', () => {
  it('writes what RFC 4648 §10 says, without padding', () => {
    const words = {
      '': '',
      f: 'MY',
      fo: 'MZXQ',
      foo: 'MZXW6',
      foob: 'MZXW6YQ',
      fooba: 'MZXW6YTB',
      foobar: 'MZXW6YTBOI',
    };
    for (const [plain, text] of Object.entries(words)) expect(base32(Buffer.from(plain))).toBe(text);
  });

  it('reads back what it wrote, however it is typed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = base32(Buffer.from(bytes));
        expect(fromBase32(text)).toEqual(Buffer.from(bytes));
        expect(fromBase32(text.toLowerCase().replace(/(.{4})/g, '$1 '))).toEqual(Buffer.from(bytes));
      }),
    );
    expect(fromBase32('MZXW8')).toBeNull();
  });

  it('makes an address that apps read', () => {
    const uri = new URL(totpUri('MZXW6YTB', 'ann@example.com'));
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
      ...['otpauth:', 'totp', '/Voxbox:ann@example.com'],
    ]);
    expect(Object.fromEntries(uri.searchParams)).toEqual({ secret: 'MZXW6YTB', issuer: 'Voxbox' });
  });
});
