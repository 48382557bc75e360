import fc from 'fast-check';
import { createEncoder } from 'libopus-wasm';
import { afterEach, describe, expect, it } from 'vitest';
import type { Codec } from '../model.ts';
import { type AudioCoder, createCoder } from './coder.ts';

const codecs = ['PCMU', 'PCMA', 'G722', 'opus'] as const satisfies readonly Codec[];

const open: AudioCoder[] = [];
const coderOf = async (codec: Codec): Promise<AudioCoder> => {
  const coder = await createCoder(codec);
  open.push(coder);
  return coder;
};
afterEach(() => {
  for (const coder of open.splice(0)) coder.close();
});

/** Frames of 20 ms of a tone that swells. */
const frames = (coder: AudioCoder, count: number, hz = 440): Int16Array[] => {
  const length = coder.sampleRateHz / 50;
  return Array.from({ length: count }, (_, frame) =>
    Int16Array.from({ length }, (_unused, i) => {
      const n = frame * length + i;
      return Math.round(6000 * Math.sin((2 * Math.PI * hz * n) / coder.sampleRateHz));
    }),
  );
};

const rms = (samples: Int16Array) => Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);
const crossings = (samples: Int16Array) =>
  samples.reduce((count, s, i) => count + (i > 0 && s >= 0 !== (samples[i - 1] ?? 0) >= 0 ? 1 : 0), 0);

describe.each(codecs)('coder of %s', (codec) => {
  it('carries a tone through at its level and pitch', async () => {
    const coder = await coderOf(codec);
    const heard = frames(coder, 50).map((frame) => coder.decode(coder.encode(frame)));
    const tone = Int16Array.from(heard.slice(25).flatMap((samples) => [...(samples ?? [])]));
    expect(tone.length).toBe(coder.sampleRateHz / 2);
    expect(rms(tone) / (6000 / Math.SQRT2)).toBeCloseTo(1, 1);
    expect(crossings(tone) / 440).toBeCloseTo(1, 1);
  });

  it('knows how long a payload is', async () => {
    const coder = await coderOf(codec);
    const [frame = new Int16Array()] = frames(coder, 1);
    expect(coder.durationMs(coder.encode(frame))).toBe(20);
    expect(coder.durationMs(new Uint8Array())).toBe(0);
  });

  it('takes any payload without an error, and counts what is none', async () => {
    const coder = await coderOf(codec);
    let refused = 0;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const samples = coder.decode(payload);
        if (samples === null) refused += 1;
        expect((samples ?? []).length).toBeLessThanOrEqual(1920);
        coder.conceal(payload);
      }),
      { numRuns: 500 },
    );
    expect(coder.decode(new Uint8Array())).toBeNull();
    expect(coder.decodeFailures).toBe(refused + 1);
    // And is still of use.
    const heard = frames(coder, 30).map((frame) => coder.decode(coder.encode(frame)));
    expect(rms(heard.at(-1) ?? new Int16Array(1))).toBeGreaterThan(3000);
  });
});

describe('Opus', () => {
  it.each([
    [1, 10],
    [1, 60],
    [2, 20],
    [2, 60],
    [1, 2.5],
  ] as const)('decodes packets of %i channels and %d ms to mono of 16 kHz', async (channels, ms) => {
    const coder = await coderOf('opus');
    const encoder = await createEncoder({ sampleRate: 48000, channels, frameSize: 48 * ms });
    const packet = encoder.encode(new Int16Array(48 * ms * channels));
    encoder.free();
    expect(coder.durationMs(packet)).toBe(ms);
    expect(coder.decode(packet)?.length).toBe(16 * ms);
  });

  it('conceals a lost packet with sound like that before, and fades when nothing comes any more', async () => {
    const coder = await coderOf('opus');
    for (const frame of frames(coder, 30)) coder.decode(coder.encode(frame));
    const first = coder.conceal();
    expect(first?.length).toBe(320);
    expect(rms(first ?? new Int16Array(1))).toBeGreaterThan(1500);
    let last = first;
    for (let i = 0; i < 100; i += 1) last = coder.conceal();
    expect(rms(last ?? new Int16Array(1))).toBeLessThan(300);
  });

  it('is nothing any more once closed', async () => {
    const coder = await createCoder('opus');
    const [frame = new Int16Array()] = frames(coder, 1);
    const packet = coder.encode(frame);
    coder.close();
    coder.close();
    expect(coder.decode(packet)).toBeNull();
    expect(coder.conceal()).toBeNull();
  });
});
