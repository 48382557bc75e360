import { randomBytes } from 'node:crypto';

/** Source of identifiers, passed in so that tests can make them predictable. */
export interface Ids {
  /** A UUID version 7 (RFC 9562 §5.7): sorts by time of creation. */
  uuid(): string;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** True for a canonical lower-case UUID; identifiers that come from outside are checked with it. */
export const isUuid = (value: string): boolean => uuidPattern.test(value);

const mostCounted = 0xfff;
let last = { ms: -1, count: 0 };

/**
 * RFC 9562 §5.7: 48 bits of Unix milliseconds, version, a counter of 12 bits that begins anywhere in its lower half, so
 * that what is made in one millisecond sorts too (§6.2, method 1), and 62 random bits.
 */
export function uuidV7(nowMs: number): string {
  const bytes = randomBytes(16);
  const random = bytes.readUInt16BE(6);
  const next = last.ms === nowMs ? last.count + 1 : random & (mostCounted >> 1);
  last = { ms: nowMs, count: next & mostCounted };
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes.writeUInt16BE(0x7000 | last.count, 6);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const systemIds: Ids = { uuid: () => uuidV7(Date.now()) };
