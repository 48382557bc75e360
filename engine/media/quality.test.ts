import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from './model.ts';
import { mos, type QualityInput } from './quality.ts';

const codecs = ['PCMU', 'PCMA', 'G722', 'opus'] as const satisfies readonly Codec[];

const line: fc.Arbitrary<QualityInput> = fc.record({
  lossFraction: fc.double({ min: 0, max: 1, noNaN: true }),
  jitterMs: fc.double({ min: 0, max: 500, noNaN: true }),
  rttMs: fc.option(fc.double({ min: 0, max: 5000, noNaN: true })),
  codec: fc.constantFrom(...codecs),
});
const more = fc.double({ min: 0, max: 1000, noNaN: true });

describe('quality estimate', () => {
  it.each(codecs)('of a perfect line with %s is good', (codec) => {
    expect(mos({ lossFraction: 0, jitterMs: 0, rttMs: 0, codec })).toBeGreaterThan(4.3);
  });

  it('agrees with G.107 and G.113 on G.711', () => {
    // R = 93.2 − 0.024·20 − 95·5/(5 + 25.1) = 76.9 → MOS 3.89
    expect(mos({ lossFraction: 0.05, jitterMs: 0, rttMs: null, codec: 'PCMU' })).toBeCloseTo(3.89, 1);
    // One way of 400 ms: Id = 10.1 + 26.9.
    expect(mos({ lossFraction: 0, jitterMs: 0, rttMs: 800, codec: 'PCMA' })).toBeCloseTo(2.9, 1);
  });

  it('never gets better with more loss, jitter or delay, and stays between 1 and 4.5', () => {
    fc.assert(
      fc.property(line, more, (input, by) => {
        const score = mos(input);
        expect(score).toBeGreaterThanOrEqual(1);
        expect(score).toBeLessThanOrEqual(4.5);
        const worse: readonly QualityInput[] = [
          { ...input, lossFraction: input.lossFraction + by / 1000 },
          { ...input, jitterMs: input.jitterMs + by },
          { ...input, rttMs: (input.rttMs ?? 0) + by },
        ];
        for (const other of worse) expect(mos(other)).toBeLessThanOrEqual(score + 1e-9);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes numbers that are none for nothing', () => {
    const odd = { lossFraction: Number.NaN, jitterMs: -3, rttMs: Number.NaN, codec: 'PCMU' } as const;
    expect(mos(odd)).toBe(mos({ lossFraction: 0, jitterMs: 0, rttMs: null, codec: 'PCMU' }));
  });
});
