import { describe, expect, it } from 'vitest';
import { isVoiced, levelDbfs, voicedStretches } from './voiced.ts';

const tone = (amplitude: number, dc = 0) =>
  Int16Array.from(
    { length: 160 },
    (_, n) => dc + Math.round(amplitude * Math.sin((2 * Math.PI * 500 * n) / 8000)),
  );

describe('voiced test', () => {
  it('measures the level of a sine 3 dB below its peak', () => {
    expect(levelDbfs(tone(32767))).toBeCloseTo(-3.01, 1);
    expect(levelDbfs(tone(327.67))).toBeCloseTo(-43.01, 1);
  });

  it('tells quiet speech from line noise', () => {
    expect(isVoiced(tone(400))).toBe(true);
    expect(isVoiced(tone(150))).toBe(false);
  });

  it('takes no offset, silence or emptiness for a voice', () => {
    expect(isVoiced(tone(0, 5000))).toBe(false);
    expect(isVoiced(new Int16Array(160))).toBe(false);
    expect(isVoiced(new Int16Array(0))).toBe(false);
  });
});

describe('stretches of speech', () => {
  const levels = (...parts: readonly (readonly [ms: number, dbfs: number])[]) =>
    parts.flatMap(([ms, dbfs]) => Array.from({ length: ms / 20 }, () => dbfs));

  it('end where a side falls silent, not where lips close or a click sounds', () => {
    const silence = Number.NEGATIVE_INFINITY;
    const heard = levels(
      [200, silence],
      [300, -20],
      [100, -70],
      [200, -30],
      [400, -60],
      [40, -15],
      [200, -60],
    );
    expect(voicedStretches(heard, 20)).toEqual([{ fromMs: 200, toMs: 800 }]);
    expect(voicedStretches([], 20)).toEqual([]);
  });

  it('are told from the noise of the line, and found where nobody pauses', () => {
    const noisy = levels([1000, -40], [400, -22], [1000, -40]);
    expect(voicedStretches(noisy, 20)).toEqual([{ fromMs: 1000, toMs: 1400 }]);
    expect(voicedStretches(levels([1000, -22]), 20)).toEqual([{ fromMs: 0, toMs: 1000 }]);
  });
});
