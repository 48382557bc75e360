import { describe, expect, it } from 'vitest';
import { FedSound } from './fed-sound.ts';
import { createKernel } from './resample.ts';

const kernelFor = (fromHz: number, toHz: number) =>
  fromHz === toHz ? undefined : createKernel(fromHz, toHz);
const frame = (value: number, rateHz = 16_000): Int16Array => new Int16Array(rateHz / 50).fill(value);

describe('sound that is fed', () => {
  it('waits for a lead, then goes on frame by frame without a gap', () => {
    const fed = new FedSound(kernelFor, 16_000);
    expect(fed.next()).toBeNull();
    fed.push(frame(1000), 16_000);
    fed.push(frame(1000), 16_000);
    expect(fed.next()).toBeNull();
    fed.push(frame(1000), 16_000);
    const played = Array.from({ length: 20 }, () => {
      fed.push(frame(1000), 16_000);
      return fed.next();
    });
    expect(played.every((one) => one?.length === 320)).toBe(true);
    // The first one fades in.
    expect(played.slice(1).every((one) => one?.every((sample) => sample === 1000))).toBe(true);
  });

  it('fades out where nothing comes any more, and begins anew with a lead', () => {
    const fed = new FedSound(kernelFor, 16_000);
    for (let i = 0; i < 3; i += 1) fed.push(frame(1000), 16_000);
    const played = Array.from({ length: 5 }, () => fed.next());
    expect(played.map((one) => one !== null)).toEqual([true, true, true, true, false]);
    expect(Math.abs(played[3]?.at(-1) ?? 1000)).toBeLessThan(10);
    fed.push(frame(1000), 16_000);
    expect(fed.next()).toBeNull();
  });

  it('never stays behind by more than it may', () => {
    const fed = new FedSound(kernelFor, 16_000);
    for (let i = 0; i < 100; i += 1) fed.push(frame(i), 16_000);
    const values: number[] = [];
    for (let one = fed.next(); one; one = fed.next()) values.push(one.at(-1) ?? -1);
    expect(values.length).toBeLessThanOrEqual(14);
    expect(values).toContain(99);
  });

  it.each([
    [48_000, 8000],
    [44_100, 16_000],
    [8000, 16_000],
  ])('converts %i Hz to %i Hz', (fromHz, toHz) => {
    const fed = new FedSound(kernelFor, toHz);
    const heard: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      const tone = Int16Array.from({ length: fromHz / 50 }, (_, n) =>
        Math.round(8000 * Math.sin((2 * Math.PI * 400 * (i * (fromHz / 50) + n)) / fromHz)),
      );
      fed.push(tone, fromHz);
      heard.push(...(fed.next() ?? []));
    }
    expect(heard.length).toBeGreaterThan(toHz * 0.85);
    const crossings = heard.filter((sample, i) => sample >= 0 && (heard[i - 1] ?? 0) < 0).length;
    expect(Math.abs(crossings / (heard.length / toHz) - 400)).toBeLessThan(10);
  });

  it('drops what waits at another rate', () => {
    const fed = new FedSound(kernelFor, 16_000);
    for (let i = 0; i < 5; i += 1) fed.push(frame(1000), 16_000);
    fed.changeRate(8000);
    expect(fed.next()).toBeNull();
  });
});
