import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinedSamples, levelled, StreamLevel, unknownLoudness } from './level.ts';

const sampleRateHz = 16_000;
const highestPeak = 32768 * 10 ** (-3 / 20);

const tone = (length: number, amplitude: number): Int16Array =>
  Int16Array.from({ length }, (_, i) => Math.round(amplitude * Math.sin(i / 12)));

const dbfs = (samples: Int16Array): number =>
  20 * Math.log10(Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length) / 32768);

function streamed(
  samples: Int16Array,
  pieces: readonly number[],
  level = new StreamLevel(sampleRateHz),
): Int16Array {
  const out: Int16Array[] = [];
  let at = 0;
  for (const length of [...pieces, samples.length]) {
    out.push(level.push(samples.subarray(at, at + length)));
    at += length;
  }
  return joinedSamples([...out, level.flush()]);
}

it('brings speech to the level of the telephone and takes the waiting off its start', () => {
  const samples = new Int16Array(16_000);
  samples.set(tone(4000, 900), 4000);
  const { samples: out } = levelled({ samples, sampleRateHz });
  expect(dbfs(out.subarray(320, 4000))).toBeCloseTo(-20, 0);
  expect(out.length).toBeLessThan(4000 + 160 + 160 + 2880 + 160);
  const peaky = levelled({
    samples: Int16Array.from(samples, (s, i) => (i === 5000 ? 32000 : s)),
    sampleRateHz,
  });
  expect(Math.max(...peaky.samples)).toBeLessThanOrEqual(Math.ceil(highestPeak));
  expect(levelled({ samples: new Int16Array(100), sampleRateHz }).samples).toEqual(new Int16Array(100));
});

it('does the same piece by piece: every voice comes to the level, whatever it begins with', () => {
  for (const amplitude of [300, 900, 12_000, 30_000]) {
    const loudness = unknownLoudness();
    streamed(tone(16_000, amplitude), [], new StreamLevel(sampleRateHz, loudness));
    const out = streamed(tone(16_000, amplitude), [], new StreamLevel(sampleRateHz, loudness));
    expect(dbfs(out)).toBeGreaterThan(-21.5);
    expect(dbfs(out)).toBeLessThan(-18.5);
  }
});

it('does not depend on where the pieces are cut, and never goes over the highest peak', () => {
  const sound = fc.array(
    fc.record({
      length: fc.integer({ min: 1, max: 3000 }),
      amplitude: fc.constantFrom(0, 40, 500, 5000, 32_767),
    }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(sound, fc.array(fc.integer({ min: 1, max: 2000 }), { maxLength: 12 }), (parts, pieces) => {
      const samples = joinedSamples(parts.map(({ length, amplitude }) => tone(length, amplitude)));
      const whole = streamed(samples, []);
      expect(Buffer.from(streamed(samples, pieces).buffer).equals(Buffer.from(whole.buffer))).toBe(true);
      expect(whole.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0)).toBeLessThanOrEqual(
        Math.ceil(highestPeak),
      );
      expect(whole.length).toBeLessThanOrEqual(samples.length);
    }),
    { numRuns: 60 },
  );
});

it('keeps pauses within a clause, and at its end no more than 180 ms', () => {
  const quiet = new Int16Array(8000);
  const clause = joinedSamples([quiet, tone(4800, 3000), quiet, tone(4800, 3000), quiet]);
  const out = streamed(clause, [700, 700, 700]);
  expect(out.length).toBe(160 + 4800 + 8000 + 4800 + 2880);
});
