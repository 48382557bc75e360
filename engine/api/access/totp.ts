import { createHmac, timingSafeEqual } from 'node:crypto';

/** Codes by time (RFC 6238) as every authenticator app makes them: SHA-1, six digits, thirty seconds. */

const stepMs = 30_000;
const digits = 6;
/** A clock that is half a minute off, and a person who types slowly, are both right. */
const stepsAside = [0, -1, 1];
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4226 §5.3. */
export function totpCode(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 0x0f;
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits;
  return String(number).padStart(digits, '0');
}

/** The step of which it is the code; null for a wrong one. */
export function stepOf(code: string, secret: Buffer, nowMs: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const now = Math.floor(nowMs / stepMs);
  const found = stepsAside.find((aside) =>
    timingSafeEqual(Buffer.from(totpCode(secret, now + aside)), Buffer.from(code)),
  );
  return found === undefined ? null : now + found;
}

/** RFC 4648 §6, without padding. */
export function base32(bytes: Buffer): string {
  let [text, bits, value] = ['', 0, 0];
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(value >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + alphabet[(value << (5 - bits)) & 31] : text;
}

/** Null for what is no base32. */
export function fromBase32(text: string): Buffer | null {
  const bytes: number[] = [];
  let [bits, value] = [0, 0];
  for (const letter of text.toUpperCase().replace(/[\s-]/g, '')) {
    const at = alphabet.indexOf(letter);
    if (at < 0) return null;
    value = ((value << 5) | at) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bytes.push((value >> (bits - 8)) & 0xff);
      bits -= 8;
    }
  }
  return Buffer.from(bytes);
}

/** What apps read from a QR code. */
export const totpUri = (secret: string, email: string): string =>
  `otpauth://totp/${encodeURIComponent(`Voxbox:${email}`)}?${new URLSearchParams({ secret, issuer: 'Voxbox' })}`;
