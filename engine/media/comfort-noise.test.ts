import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoiseSource, parseComfortNoise, writeComfortNoise } from './comfort-noise.ts';
import { levelDbfs } from './voiced.ts';

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('comfort noise', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(
        fc.nat(127),
        fc.array(fc.double({ min: -0.98, max: 0.98, noNaN: true }), { maxLength: 12 }),
        (levelDbov, reflection) => {
          const read = parseComfortNoise(writeComfortNoise({ levelDbov, reflection }));
          expect(read?.levelDbov).toBe(levelDbov);
          expect(read?.reflection.length).toBe(reflection.length);
          for (const [i, k] of reflection.entries())
            expect(Math.abs((read?.reflection[i] ?? 9) - k)).toBeLessThan(0.01);
        },
      ),
    );
  });

  it.each([
    [40, []],
    [55, []],
    [70, []],
    [50, [-0.9]],
    [50, [0.8, -0.5, 0.3]],
  ])('makes noise of −%i dBov with spectrum %j', (levelDbov, reflection) => {
    const source = new NoiseSource(randomOf(1));
    expect(source.receive(writeComfortNoise({ levelDbov, reflection }))).toBe(true);
    const level = levelDbfs(source.next(16000));
    expect(Math.abs(level + levelDbov)).toBeLessThan(1);
  });

  it('gives the spectrum that the coefficients say: a negative first one is low-pitched', () => {
    const roughness = (k: number) => {
      const source = new NoiseSource(randomOf(2));
      source.receive(writeComfortNoise({ levelDbov: 40, reflection: [k] }));
      const samples = source.next(16000);
      let product = 0;
      let energy = 0;
      for (let i = 1; i < samples.length; i += 1) {
        product += (samples[i] ?? 0) * (samples[i - 1] ?? 0);
        energy += (samples[i] ?? 0) ** 2;
      }
      return product / energy;
    };
    // The first autocorrelation coefficient is −k.
    expect(roughness(-0.8)).toBeCloseTo(0.8, 1);
    expect(roughness(0.8)).toBeCloseTo(-0.8, 1);
    expect(roughness(0)).toBeCloseTo(0, 1);
  });

  it('is silent before it is told, and goes to a new level without a step', () => {
    const source = new NoiseSource(randomOf(3));
    expect(levelDbfs(source.next(160))).toBe(Number.NEGATIVE_INFINITY);
    expect(source.receive(new Uint8Array())).toBe(false);
    source.receive(Uint8Array.of(40));
    source.next(1600);
    source.receive(Uint8Array.of(80));
    expect(levelDbfs(source.next(40))).toBeGreaterThan(-46);
    source.next(3200);
    expect(levelDbfs(source.next(1600))).toBeLessThan(-75);
  });

  it('stays bounded whatever the payload', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (first, second) => {
        const source = new NoiseSource(randomOf(4));
        for (const payload of [first, second]) {
          source.receive(payload);
          expect(levelDbfs(source.next(800))).toBeLessThan(-20);
        }
      }),
      { numRuns: 500 },
    );
  });
});
