import { type Clock, VoxboxError } from '../../foundation/index.ts';

/** Many addresses must not fill the memory: the one unheard of for longest is forgotten first. */
const mostKeys = 10_000;

const tooMany = (waitMs: number, why: string): VoxboxError =>
  new VoxboxError('too_many_requests', why, {
    details: { retryAfterS: Math.max(1, Math.ceil(waitMs / 1000)) },
  });

/** Moves the key to the end of those that are remembered. */
export function remember<T>(known: Map<string, T>, key: string, value: T): void {
  known.delete(key);
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > mostKeys && oldest !== undefined) known.delete(oldest);
}

export interface Waits {
  /** @throws VoxboxError `too_many_requests` while somebody has to wait */
  check(key: string): void;
  failed(key: string): void;
  succeeded(key: string): void;
}

/** After some failures each further one costs twice the wait of the one before. */
export function createWaits(
  clock: Clock,
  {
    free,
    firstMs,
    longestMs,
  }: { readonly free: number; readonly firstMs: number; readonly longestMs: number },
): Waits {
  const known = new Map<string, { readonly failures: number; readonly untilMs: number }>();
  return {
    check(key) {
      const waitMs = (known.get(key)?.untilMs ?? 0) - clock.monotonicMs();
      if (waitMs > 0) throw tooMany(waitMs, 'there were too many wrong passwords');
    },
    failed(key) {
      const nowMs = clock.monotonicMs();
      const before = known.get(key);
      // Who has been quiet for long begins anew.
      const failures = before && nowMs - before.untilMs < longestMs ? before.failures + 1 : 1;
      const waitMs = failures < free ? 0 : Math.min(longestMs, firstMs * 2 ** (failures - free));
      remember(known, key, { failures, untilMs: nowMs + waitMs });
    },
    succeeded: (key) => {
      known.delete(key);
    },
  };
}

export interface Rate {
  /** @throws VoxboxError `too_many_requests` */
  take(key: string, cost?: number): void;
}

/** So many a second, and a burst after a quiet time. */
export function createRate(
  clock: Clock,
  { perS, burst }: { readonly perS: number; readonly burst: number },
): Rate {
  const known = new Map<string, { readonly left: number; readonly atMs: number }>();
  return {
    take(key, cost = 1) {
      const nowMs = clock.monotonicMs();
      const before = known.get(key) ?? { left: burst, atMs: nowMs };
      const left = Math.min(burst, before.left + ((nowMs - before.atMs) / 1000) * perS);
      if (left < 1) throw tooMany(((1 - left) / perS) * 1000, 'there were too many requests');
      remember(known, key, { left: left - cost, atMs: nowMs });
    },
  };
}
