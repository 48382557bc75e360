import { describe, expect, it } from 'vitest';
import { isVoxboxError } from '../../foundation/index.ts';
import { createRate, createWaits } from './limits.ts';

function setClock() {
  const clock = { atMs: 0, nowMs: () => clock.atMs, monotonicMs: () => clock.atMs };
  return clock;
}

/** Seconds to wait; null where nobody has to. */
function waitS(work: () => void): number | null {
  try {
    work();
    return null;
  } catch (error) {
    if (!isVoxboxError(error) || error.code !== 'too_many_requests') throw error;
    return Number(error.details.retryAfterS);
  }
}

describe('waits', () => {
  const limits = { free: 3, firstMs: 2000, longestMs: 60_000 };

  it('grow with each failure, up to the longest', () => {
    const clock = setClock();
    const waits = createWaits(clock, limits);
    const seen: (number | null)[] = [];
    for (let failure = 0; failure < 10; failure += 1) {
      waits.failed('a');
      const wait = waitS(() => waits.check('a'));
      seen.push(wait);
      clock.atMs += (wait ?? 0) * 1000;
    }
    expect(seen).toEqual([null, null, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(waitS(() => waits.check('b'))).toBeNull();
  });

  it('end with a success, and after a long quiet', () => {
    const clock = setClock();
    const waits = createWaits(clock, limits);
    const fail = (): void => {
      for (let failure = 0; failure < 3; failure += 1) waits.failed('a');
    };
    fail();
    waits.succeeded('a');
    expect(waitS(() => waits.check('a'))).toBeNull();
    fail();
    clock.atMs += 70_000;
    waits.failed('a');
    expect(waitS(() => waits.check('a'))).toBeNull();
  });

  it('remember ten thousand, the latest', () => {
    const waits = createWaits(setClock(), { ...limits, free: 1 });
    for (let n = 0; n <= 10_000; n += 1) waits.failed(String(n));
    expect(waitS(() => waits.check('0'))).toBeNull();
    expect(waitS(() => waits.check('1'))).toBe(2);
  });
});

describe('a rate', () => {
  it('lets a burst through, then so many a second, for each key by itself', () => {
    const clock = setClock();
    const rate = createRate(clock, { perS: 2, burst: 3 });
    for (let n = 0; n < 3; n += 1) expect(waitS(() => rate.take('a'))).toBeNull();
    expect(waitS(() => rate.take('a'))).toBe(1);
    expect(waitS(() => rate.take('b'))).toBeNull();
    clock.atMs += 500;
    expect(waitS(() => rate.take('a'))).toBeNull();
    expect(waitS(() => rate.take('a'))).toBe(1);
    clock.atMs += 60_000;
    rate.take('a', 9);
    expect(waitS(() => rate.take('a'))).toBe(4);
  });
});
