import { expect, it } from 'vitest';
import { CallAudioInput } from './audio-input.ts';

function open() {
  const windows: Float32Array[] = [];
  const input = new CallAudioInput((window) => windows.push(window));
  return { input, windows };
}

it('gives windows of 32 ms at 16 kHz and drops what comes after the end', () => {
  const { input, windows } = open();
  const tone = (at: number) =>
    Int16Array.from({ length: 160 }, (_, i) => 16_384 * Math.sin((at * 160 + i) * 0.4));
  for (let i = 0; i < 10; i++) input.push(tone(i), 8000);
  expect(windows.map(({ length }) => length)).toEqual(Array.from({ length: 6 }, () => 512));
  for (const window of windows.slice(1)) {
    expect(Math.max(...window)).toBeGreaterThan(0.46);
    expect(Math.max(...window)).toBeLessThan(0.54);
  }
  input.close();
  for (let i = 0; i < 10; i++) input.push(tone(i), 8000);
  expect(windows).toHaveLength(6);
});

it('goes on when the leg changes its rate, and loses nothing', () => {
  const { input, windows } = open();
  const sine = (rateHz: number, slot: number) =>
    Int16Array.from({ length: rateHz / 50 }, (_, i) =>
      Math.round(16_384 * Math.sin((2 * Math.PI * 440 * (slot * (rateHz / 50) + i)) / rateHz)),
    );
  for (let slot = 0; slot < 20; slot += 1) input.push(sine(8000, slot), 8000);
  for (let slot = 20; slot < 40; slot += 1) input.push(sine(16_000, slot), 16_000);
  for (let slot = 40; slot < 60; slot += 1) input.push(sine(8000, slot), 8000);
  // 60 slots are 19 200 samples: 37 whole windows.
  expect(windows).toHaveLength(37);
  const heard = windows.flatMap((window) => [...window]);
  const steepest = 0.5 * 2 * Math.sin((Math.PI * 440) / 16_000);
  for (let n = 200; n < heard.length - 200; n += 1) {
    // The filters' edges ring a little where the rate changes; a lost or doubled frame jumps by far more.
    expect(Math.abs((heard[n] ?? 0) - (heard[n - 1] ?? 0))).toBeLessThan(steepest * 2);
  }
});
