import { describe, expect, it } from 'vitest';
import { Playout } from './playout.ts';

const frame = (left: number, right: number): Int16Array =>
  Int16Array.from({ length: 640 }, (_, i) => (i % 2 === 0 ? left : right));
const read = (playout: Playout, samples = 128): [Float32Array, Float32Array] => {
  const sides: [Float32Array, Float32Array] = [new Float32Array(samples), new Float32Array(samples)];
  playout.read(...sides);
  return sides;
};

describe('playout', () => {
  it('is silent until enough waits, then keeps both sides apart', () => {
    const playout = new Playout();
    for (let i = 0; i < 3; i += 1) playout.push(frame(16_384, -16_384));
    expect(read(playout)[0].every((sample) => sample === 0)).toBe(true);
    playout.push(frame(16_384, -16_384));
    const [left, right] = read(playout);
    expect(left.every((sample) => sample === 0.5)).toBe(true);
    expect(right.every((sample) => sample === -0.5)).toBe(true);
  });

  it('goes on over the edges of frames, and ends in silence', () => {
    const playout = new Playout();
    for (let i = 0; i < 4; i += 1) playout.push(frame(16_384, 0));
    const [left] = read(playout, 4 * 320 + 100);
    expect(left.subarray(0, 4 * 320).every((sample) => sample === 0.5)).toBe(true);
    expect(left.subarray(4 * 320).every((sample) => sample === 0)).toBe(true);
    playout.push(frame(16_384, 0));
    expect(read(playout)[0].every((sample) => sample === 0)).toBe(true);
  });

  it('leaves out the oldest where more comes than is heard', () => {
    const playout = new Playout();
    for (let i = 1; i <= 40; i += 1) playout.push(frame(i * 100, 0));
    const [left] = read(playout, 320 * 40);
    const heard = new Set([...left].map((sample) => Math.round((sample * 32_768) / 100)));
    expect(heard.has(40)).toBe(true);
    expect(heard.size).toBeLessThanOrEqual(16);
  });
});
