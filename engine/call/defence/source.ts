import type { DefenceLimits, Rate } from './limits.ts';

/** A token bucket: it fills with time and each taking empties it by one. */
export interface Bucket {
  tokens: number;
  atMs: number;
}

export const fullBucket = ({ burst }: Rate, nowMs: number): Bucket => ({ tokens: burst, atMs: nowMs });

/**
 * In any stretch of time no more than burst + rate × time are taken.
 *
 * @param nowMs monotonic; a time before the last one fills nothing
 */
export function take(bucket: Bucket, rate: Rate, nowMs: number): boolean {
  if (fill(bucket, rate, nowMs) < 1) return false;
  bucket.tokens -= 1;
  return true;
}

/** @returns what is in it now */
export function fill(bucket: Bucket, { perS, burst }: Rate, nowMs: number): number {
  if (nowMs > bucket.atMs) {
    bucket.tokens = Math.min(burst, bucket.tokens + ((nowMs - bucket.atMs) * perS) / 1000);
    bucket.atMs = nowMs;
  }
  return bucket.tokens;
}

/** What is remembered of one source. */
export interface SourceState {
  readonly messages: Bucket;
  readonly requests: Bucket;
  score: number;
  windowFromMs: number;
  /** Names it tried since the last success, no more than the limit of them. */
  names: string[];
}

export const freshSource = (limits: DefenceLimits, nowMs: number): SourceState => ({
  messages: fullBucket(limits.messages, nowMs),
  requests: fullBucket(limits.requests, nowMs),
  score: 0,
  windowFromMs: nowMs,
  names: [],
});

const openWindow = (source: SourceState, limits: DefenceLimits, nowMs: number): void => {
  if (nowMs - source.windowFromMs < limits.failureWindowMs) return;
  source.windowFromMs = nowMs;
  source.score = 0;
  source.names = [];
};

/** True when the source has reached the limit. */
export function addFailure(
  source: SourceState,
  weight: number,
  { limits, nowMs }: { readonly limits: DefenceLimits; readonly nowMs: number },
): boolean {
  openWindow(source, limits, nowMs);
  source.score = Math.min(source.score + weight, limits.failures);
  return source.score >= limits.failures;
}

/** True when the source has tried too many names: it looks for one that exists. */
export function addName(
  source: SourceState,
  name: string,
  { limits, nowMs }: { readonly limits: DefenceLimits; readonly nowMs: number },
): boolean {
  openWindow(source, limits, nowMs);
  if (source.names.length < limits.names && !source.names.includes(name)) source.names.push(name);
  return source.names.length >= limits.names;
}

/** Who got in has not been guessing. */
export function forgive(source: SourceState): void {
  source.score = 0;
  source.names = [];
}

/**
 * Whether who asked has been let in: a call that finds the box busy, is cancelled or agrees on no codec was
 * admitted before that. A PBX rings under the names of all its callers.
 */
export function gotIn(status: number, method: string): boolean {
  const isSuccess = status >= 200 && status < 300;
  if (method === 'REGISTER') return isSuccess;
  return method === 'INVITE' && (isSuccess || [486, 487, 488].includes(status));
}

/**
 * What an answer says of who asked. A challenge is a normal first step and weighs little; "forbidden" and
 * "not found" are what somebody hears who tries things out.
 */
export function failureWeight(status: number): number {
  if (status === 403) return 3;
  if (status === 404 || status === 484) return 2;
  return status === 401 || status === 407 ? 1 : 0;
}

/** @param count how often the source was banned before */
export const banTimeMs = (limits: DefenceLimits, count: number): number =>
  Math.min(limits.longestBanMs, limits.firstBanMs * limits.banGrowth ** Math.min(count, 30));

/** One key for what one party holds: an IPv4 address, or the /64 of an IPv6 address (RFC 4291 §2.5.4). */
export function sourceKey(address: string): string {
  if (!address.includes(':')) return address;
  const plain = address
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '');
  if (plain.startsWith('::ffff:') && plain.includes('.')) return plain.slice(7);
  const [head = '', tail] = plain.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...new Array<string>(zeros).fill('0'), ...back];
  const network = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}
