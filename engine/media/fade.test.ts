import { describe, expect, it } from 'vitest';
import { Fader, mixed } from './fade.ts';

const tone = (slot: number) =>
  Int16Array.from({ length: 160 }, (_, n) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * 330 * (slot * 160 + n)) / 8000)),
  );

describe('fader', () => {
  it('begins and ends a tone without a step', () => {
    const fader = new Fader();
    const frames = [null, tone(0), tone(1), tone(2), null, null].map((frame) => fader.next(frame));
    expect(frames[0]).toBeNull();
    expect(frames[5]).toBeNull();
    expect(frames[2]).toEqual(tone(1));
    const heard = frames.flatMap((frame) => [...(frame ?? [])]);
    expect(heard.length).toBe(640);
    const steepest = 10_000 * 2 * Math.sin((Math.PI * 330) / 8000);
    let last = 0;
    for (const sample of [...heard, 0]) {
      expect(Math.abs(sample - last)).toBeLessThan(steepest * 1.1);
      last = sample;
    }
  });

  it('mixes what is there, and saturates', () => {
    expect(mixed(null, null)).toBeNull();
    expect(mixed(tone(1), null)).toEqual(tone(1));
    expect([...(mixed(Int16Array.of(30_000, -30_000, 5), Int16Array.of(10_000, -10_000, 6)) ?? [])]).toEqual([
      32_767, -32_768, 11,
    ]);
  });
});
