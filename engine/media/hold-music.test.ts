import { describe, expect, it } from 'vitest';
import { HoldMusic, makeHoldMusic } from './hold-music.ts';
import { makeRingback, Ringback } from './ringback.ts';
import { levelDbfs } from './voiced.ts';

const steepest = (samples: Int16Array): number => {
  let most = Math.abs((samples[0] ?? 0) - (samples.at(-1) ?? 0));
  for (let n = 1; n < samples.length; n += 1) {
    most = Math.max(most, Math.abs((samples[n] ?? 0) - (samples[n - 1] ?? 0)));
  }
  return most;
};

describe('hold music', () => {
  it.each([8000, 16_000])('is quiet, never stops and repeats without a seam at %i Hz', (rateHz) => {
    const loop = makeHoldMusic(rateHz);
    expect(loop.length).toBe(8 * rateHz);
    expect(levelDbfs(loop)).toBeGreaterThan(-32);
    expect(levelDbfs(loop)).toBeLessThan(-22);
    expect(loop.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)).toBeLessThan(16_000);
    for (let at = 0; at < loop.length; at += rateHz / 4) {
      expect(levelDbfs(loop.subarray(at, at + rateHz / 4))).toBeGreaterThan(-36);
    }
    expect(steepest(loop)).toBeLessThan(8000 * (8000 / rateHz));
  });

  it('comes and goes gently, and goes on where it stopped', () => {
    const made: number[] = [];
    const music = new HoldMusic((rateHz) => {
      made.push(rateHz);
      return new Int16Array(rateHz).fill(10_000);
    });
    expect(music.next(8000)).toBeNull();
    music.turn(true);
    const first = music.next(8000);
    expect(first?.[0]).toBe(0);
    const rising = Array.from({ length: 20 }, () => music.next(8000)?.[0] ?? -1);
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(rising.at(-1)).toBe(10_000);
    music.turn(false);
    const falling: number[] = [];
    for (let frame = music.next(8000); frame; frame = music.next(8000)) falling.push(frame[159] ?? -1);
    expect(falling.length).toBeLessThan(10);
    expect(falling).toEqual(falling.toSorted((a, b) => b - a));
    expect(falling.at(-1)).toBeLessThan(50);
  });
});

describe('ring-back', () => {
  it('sounds 2 s of 6', () => {
    const tone = makeRingback(8000);
    const ring = new Ringback(() => tone);
    expect(ring.next(8000)).toBeNull();
    ring.turn(true);
    const sounding = Array.from({ length: 600 }, () => ring.next(8000) !== null);
    expect(sounding).toEqual(Array.from({ length: 600 }, (_, n) => n % 300 < 100));
    expect(levelDbfs(tone)).toBeCloseTo(-22.1, 0);
  });
});
