import { describe, expect, it } from 'vitest';
import { isVoiced, levelDbfs } from './voiced.ts';

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
