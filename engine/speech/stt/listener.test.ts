import { expect, it } from 'vitest';
import { VoxboxError } from '../../foundation/index.ts';
import type { Inference } from '../../inference/index.ts';
import { type Recognised, UtteranceListener } from './listener.ts';

/** Answers a transcription when the test says so. */
class FakeTranscriber implements Pick<Inference, 'transcribe'> {
  readonly asked: {
    samples: Float32Array;
    answer: (text: string, confidence?: number) => void;
    fail: () => void;
  }[] = [];

  transcribe(samples: Float32Array) {
    return new Promise<{ text: string; confidence: number; modelMs: number }>((resolve, reject) => {
      this.asked.push({
        samples,
        answer: (text, confidence = 0.9) => resolve({ text, confidence, modelMs: 1 }),
        fail: () => reject(new VoxboxError('inference_unavailable', 'gone')),
      });
    });
  }
}

function listen() {
  const inference = new FakeTranscriber();
  const told: string[] = [];
  const tell = (kind: string) => (recognised: Recognised) => told.push(`${kind}: ${recognised.text}`);
  const listener = new UtteranceListener({
    inference,
    onInterim: tell('interim'),
    onFinal: tell('final'),
    onNothing: () => told.push('nothing'),
    onError: () => told.push('error'),
  });
  const windows = (count: number, voiced: boolean) => {
    for (let i = 0; i < count; i++) listener.hear({ kind: 'window', samples: new Float32Array(512), voiced });
  };
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { inference, told, listener, windows, settle };
}

it('decodes a growing utterance one at a time and has the final text ready at the end', async () => {
  const { inference, told, listener, windows, settle } = listen();
  windows(30, false);
  windows(3, true);
  listener.hear({ kind: 'started' });
  expect(inference.asked).toHaveLength(1);
  expect(inference.asked[0]?.samples.length).toBe(11 * 512); // 360 ms from before the start
  windows(20, true);
  expect(inference.asked).toHaveLength(1);
  inference.asked[0]?.answer('I need');
  await settle();
  expect(told).toEqual(['interim: I need']);
  expect(inference.asked).toHaveLength(2);
  inference.asked[1]?.answer('I need a cleaning');
  await settle();
  windows(2, true);
  windows(3, false);
  expect(inference.asked).toHaveLength(3); // 96 ms of silence: this one will be final
  inference.asked[2]?.answer('I need a cleaning.');
  await settle();
  windows(2, false);
  listener.hear({ kind: 'ended' });
  expect(told.at(-1)).toBe('final: I need a cleaning.');
  expect(inference.asked).toHaveLength(3);
  await listener.settled();
});

it('decodes again when something was said after the pause', async () => {
  const { inference, told, listener, windows, settle } = listen();
  windows(5, true);
  listener.hear({ kind: 'started' });
  windows(3, false);
  windows(4, true);
  inference.asked[0]?.answer('half');
  await settle();
  windows(5, false);
  listener.hear({ kind: 'ended' });
  let settled = false;
  void listener.settled().then(() => {
    settled = true;
  });
  await settle();
  expect(settled).toBe(false);
  expect(told).toEqual(['interim: half']);
  inference.asked[1]?.answer('half and the rest');
  await settle();
  expect(told.at(-1)).toBe('final: half and the rest');
  expect(settled).toBe(true);
});

it('tells no final for noise', async () => {
  const { inference, told, listener, windows, settle } = listen();
  windows(5, true);
  listener.hear({ kind: 'started' });
  listener.hear({ kind: 'ended' });
  inference.asked[0]?.answer('thank you', 0.1);
  await settle();
  expect(told).toEqual(['nothing']);
});

it('tries a failed decode once more with the whole utterance, then tells the error', async () => {
  const { inference, told, listener, windows, settle } = listen();
  windows(11, true);
  listener.hear({ kind: 'started' });
  inference.asked[0]?.fail();
  await settle();
  windows(4, true);
  windows(5, false);
  listener.hear({ kind: 'ended' });
  await settle();
  inference.asked[1]?.fail();
  await settle();
  expect(told).toEqual(['error', 'nothing']);
  expect(inference.asked).toHaveLength(2);
  windows(5, true);
  listener.hear({ kind: 'started' });
  listener.hear({ kind: 'ended' });
  inference.asked[2]?.answer('again');
  await settle();
  expect(told).toEqual(['error', 'nothing', 'final: again']);
});

it('cuts a monologue at a pause after 20 s and in any case at 28 s, in order', async () => {
  const { inference, told, listener, windows, settle } = listen();
  const answerAll = async () => {
    for (const { samples, answer } of inference.asked) answer(`${Math.round(samples.length / 16000)} s`);
    await settle();
  };
  windows(5, true);
  listener.hear({ kind: 'started' });
  windows(640, true); // 20.5 s
  windows(3, false);
  await answerAll();
  await answerAll();
  expect(told.at(-1)).toBe('final: 21 s');
  windows(900, true); // 28.8 s
  await answerAll();
  await answerAll();
  expect(told.filter((text) => text.startsWith('final'))).toEqual(['final: 21 s', 'final: 28 s']);
  for (const { samples } of inference.asked) expect(samples.length).toBeLessThanOrEqual(30 * 16000);
});
