import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { bestToken, type DecoderStep, decodeGreedily } from '../recognition/greedy.ts';
import { readTokens } from '../recognition/word-pieces.ts';
import { kokoroIds } from './kokoro.ts';
import { choosePlace, fitMessages } from './llm.ts';
import { firstPositions, tokenLimit } from './moonshine.ts';
import { piperIds } from './piper.ts';
import { commonPrefix } from './prompt-prefix.ts';
import { levelled, speakText, trimSilence, type Voice } from './voice.ts';

describe('voices', () => {
  test('silence is trimmed to 30 ms on both sides', () => {
    const samples = new Float32Array(16_000);
    samples.fill(0.5, 4_000, 8_000);
    const trimmed = trimSilence(samples, 16_000);
    expect(trimmed.length).toBe(4_000 + 2 * 480);
    expect(trimmed[479]).toBe(0);
    expect(trimmed[480]).toBe(0.5);
  });

  test('nothing audible leaves nothing', () => {
    expect(trimSilence(new Float32Array(1_000), 16_000)).toHaveLength(0);
    expect(levelled(new Float32Array(2))).toEqual(Int16Array.of(0, 0));
  });

  test('the level is the same for loud and quiet voices', () => {
    expect(levelled(Float32Array.of(0.01, -0.005))).toEqual(Int16Array.of(22_937, -11_468));
    expect(levelled(Float32Array.of(3, -1.5))).toEqual(Int16Array.of(22_937, -11_468));
  });

  test('sentences are joined by a pause, and speaking stops between them', async () => {
    const controller = new AbortController();
    const spoken: string[] = [];
    const fakeVoice: Pick<Voice, 'sampleRateHz' | 'speak'> = {
      sampleRateHz: 1_000,
      speak: async (sentence) => {
        spoken.push(sentence);
        if (sentence === 'Stop.') controller.abort();
        return new Float32Array(100).fill(0.2);
      },
    };
    const speech = await speakText(fakeVoice, { text: 'One. Two.', speed: 1 }, controller.signal);
    expect(speech.samples).toHaveLength(100 + 220 + 100);
    await expect(
      speakText(fakeVoice, { text: 'Stop. Never.', speed: 1 }, controller.signal),
    ).rejects.toThrow();
    expect(spoken).toEqual(['One.', 'Two.', 'Stop.']);
  });

  test('Piper: start, pads after each phoneme, accents apart, end; unknown signs left out', () => {
    const map = { _: [0], '^': [1], $: [2], a: [14], c: [16], '\u0327': [140] };
    expect(piperIds('aç?', map)).toEqual([1, 0, 14, 0, 16, 0, 140, 0, 2]);
  });

  test('Kokoro: symbols by its table, espeak spelling adapted', () => {
    expect(kokoroIds('həlˈoʊ, r!')).toEqual([50, 83, 54, 156, 57, 135, 3, 16, 123, 5]);
  });
});

describe('Moonshine', () => {
  test('vocabulary lengths of one and of two bytes', () => {
    const long = new Uint8Array(200).fill(7);
    const tokens = readTokens(Uint8Array.of(2, 65, 66, 0, 128 + (200 % 128), 1, ...long));
    expect(tokens.map((token) => token.length)).toEqual([2, 0, 200]);
  });

  test('most probable token', () => {
    expect(bestToken(Float32Array.of(0, Math.log(3), -100))).toEqual({
      token: 1,
      probability: expect.closeTo(0.75, 6),
    });
  });

  /** Says `target` whatever it is asked, and counts its steps; it must have read nothing but that. */
  function fakeDecoder(target: readonly number[], probabilityAt: (at: number) => number = () => 0.9) {
    const whole = [1, ...target, 2];
    const asked: { tokens: number; position: number }[] = [];
    let read: number[] = [];
    const step: DecoderStep = async (tokens, position) => {
      asked.push({ tokens: tokens.length, position });
      read = [...read.slice(0, position), ...tokens];
      const known = [...read];
      return (at) => {
        const upTo = known.slice(0, position + at + 1);
        const isTrue = upTo.every((token, index) => token === whole[index]);
        // behind words that were never said anything may come
        // two tokens are close: which one wins is known only where nothing else is asked
        const probability = probabilityAt(upTo.length - 1);
        const isBlurred = probability < 0.6 && tokens.length > 1;
        const token = isTrue && !isBlurred ? (whole[upTo.length] ?? 2) : 77;
        return { token, probability };
      };
    };
    return { step, asked };
  }
  const { signal } = new AbortController();
  const words = fc.array(fc.integer({ min: 3, max: 9 }), { maxLength: 30 });

  test('whatever is guessed, the same is said as without a guess, in no more steps', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (target, guess) => {
        const plain = fakeDecoder(target);
        const slow = await decodeGreedily(plain.step, { start: 1, end: 2, guess: [], limit: 99, signal });
        const guessed = fakeDecoder(target);
        const fast = await decodeGreedily(guessed.step, { start: 1, end: 2, guess, limit: 99, signal });
        expect(fast.said).toEqual(slow.said);
        expect(fast.said).toEqual(target);
        expect(fast.probability).toBeCloseTo(target.length * 0.9, 6);
        expect(plain.asked).toHaveLength(target.length + 1);
        expect(guessed.asked.length).toBeLessThanOrEqual(plain.asked.length);
      }),
    );
  });

  test('an utterance that grew takes one step and those for what is new', async () => {
    await fc.assert(
      fc.asyncProperty(words, words, async (before, more) => {
        const { step, asked } = fakeDecoder([...before, ...more]);
        const { said } = await decodeGreedily(step, { start: 1, end: 2, guess: before, limit: 99, signal });
        expect(said).toEqual([...before, ...more]);
        expect(asked.length).toBeLessThanOrEqual(2 + more.length);
      }),
    );
  });

  test('a word that was misheard, put in or left out costs a step or two', async () => {
    const target = [3, 4, 5, 6, 7, 8, 9, 3, 4, 5];
    for (const wrong of [target.with(4, 99), target.toSpliced(4, 0, 99), target.toSpliced(4, 1)]) {
      const { step, asked } = fakeDecoder(target);
      const { said } = await decodeGreedily(step, { start: 1, end: 2, guess: wrong, limit: 99, signal });
      expect(said).toEqual(target);
      expect(asked.length).toBeLessThanOrEqual(4);
    }
  });

  test('what is in doubt is decided as without a guess', async () => {
    const doubts = fc.array(fc.boolean(), { minLength: 31, maxLength: 31 });
    await fc.assert(
      fc.asyncProperty(words, words, doubts, async (target, guess, doubted) => {
        const { step, asked } = fakeDecoder(target, (at) => (doubted[at] ? 0.3 : 0.9));
        const { said } = await decodeGreedily(step, { start: 1, end: 2, guess, limit: 99, signal });
        expect(said).toEqual(target);
        expect(asked.length).toBeLessThanOrEqual(2 * target.length + 2);
      }),
    );
  });

  test('a model that rambles is stopped at the limit, in a guess too', async () => {
    const target = Array.from({ length: 50 }, (_, at) => 3 + (at % 5));
    for (const guess of [[], target]) {
      const { step } = fakeDecoder(target);
      expect((await decodeGreedily(step, { start: 1, end: 2, guess, limit: 13, signal })).said).toEqual(
        target.slice(0, 13),
      );
    }
  });

  test('a cache is cut to its first positions, head by head', () => {
    const cache = new Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), [1, 2, 3, 2]);
    const cut = firstPositions(cache, 2);
    expect(cut.dims).toEqual([1, 2, 2, 2]);
    expect(cut.data).toEqual(Float32Array.of(1, 2, 3, 4, 7, 8, 9, 10));
    expect(firstPositions(cache, 3)).toBe(cache);
  });

  test('token limit grows with the audio', () => {
    expect(tokenLimit(16_000)).toBe(13);
    expect(tokenLimit(10 * 16_000)).toBe(71);
  });
});

describe('language model', () => {
  test('common prefix', () => {
    expect(commonPrefix([1, 2, 3], [1, 2, 4, 5])).toBe(2);
    expect(commonPrefix([], [1])).toBe(0);
  });

  const place = (dialogue: string | null, usedAt: number, { busy = false, common = 0 } = {}) => ({
    ...{ dialogue, usedAt, busy, common },
  });
  type FakePlace = ReturnType<typeof place>;
  const common = (candidate: FakePlace) => candidate.common;

  test('a dialogue goes on where it was', () => {
    const places = [place('b', 2, { common: 50 }), place('a', 1), place(null, 3, { common: 90 })];
    expect(choosePlace(places, 'a', common)).toBe(places[1]);
  });

  test('a new prompt goes where most of it was read, kept places last', () => {
    const places = [place('b', 1, { common: 90 }), place(null, 2), place(null, 3, { common: 20 })];
    expect(choosePlace(places, 'c', common)).toBe(places[2]);
    expect(choosePlace(places, null, common)).toBe(places[2]);
  });

  test('with more dialogues than places the one that rested longest gives way, never a busy one', () => {
    const places = [place('a', 1, { busy: true }), place('b', 5), place('c', 4)];
    expect(choosePlace(places, 'd', common)).toBe(places[2]);
    expect(choosePlace([place('a', 1, { busy: true })], 'a', common)).toBeUndefined();
  });

  test('the oldest exchanges go, instructions and the last message stay', () => {
    const messages = [
      { role: 'system', content: 's' },
      { role: 'user', content: 'old' },
      { role: 'assistant', content: 'older answer' },
      { role: 'user', content: 'new' },
    ] as const;
    const kept = fitMessages(messages, (list) => list.length <= 2);
    expect(kept.map((message) => message.content)).toEqual(['s', 'new']);
    expect(() => fitMessages(messages, () => false)).toThrow(
      expect.objectContaining({ code: 'input_invalid' }),
    );
  });
});
