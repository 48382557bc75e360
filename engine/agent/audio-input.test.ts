import { expect, it } from 'vitest';
import { quietLiveKit } from '../speech/index.ts';
import { CallAudioInput } from './audio-input.ts';

it('gives 16 kHz frames of one VAD window and drops what comes after the end', async () => {
  quietLiveKit();
  let send: (samples: Int16Array, sampleRateHz: number) => void = () => {};
  const input = new CallAudioInput({ onAudio: (listener) => (send = listener) });
  const reader = input.stream.getReader();
  const tone = (at: number) =>
    Int16Array.from({ length: 160 }, (_, i) => 8000 * Math.sin((at * 160 + i) * 0.4));
  for (let i = 0; i < 10; i++) send(tone(i), 8000);
  for (let i = 0; i < 6; i++) {
    const { value } = await reader.read();
    expect([value?.sampleRate, value?.samplesPerChannel, value?.data.length]).toEqual([16_000, 512, 512]);
    if (i > 0) expect(Math.max(...(value?.data ?? []))).toBeGreaterThan(7500);
  }
  reader.releaseLock();
  await input.close();
  expect(() => send(tone(0), 8000)).not.toThrow();
});

it('goes on when the leg changes its rate, and loses nothing', async () => {
  quietLiveKit();
  let send: (samples: Int16Array, sampleRateHz: number) => void = () => {};
  const input = new CallAudioInput({ onAudio: (listener) => (send = listener) });
  const reader = input.stream.getReader();
  const sine = (rateHz: number, slot: number) =>
    Int16Array.from({ length: rateHz / 50 }, (_, i) =>
      Math.round(8000 * Math.sin((2 * Math.PI * 440 * (slot * (rateHz / 50) + i)) / rateHz)),
    );
  for (let slot = 0; slot < 20; slot += 1) send(sine(8000, slot), 8000);
  for (let slot = 20; slot < 40; slot += 1) send(sine(16_000, slot), 16_000);
  for (let slot = 40; slot < 60; slot += 1) send(sine(8000, slot), 8000);
  const heard: number[] = [];
  // 60 slots are 19 200 samples: 37 whole windows.
  for (let window = 0; window < 37; window += 1) heard.push(...((await reader.read()).value?.data ?? []));
  const steepest = 8000 * 2 * Math.sin((Math.PI * 440) / 16_000);
  for (let n = 200; n < heard.length - 200; n += 1) {
    // The filters' edges ring a little where the rate changes; a lost or doubled frame jumps by far more.
    expect(Math.abs((heard[n] ?? 0) - (heard[n - 1] ?? 0))).toBeLessThan(steepest * 2);
  }
  reader.releaseLock();
  await input.close();
});
