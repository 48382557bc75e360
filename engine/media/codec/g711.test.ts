import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePcma, decodePcmu, encodePcma, encodePcmu } from './g711.ts';

const tone = (amplitude: number, hz = 1004) =>
  Int16Array.from({ length: 8000 }, (_, n) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * n) / 8000)),
  );

function snrDb(original: Int16Array, decoded: Int16Array): number {
  let signal = 0;
  let noise = 0;
  original.forEach((sample, index) => {
    signal += sample ** 2;
    noise += (sample - (decoded[index] ?? 0)) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

describe('G.711', () => {
  // G.711 table 2a: character signals of the ends of the eight positive segments, and their decoder values (×4).
  it.each([
    [0xff, 0],
    [0xef, 33 * 4],
    [0xdf, 99 * 4],
    [0xcf, 231 * 4],
    [0xbf, 495 * 4],
    [0xaf, 1023 * 4],
    [0x9f, 2079 * 4],
    [0x8f, 4191 * 4],
    [0x80, 8031 * 4],
  ])('µ-law character %i is level %i', (code, level) => {
    expect([...decodePcmu(Uint8Array.of(code, code & 0x7f))].map(Math.abs)).toEqual([level, level]);
    expect([...encodePcmu(Int16Array.of(level))]).toEqual([code]);
  });

  // G.711 table 1a: decoder values (×8) at the ends of the segments.
  it.each([
    [0xd5, 8],
    [0xc5, 33 * 8],
    [0xf5, 66 * 8],
    [0xe5, 132 * 8],
    [0x95, 264 * 8],
    [0x85, 528 * 8],
    [0xb5, 1056 * 8],
    [0xa5, 2112 * 8],
    [0xaa, 4032 * 8],
  ])('A-law character %i is level %i', (code, level) => {
    expect([...encodePcma(Int16Array.of(level))]).toEqual([code]);
    expect([...decodePcma(Uint8Array.of(code))]).toEqual([level]);
  });

  it('decodes the digital milliwatt of both laws (G.711 tables 5 and 6) to a 1 kHz sine of 0 dBm0', () => {
    const mu = decodePcmu(Uint8Array.of(0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e));
    const a = decodePcma(Uint8Array.of(0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4));
    const peakDb = (samples: Int16Array) =>
      10 * Math.log10((2 * samples.reduce((sum, sample) => sum + sample ** 2, 0)) / 8 / 32768 ** 2);
    expect(peakDb(mu)).toBeCloseTo(-3.17, 1);
    expect(peakDb(a)).toBeCloseTo(-3.14, 1);
    expect([...mu].map(Math.sign)).toEqual([-1, -1, -1, -1, 1, 1, 1, 1]);
    expect([...a].map(Math.sign)).toEqual([-1, -1, -1, -1, 1, 1, 1, 1]);
  });

  it('keeps a tone at 35 dB or more of signal to noise over 30 dB of level', () => {
    for (const amplitude of [30000, 10000, 3000, 1000]) {
      expect(snrDb(tone(amplitude), decodePcmu(encodePcmu(tone(amplitude))))).toBeGreaterThan(35);
      expect(snrDb(tone(amplitude), decodePcma(encodePcma(tone(amplitude))))).toBeGreaterThan(35);
    }
  });

  it('encodes every decoded level to its own character, save for the two zeros of µ-law', () => {
    const all = Uint8Array.from({ length: 256 }, (_, code) => code);
    expect([...encodePcma(decodePcma(all))]).toEqual([...all]);
    const mu = encodePcmu(decodePcmu(all));
    expect([...mu].filter((code, index) => code !== index)).toEqual([0xff]);
  });

  it('stays within half a step of any sample and is monotonic', () => {
    const sample = fc.integer({ min: -32768, max: 32767 });
    const laws = [
      { encode: encodePcmu, decode: decodePcmu },
      { encode: encodePcma, decode: decodePcma },
    ];
    fc.assert(
      fc.property(sample, sample, fc.constantFrom(...laws), (one, other, { encode, decode }) => {
        const [low, high] = decode(encode(Int16Array.of(Math.min(one, other), Math.max(one, other))));
        expect(low).toBeLessThanOrEqual(high ?? Number.NaN);
        expect(Math.abs((low ?? 0) - Math.min(one, other))).toBeLessThanOrEqual(
          Math.max(8, (Math.abs(Math.min(one, other)) + 132) / 32 + 1),
        );
      }),
    );
  });
});
