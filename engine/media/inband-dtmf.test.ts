import { describe, expect, it } from 'vitest';
import { decodePcma, decodePcmu, encodePcma, encodePcmu } from './codec/g711.ts';
import { dtmfTones } from './dtmf.ts';
import { InbandDtmf } from './inband-dtmf.ts';
import { resample } from './resample.ts';

const rowsHz = [697, 770, 852, 941];
const columnsHz = [1209, 1336, 1477, 1633];
const keypad = '123A456B789C*0#D';

type Rate = 8000 | 16000;

interface Dialling {
  readonly keys?: string;
  readonly rate: Rate;
  /** Level of both tones together, the peak relative to full scale. */
  readonly dbfs?: number;
  readonly toneMs?: number;
  readonly pauseMs?: number;
  /** Of both tones, as a share of their frequency. */
  readonly offTune?: number;
  /** Higher tone over lower tone. */
  readonly twistDb?: number;
  readonly snrDb?: number;
  /** Silence before the first key. */
  readonly leadMs?: number;
}

function dial(options: Dialling): Int16Array {
  const { keys = keypad, rate, dbfs = -10, toneMs = 50, pauseMs = 50, offTune = 0, twistDb = 0 } = options;
  let seed = 12345;
  const noise = () => {
    if (noiseRms === 0) return 0;
    let sum = -6;
    for (let i = 0; i < 12; i += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      sum += seed / 2 ** 32;
    }
    return sum;
  };
  const amplitude = (10 ** (dbfs / 20) * 32767) / 2;
  // Two sines of this amplitude have its RMS together.
  const noiseRms = options.snrDb === undefined ? 0 : amplitude / 10 ** (options.snrDb / 20);
  const samples: number[] = Array(((options.leadMs ?? 0) * rate) / 1000).fill(0);
  for (const key of keys) {
    const place = keypad.indexOf(key);
    const tone = (hz: number, n: number) => Math.sin((2 * Math.PI * hz * (1 + offTune) * n) / rate);
    for (let n = 0; n < (toneMs * rate) / 1000; n += 1) {
      const row = amplitude * 10 ** (-twistDb / 40) * tone(rowsHz[place >> 2] ?? 0, n);
      samples.push(row + amplitude * 10 ** (twistDb / 40) * tone(columnsHz[place & 3] ?? 0, n));
    }
    for (let n = 0; n < (pauseMs * rate) / 1000; n += 1) samples.push(0);
  }
  return Int16Array.from(samples, (s) =>
    Math.max(-32768, Math.min(32767, Math.round(s + noiseRms * noise()))),
  );
}

function hear(samples: Int16Array, rate: Rate): string {
  const detector = new InbandDtmf(rate);
  let keys = '';
  for (let at = 0; at + rate / 50 <= samples.length; at += rate / 50) {
    keys += detector.receive(samples.subarray(at, at + rate / 50)) ?? '';
  }
  return keys;
}

describe.each([8000, 16000] as const)('in-band keys at %i Hz', (rate) => {
  it.each([-3, -10, -18, -25])('hears all 16 keys at %i dBFS', (dbfs) => {
    expect(hear(dial({ rate, dbfs }), rate)).toBe(keypad);
  });

  it.each([-10, -25])('hears them through noise of 15 dB less at %i dBFS', (dbfs) => {
    expect(hear(dial({ rate, dbfs, snrDb: 15, toneMs: 60 }), rate)).toBe(keypad);
  });

  it('hears them wherever they lie in the frames, 40 ms long', () => {
    for (let leadMs = 0; leadMs < 20; leadMs += 1) {
      expect(hear(dial({ rate, leadMs, toneMs: 40, pauseMs: 40 }), rate)).toBe(keypad);
    }
  });

  it.each([-8, -4, 4])('hears them with a twist of %i dB', (twistDb) => {
    expect(hear(dial({ rate, twistDb }), rate)).toBe(keypad);
  });

  it.each([-0.015, 0.015])('hears them out of tune by %d (Q.24)', (offTune) => {
    expect(hear(dial({ rate, offTune }), rate)).toBe(keypad);
  });

  it.each([-0.035, 0.035])('does not take tones for keys that are off by %d (Q.24)', (offTune) => {
    expect(hear(dial({ rate, offTune }), rate)).toBe('');
  });

  it('does not take 20 ms for a press', () => {
    expect(hear(dial({ rate, toneMs: 20 }), rate)).toBe('');
  });

  it('tells a long press once, and the same key twice after a pause', () => {
    expect(hear(dial({ rate, keys: '5', toneMs: 3000 }), rate)).toBe('5');
    expect(hear(dial({ rate, keys: '5577', toneMs: 60, pauseMs: 40 }), rate)).toBe('5577');
  });

  it('does not take one tone, or two of one group, for a key', () => {
    const sines = (hz: readonly number[]) =>
      Int16Array.from({ length: rate }, (_, n) =>
        hz.reduce((sum, one) => sum + 6000 * Math.sin((2 * Math.PI * one * n) / rate), 0),
      );
    for (const hz of [...rowsHz, ...columnsHz, 350, 440, 480, 1004]) expect(hear(sines([hz]), rate)).toBe('');
    expect(hear(sines([697, 941]), rate)).toBe('');
    expect(hear(sines([1209, 1477]), rate)).toBe('');
    // Dial tone, ring-back tone.
    expect(hear(sines([350, 440]), rate)).toBe('');
    expect(hear(sines([440, 480]), rate)).toBe('');
  });

  it('hears the tones that the box itself sends', () => {
    const tones = Int16Array.from(dtmfTones(keypad).flatMap((frame) => [...frame]));
    expect(hear(rate === 8000 ? tones : resample(tones, 8000, rate), rate)).toBe(keypad);
  });
});

it('hears keys after G.711', () => {
  const dialled = dial({ rate: 8000, dbfs: -20 });
  expect(hear(decodePcmu(encodePcmu(dialled)), 8000)).toBe(keypad);
  expect(hear(decodePcma(encodePcma(dialled)), 8000)).toBe(keypad);
});
