import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fullBucket, sourceKey, take } from './source.ts';

describe('a bucket', () => {
  it('never gives more than its burst and its rate, in any stretch of time', () => {
    const rate = { perS: 5, burst: 10 };
    fc.assert(
      fc.property(fc.array(fc.nat(700), { minLength: 1, maxLength: 200 }), fc.nat(), (gapsMs, seed) => {
        const bucket = fullBucket(rate, 0);
        let atMs = 0;
        const takenAt: number[] = [];
        for (const gapMs of gapsMs) {
          atMs += gapMs;
          // Now and then the clock steps back.
          const seen = (seed + atMs) % 11 === 0 ? atMs - 500 : atMs;
          if (take(bucket, rate, seen)) takenAt.push(atMs);
        }
        for (const [from, fromMs] of takenAt.entries()) {
          for (const [to, toMs] of takenAt.entries()) {
            if (to < from) continue;
            expect(to - from + 1).toBeLessThanOrEqual(
              rate.burst + (rate.perS * (toMs - fromMs)) / 1000 + 1e-6,
            );
          }
        }
      }),
    );
  });
});

describe('a source', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:DB8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::2', '0:0:0:0::/64'],
    // As a ban is written down, and as a person may write it.
    ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
    ['2001:db8::/64', '2001:db8:0:0::/64'],
  ])('%s is known as %s', (address, key) => {
    expect(sourceKey(address)).toBe(key);
  });
});
