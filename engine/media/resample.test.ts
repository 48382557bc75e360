import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Resampler, resample } from './resample.ts';

const rates = [8000, 16000, 22050, 24000, 48000] as const;
const tone = (hz: number, rateHz: number, seconds = 1, amplitude = 16000) =>
  Int16Array.from({ length: Math.round(rateHz * seconds) }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz)),
  );

/** RMS in dB relative to the sine of amplitude 16000, without the edges. */
function levelDb(samples: Int16Array): number {
  const body = samples.subarray(Math.floor(samples.length * 0.1), Math.floor(samples.length * 0.9));
  const power = body.reduce((sum, sample) => sum + sample ** 2, 0) / body.length;
  return 10 * Math.log10((2 * power) / 16000 ** 2);
}

describe('resampler', () => {
  it.each([22050, 24000, 16000])(
    'leaves no alias of what lies above 4 kHz when it goes from %i Hz to 8 kHz',
    (from) => {
      for (let hz = 4050; hz < Math.min(from / 2, 11_000); hz += 350)
        expect(levelDb(resample(tone(hz, from), from, 8000)), `${hz} Hz`).toBeLessThan(-60);
    },
  );

  it('adds no image above 4 kHz when it goes from 8 to 16 kHz', () => {
    for (let hz = 300; hz <= 3400; hz += 310) {
      const output = resample(tone(hz, 8000), 8000, 16000);
      // The tone as it should be is taken out: what is left is what was added.
      const wanted = tone(hz, 16000);
      expect(levelDb(output.map((sample, n) => sample - (wanted[n] ?? 0))), `${hz} Hz`).toBeLessThan(-60);
    }
  });

  it('passes 1 kHz and 3.2 kHz within half a decibel between all rates', () => {
    for (const from of rates) {
      for (const to of rates) {
        for (const hz of [1000, 3200]) {
          expect(Math.abs(levelDb(resample(tone(hz, from), from, to))), `${hz}: ${from}->${to}`).toBeLessThan(
            0.5,
          );
        }
      }
    }
  });

  it.each([
    [22050, 8000],
    [24000, 8000],
    [16000, 8000],
    [8000, 16000],
  ])('passes 300 to 3400 Hz within a decibel from %i to %i Hz', (from, to) => {
    for (let hz = 300; hz <= 3400; hz += 310)
      expect(Math.abs(levelDb(resample(tone(hz, from), from, to))), `${hz} Hz`).toBeLessThan(0.5);
  });

  it.each([
    [22050, 8000],
    [8000, 16000],
    [24000, 48000],
    [48000, 22050],
  ])('has no delay from %i to %i Hz', (from, to) => {
    const output = resample(tone(1000, from), from, to);
    const wanted = tone(1000, to);
    expect(output.length).toBe(to);
    let worst = 0;
    for (let n = to * 0.1; n < to * 0.9; n += 1)
      worst = Math.max(worst, Math.abs((output[n] ?? 0) - (wanted[n] ?? 0)));
    // A delay of a fiftieth of a sample at 8 kHz would already be 250.
    expect(worst).toBeLessThan(60);
  });

  it('clips instead of wrapping round', () => {
    const square = Int16Array.from({ length: 2400 }, (_, n) => (n % 48 < 24 ? 32767 : -32768));
    const output = resample(square, 24000, 8000);
    // Where the input is at its top the output must not have turned negative.
    for (let n = 20; n < 780; n += 1) {
      if ((n * 3) % 48 > 4 && (n * 3) % 48 < 20) expect(output[n]).toBeGreaterThan(20000);
    }
  });

  it('gives the same audio in pieces of any size as in one', () => {
    const pair = fc.constantFrom(...rates.flatMap((from) => rates.map((to) => [from, to] as const)));
    const sizes = fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 12 });
    fc.assert(
      fc.property(pair, sizes, ([from, to], pieces) => {
        const total = pieces.reduce((sum, size) => sum + size, 0);
        const input = tone(700, from, 1).subarray(0, total);
        const resampler = new Resampler(from, to);
        const output: number[] = [];
        let offset = 0;
        for (const size of pieces) {
          output.push(...resampler.push(input.subarray(offset, offset + size)));
          offset += size;
        }
        output.push(...resampler.flush());
        expect(output.length).toBe(Math.ceil((input.length * to) / from));
        expect(output).toEqual([...resample(input, from, to)]);
      }),
      { numRuns: 40 },
    );
  });

  it('can be used again after a flush', () => {
    const resampler = new Resampler(22050, 8000);
    const speak = () => [...resampler.push(tone(900, 22050, 0.1)), ...resampler.flush()];
    expect(speak()).toEqual(speak());
  });

  it('refuses rates that make no sense', () => {
    for (const rate of [0, -8000, 8000.5, Number.NaN, 44101]) {
      expect(() => new Resampler(rate, 8000 + 9)).toThrowError(
        expect.objectContaining({ code: 'input_invalid' }),
      );
    }
  });
});
