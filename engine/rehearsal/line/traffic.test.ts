import { describe, expect, it } from 'vitest';
import { levelDbfs } from '../../media/index.ts';
import { chanceOf } from './chance.ts';
import { mixed, trafficNoise } from './traffic.ts';

describe('traffic behind a caller', () => {
  it('lies so far below a voice of -20 dBFS, and is the same for the same call', () => {
    const noise = trafficNoise(15, chanceOf('a call'));
    expect(levelDbfs(noise)).toBeCloseTo(-35, 0);
    const isSame = (other: Int16Array) => Buffer.from(other.buffer).equals(Buffer.from(noise.buffer));
    expect(isSame(trafficNoise(15, chanceOf('a call')))).toBe(true);
    expect(isSame(trafficNoise(15, chanceOf('another')))).toBe(false);
  });

  it('is clipped with the voice, never wrapped around', () => {
    expect(mixed(Int16Array.of(32000, -32000, 5), Int16Array.of(2000, -2000))).toEqual(
      Int16Array.of(32767, -32768, 2005),
    );
  });
});
