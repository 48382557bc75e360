import { describe, expect, test } from 'vitest';
import { kokoroIds } from './kokoro.ts';
import { commonPrefix, fitMessages } from './llm.ts';
import { bestToken, readTokens, tokenLimit } from './moonshine.ts';
import { piperIds } from './piper.ts';
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
    const fakeVoice: Voice = {
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
