import { expect, it } from 'vitest';
import { quietLiveKit } from '../speech/index.ts';
import { CallAudioInput } from './audio-input.ts';

it('gives 16 kHz frames of one VAD window and drops what comes after the end', async () => {
  quietLiveKit();
  let send: (samples: Int16Array) => void = () => {};
  const input = new CallAudioInput({ onAudio: (listener) => (send = listener) });
  const reader = input.stream.getReader();
  const tone = (at: number) =>
    Int16Array.from({ length: 160 }, (_, i) => 8000 * Math.sin((at * 160 + i) * 0.4));
  for (let i = 0; i < 10; i++) send(tone(i));
  for (let i = 0; i < 6; i++) {
    const { value } = await reader.read();
    expect([value?.sampleRate, value?.samplesPerChannel, value?.data.length]).toEqual([16_000, 512, 512]);
    if (i > 0) expect(Math.max(...(value?.data ?? []))).toBeGreaterThan(7500);
  }
  reader.releaseLock();
  await input.close();
  expect(() => send(tone(0))).not.toThrow();
});
