import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { G722Decoder, G722Encoder } from './g722.ts';

const sampleRateHz = 16000;

/** Triangles and noise of five levels, up to full scale, made without floating-point functions. */
function mixedSignal(count: number): Int16Array {
  let seed = 1;
  return Int16Array.from({ length: count }, (_, n) => {
    seed = (Math.imul(seed, 1103515245) + 12345) | 0;
    const loud = [1, 24, 600, 8000, 32000][Math.floor(n / 3200) % 5] ?? 0;
    const triangle = (((n * (1 + (Math.floor(n / 800) % 40))) % 400) - 200) / 200;
    return Math.trunc(loud * 0.6 * triangle + loud * 0.4 * ((seed >> 16) / 32768));
  });
}

const sine = (amplitude: number, hz: number, count = sampleRateHz) =>
  Int16Array.from({ length: count }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / sampleRateHz)),
  );

/** Harmonics of a voice with a falling spectrum up to 3.4 kHz, its loudness going up and down four times a second. */
const speechLike = (count = 2 * sampleRateHz) =>
  Int16Array.from({ length: count }, (_, n) => {
    const t = n / sampleRateHz;
    let sum = 0;
    for (let h = 1; h * 140 < 3400; h += 1)
      sum += Math.sin(2 * Math.PI * 140 * h * t + h * h) / (1 + h * h * 0.15);
    return Math.round(3500 * sum * (0.15 + 0.85 * Math.sin(Math.PI * 4 * t) ** 2));
  });

const roundTrip = (samples: Int16Array) => new G722Decoder().decode(new G722Encoder().encode(samples));

/** Samples that both filters hold samples back for. */
const delaySamples = 22;

function snrDb(original: Int16Array, decoded: Int16Array, delay = delaySamples): number {
  let signal = 0;
  let noise = 0;
  for (let n = 800; n + delay < original.length; n += 1) {
    signal += (original[n] ?? 0) ** 2;
    noise += ((original[n] ?? 0) - (decoded[n + delay] ?? 0)) ** 2;
  }
  return 10 * Math.log10(signal / noise);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('G.722', () => {
  // The digests are those of what libspandsp makes of the same samples.
  it('encodes and decodes to the bit like another implementation', () => {
    const code = new G722Encoder().encode(mixedSignal(64000));
    expect(sha256(code)).toBe('6880f97c236b4562c14d531267897d2cf37e2e0afec3aed65ea548d75827b7ac');
    const samples = new G722Decoder().decode(code);
    expect(sha256(new Uint8Array(samples.buffer))).toBe(
      'b01b107a6c6b4db255eb9a349927f779b4482f9a7d8e315d6757b0274c77d399',
    );
  });

  it('gives back voice-like sound 22 samples later', () => {
    const original = speechLike();
    const decoded = roundTrip(original);
    const byDelay = Array.from({ length: 40 }, (_, delay) => snrDb(original, decoded, delay));
    expect(byDelay.indexOf(Math.max(...byDelay))).toBe(delaySamples);
    expect(snrDb(original, decoded)).toBeGreaterThan(35);
  });

  it.each([
    [300, 35],
    [1000, 35],
    [3000, 30],
    [6000, 12],
  ])('keeps a tone of %i Hz with %i dB over the noise', (hz, leastDb) => {
    expect(snrDb(sine(8000, hz), roundTrip(sine(8000, hz)))).toBeGreaterThan(leastDb);
  });

  it('stays within a few steps of silence when nothing is said', () => {
    const decoded = roundTrip(new Int16Array(8000));
    expect(Math.max(...decoded.map(Math.abs))).toBeLessThanOrEqual(4);
  });

  it('saturates, not wraps, on full-scale squares', () => {
    const square = Int16Array.from({ length: 8000 }, (_, n) => (n % 40 < 20 ? 32767 : -32768));
    const decoded = roundTrip(square);
    for (let n = 400; n < 8000 - delaySamples; n += 1) {
      // In the middle of a half wave the sign must be right.
      if (n % 20 === 10) expect(Math.sign(decoded[n + delaySamples] ?? 0)).toBe(Math.sign(square[n] ?? 0));
    }
  });

  it('finds back into step after lost packets', () => {
    const original = sine(8000, 1000);
    const code = new G722Encoder().encode(original);
    const decoder = new G722Decoder();
    decoder.decode(code.subarray(0, 1600));
    const late = decoder.decode(code.subarray(3200));
    expect(snrDb(original.subarray(6400 + 3200), late.subarray(3200))).toBeGreaterThan(30);
  });

  it('makes the same of one stretch and of its frames', () => {
    const samples = mixedSignal(3200);
    const encoder = new G722Encoder();
    const decoder = new G722Decoder();
    const frames = Array.from({ length: 10 }, (_, i) =>
      encoder.encode(samples.subarray(i * 320, i * 320 + 320)),
    );
    expect(Buffer.concat(frames).equals(new G722Encoder().encode(samples))).toBe(true);
    const decoded = frames.flatMap((frame) => [...decoder.decode(frame)]);
    expect(decoded).toEqual([...roundTrip(samples)]);
  });

  it('takes any samples and any bytes', () => {
    fc.assert(
      fc.property(fc.int16Array({ maxLength: 700 }), fc.uint8Array({ maxLength: 400 }), (samples, bytes) => {
        expect(new G722Encoder().encode(samples).length).toBe(samples.length >> 1);
        expect(new G722Decoder().decode(bytes).length).toBe(bytes.length * 2);
      }),
    );
  });
});
