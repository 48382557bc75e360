import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createHealthBook, VoxboxError } from '../../foundation/index.ts';
import type { Expected, Inference } from '../../inference/index.ts';
import type { CallRecogniser, Recognised, SttProvider } from '../ports.ts';
import { createCallRecogniser } from './call-recogniser.ts';
import { createLocalStt } from './local.ts';

/** Answers a transcription when the test says so. */
class FakeTranscriber implements Pick<Inference, 'transcribe'> {
  readonly asked: {
    samples: Float32Array;
    known: readonly number[] | undefined;
    expected: Expected | undefined;
    signal: AbortSignal | undefined;
    answer: (text: string, confidence?: number) => void;
    fail: () => void;
  }[] = [];

  transcribe(samples: Float32Array, { known, expected, signal }: Parameters<Inference['transcribe']>[1]) {
    return new Promise<Awaited<ReturnType<Inference['transcribe']>>>((resolve, reject) => {
      this.asked.push({
        samples,
        known,
        expected,
        signal,
        answer: (text, confidence = 0.9) =>
          resolve({ text, tokens: [text.length], alternatives: [], confidence, modelMs: 1 }),
        fail: () => reject(new VoxboxError('inference_unavailable', 'gone')),
      });
    });
  }
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

/** Time for what was answered to be told. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

function listen(others: readonly SttProvider[] = [], expected: Expected | null = null) {
  const inference = new FakeTranscriber();
  const told: string[] = [];
  const tell = (kind: string) => (recognised: Recognised) =>
    told.push(
      `${kind}: ${recognised.text}${recognised.provider === 'local' ? '' : ` by ${recognised.provider}`}`,
    );
  let nowMs = 0;
  const health = createHealthBook({ clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } });
  const signal = new AbortController();
  const recogniser = createCallRecogniser({
    providers: [createLocalStt({ inference }), ...others].map((provider) => ({
      provider,
      health: health.of(provider.name),
      lastResort: provider.name === 'local',
    })),
    language: 'en-US',
    signal: signal.signal,
    events: {
      expected: () => expected,
      onInterim: tell('interim'),
      onStable: tell('stable'),
      onFinal: tell('final'),
      onNothing: () => told.push('nothing'),
      onError: (error) => told.push(`error: ${error instanceof VoxboxError ? error.code : String(error)}`),
    },
    dueMs: 1200,
    giveUpMs: 6000,
  });
  const pass = async (ms: number) => {
    nowMs += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { inference, told, recogniser, health, signal, pass, windows: speaker(recogniser) };
}

const speaker = (recogniser: CallRecogniser) => (count: number, voiced: boolean) => {
  const probability = voiced ? 1 : 0;
  for (let i = 0; i < count; i++) {
    recogniser.hear({ kind: 'window', samples: new Float32Array(512), probability, voiced });
  }
};

/** Somebody else, who does what the test says. */
class FakeEar implements SttProvider {
  readonly name = 'deepgram';
  readonly heard: number[] = [];
  closed = 0;
  #answer: 'at once' | 'never' | VoxboxError;

  constructor(answer: 'at once' | 'never' | VoxboxError) {
    this.#answer = answer;
  }

  open({ onError }: Parameters<SttProvider['open']>[0]) {
    const answer = this.#answer;
    const at = this.heard.push(0) - 1;
    if (answer instanceof VoxboxError) onError(answer);
    const text = { text: 'heard elsewhere', confidence: 0.9, modelMs: 1, audioMs: 1, provider: this.name };
    return {
      settled: null,
      push: (samples: Float32Array) => {
        this.heard[at] = (this.heard[at] ?? 0) + samples.length;
      },
      end: () => {
        if (answer === 'never') return new Promise<Recognised>(() => {});
        return answer === 'at once' ? Promise.resolve(text) : Promise.reject(answer);
      },
      close: () => {
        this.closed++;
      },
    };
  }

  close(): void {}
}

it('decodes a growing utterance one at a time and has the final text ready at the end', async () => {
  const { inference, told, recogniser, windows } = listen();
  windows(30, false);
  windows(3, true);
  recogniser.hear({ kind: 'started' });
  expect(inference.asked).toHaveLength(0); // hardly a syllable yet
  windows(20, true);
  expect(inference.asked).toHaveLength(1);
  expect(inference.asked[0]?.samples.length).toBeLessThanOrEqual(16 * 512); // 360 ms from before the start
  inference.asked[0]?.answer('I need');
  await settle();
  expect(told).toEqual(['interim: I need']);
  inference.asked[1]?.answer('I need a cleaning');
  await settle();
  expect(inference.asked[1]?.known).toEqual(['I need'.length]);
  windows(2, true);
  windows(3, false);
  expect(inference.asked).toHaveLength(3); // 96 ms of silence: this one will be final
  inference.asked[2]?.answer('I need a cleaning');
  await settle();
  expect(told.at(-1)).toBe('stable: I need a cleaning');
  windows(2, false);
  recogniser.hear({ kind: 'ended' });
  expect(told.at(-1)).toBe('final: I need a cleaning');
  expect(inference.asked).toHaveLength(3);
  await recogniser.settled();
});

it('decodes again when something was said after the pause, and keeps the order of speech', async () => {
  const { inference, told, recogniser, windows } = listen();
  windows(5, true);
  recogniser.hear({ kind: 'started' });
  windows(3, false);
  windows(4, true);
  inference.asked[0]?.answer('half');
  await settle();
  windows(5, false);
  recogniser.hear({ kind: 'ended' });
  windows(11, true);
  recogniser.hear({ kind: 'started' });
  windows(5, false);
  recogniser.hear({ kind: 'ended' });
  let settled = false;
  void recogniser.settled().then(() => {
    settled = true;
  });
  await settle();
  expect([settled, inference.asked.length]).toEqual([false, 2]);
  inference.asked[1]?.answer('half and the rest');
  await settle();
  expect([told.at(-1), settled]).toEqual(['final: half and the rest', false]);
  inference.asked[2]?.answer('and more');
  await settle();
  expect([told.at(-1), settled]).toEqual(['final: and more', true]);
});

it.each([
  ['noise', 'thank you', 0.1],
  ['no letters', '…', 0.9],
])('tells no final for %s', async (_, text, confidence) => {
  const { inference, told, recogniser, windows } = listen();
  windows(5, true);
  recogniser.hear({ kind: 'started' });
  recogniser.hear({ kind: 'ended' });
  inference.asked[0]?.answer(text, confidence);
  await settle();
  expect(told).toEqual(['nothing']);
});

it('tries the box three times where it is alone, the whole utterance each time, and goes on with the next', async () => {
  const { inference, told, recogniser, windows, health } = listen();
  windows(11, true);
  recogniser.hear({ kind: 'started' });
  windows(5, false);
  recogniser.hear({ kind: 'ended' });
  for (const at of [0, 1, 2, 3]) {
    inference.asked[at]?.fail();
    await settle();
  }
  expect(told).toEqual(['error: inference_unavailable']);
  expect(new Set(inference.asked.slice(1).map(({ samples }) => samples.length))).toEqual(new Set([16 * 512]));
  const tries = inference.asked.length;
  expect(tries).toBeLessThanOrEqual(4);
  expect(health.list()[0]?.state).toBe('open');
  windows(5, true);
  recogniser.hear({ kind: 'started' });
  recogniser.hear({ kind: 'ended' });
  inference.asked[tries]?.answer('again');
  await settle();
  expect(told.at(-1)).toBe('final: again');
  expect(health.list()[0]?.state).toBe('closed');
});

it('hands the whole utterance on when the first is late, and takes whoever answers first', async () => {
  const ear = new FakeEar('at once');
  const { inference, told, recogniser, windows, pass } = listen([ear]);
  windows(20, true);
  recogniser.hear({ kind: 'started' });
  windows(5, false);
  recogniser.hear({ kind: 'ended' });
  await pass(1199);
  expect(ear.heard).toEqual([]);
  await pass(1);
  expect(told).toEqual(['final: heard elsewhere by deepgram']);
  expect(ear.heard).toEqual([16 * 512]);
  inference.asked[0]?.answer('too late');
  await settle();
  expect(told).toHaveLength(1);
});

it('takes the text of one who was only late, while the next one hangs', async () => {
  const { inference, told, recogniser, windows, pass } = listen([new FakeEar('never')]);
  windows(20, true);
  recogniser.hear({ kind: 'started' });
  windows(5, false);
  recogniser.hear({ kind: 'ended' });
  await pass(1500);
  inference.asked[0]?.answer('still right');
  await settle();
  inference.asked[1]?.answer('still right');
  await settle();
  expect(told.at(-1)).toBe('final: still right');
});

it('loses an utterance within six seconds when everybody hangs, with no more than three tries', async () => {
  const ear = new FakeEar('never');
  const { told, recogniser, windows, pass } = listen([ear]);
  windows(20, true);
  recogniser.hear({ kind: 'started' });
  windows(5, false);
  recogniser.hear({ kind: 'ended' });
  await pass(6000);
  expect(told).toEqual(['error: deadline_exceeded']);
  expect(ear.heard).toHaveLength(1);
  expect(ear.closed).toBe(1);
});

it('goes on at once with the next when one fails in the midst of speech', async () => {
  const ear = new FakeEar(new VoxboxError('provider_key_refused', 'no'));
  const inference = new FakeTranscriber();
  const health = createHealthBook({ clock: { nowMs: () => 0, monotonicMs: () => 0 } });
  const told: string[] = [];
  const recogniser = createCallRecogniser({
    providers: [
      { provider: ear, health: health.of('ear') },
      { provider: createLocalStt({ inference }), health: health.of('local'), lastResort: true },
    ],
    language: 'en-US',
    signal: new AbortController().signal,
    events: {
      onInterim: ({ text }) => told.push(`interim: ${text}`),
      onStable: () => {},
      onFinal: ({ text, provider }) => told.push(`final: ${text} by ${provider}`),
      onNothing: () => told.push('nothing'),
      onError: () => told.push('error'),
    },
  });
  const windows = speaker(recogniser);
  windows(11, true);
  recogniser.hear({ kind: 'started' });
  await settle();
  windows(10, true);
  inference.asked[0]?.answer('hello');
  await settle();
  expect(told).toEqual(['interim: hello']);
  windows(5, false);
  recogniser.hear({ kind: 'ended' });
  inference.asked[1]?.answer('hello there');
  await settle();
  inference.asked[2]?.answer('hello there');
  await settle();
  expect(told.at(-1)).toBe('final: hello there by local');
  expect(inference.asked.at(-1)?.samples.length).toBeGreaterThanOrEqual(21 * 512);
  expect(health.list().find(({ id }) => id === 'ear')?.lastError?.code).toBe('provider_key_refused');
});

it('cuts a monologue at a pause after 9 s and in any case at 20 s, in order, and ends with the call', async () => {
  const { inference, told, recogniser, windows, signal } = listen();
  const answerAll = async () => {
    for (const { samples, answer } of inference.asked) answer(`${Math.round(samples.length / 16000)} s`);
    await settle();
  };
  windows(5, true);
  recogniser.hear({ kind: 'started' });
  windows(300, true); // 9.6 s
  windows(3, false);
  await answerAll();
  await answerAll();
  expect(told.at(-1)).toBe('final: 10 s');
  windows(640, true); // 20.5 s
  await answerAll();
  await answerAll();
  expect(told.filter((text) => text.startsWith('final'))).toEqual(['final: 10 s', 'final: 20 s']);
  for (const { samples } of inference.asked) expect(samples.length).toBeLessThanOrEqual(30 * 16000);
  const before = told.length;
  recogniser.hear({ kind: 'ended' });
  signal.abort();
  await answerAll();
  windows(5, true);
  recogniser.hear({ kind: 'started' });
  await recogniser.settled();
  expect(told).toHaveLength(before);
});

it('listens for what is expected when the caller pauses, and not while they speak', async () => {
  const name: Expected = { kind: 'name', known: [] };
  const { inference, told, recogniser, windows } = listen([], name);
  recogniser.hear({ kind: 'started' });
  windows(16, true);
  inference.asked[0]?.answer('Sarah');
  await settle();
  windows(3, false);
  expect(inference.asked.map(({ expected }) => expected)).toEqual([undefined, name]);
  inference.asked[1]?.answer('Sarah Miller.');
  await settle();
  recogniser.hear({ kind: 'ended' });
  expect(told.at(-1)).toBe('final: Sarah Miller.');
});

it('a caller who goes on after a pause does not wait for what was listened for', async () => {
  const { inference, recogniser, windows } = listen([], { kind: 'name', known: [] });
  recogniser.hear({ kind: 'started' });
  windows(16, true);
  inference.asked[0]?.answer('My name');
  await settle();
  windows(3, false);
  expect(inference.asked[1]?.signal?.aborted).toBe(false);
  windows(1, true);
  expect(inference.asked[1]?.signal?.aborted).toBe(true);
});
