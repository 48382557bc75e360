import { describe, expect, it } from 'vitest';
import { decodePcmu, dtmfTones, encodePcmu } from '../../media/index.ts';
import { PatternEar, tonePattern } from './tones.ts';

const frames = (samples: Int16Array, frameSamples: number): Int16Array[] =>
  Array.from({ length: Math.floor(samples.length / frameSamples) }, (_, i) =>
    samples.subarray(i * frameSamples, (i + 1) * frameSamples),
  );

function hears(samples: Int16Array, sampleRateHz = 8000): boolean {
  const ear = new PatternEar();
  for (const frame of frames(samples, sampleRateHz / 50)) ear.hear(frame, sampleRateHz);
  return ear.heard;
}

const shifted = (samples: Int16Array, by: number): Int16Array =>
  Int16Array.from([...new Array<number>(by).fill(0), ...samples]);
const sine = (toneHz: number, seconds: number): Int16Array =>
  Int16Array.from({ length: 8000 * seconds }, (_, i) => 6000 * Math.sin((2 * Math.PI * toneHz * i) / 8000));

describe('tones of the line test', () => {
  it.each([8000, 16_000])('are heard at %d Hz, whatever the frames begin with', (rateHz) => {
    expect(hears(tonePattern(rateHz), rateHz)).toBe(true);
    expect(hears(shifted(tonePattern(rateHz), 77), rateHz)).toBe(true);
  });

  it('are heard through G.711, far quieter, with noise', () => {
    const coded = decodePcmu(encodePcmu(tonePattern(8000)));
    const quiet = coded.map((sample, i) => sample / 16 + 40 * Math.sin(i * i));
    expect(hears(shifted(quiet, 33))).toBe(true);
  });

  it.each([
    ['silence', new Int16Array(16_000)],
    ['a steady tone', sine(550, 3)],
    [
      'ring-back',
      sine(440, 3).map((sample, i) => sample / 2 + 3000 * Math.sin((2 * Math.PI * 480 * i) / 8000)),
    ],
    ['keys', Int16Array.from(dtmfTones('159#0D').flatMap((frame) => [...frame]))],
    ['noise', Int16Array.from({ length: 80_000 }, (_, i) => 8000 * Math.sin(i * i * 0.7))],
    ['the pattern backwards', tonePattern(8000).toReversed()],
  ])('are not heard in %s', (_, samples) => {
    expect(hears(samples)).toBe(false);
  });
});
