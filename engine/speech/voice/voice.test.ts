import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCode } from '../../foundation/index.ts';
import { writeWav } from '../tts/wav.ts';
import { consentSentence, consentTrouble } from './consent.ts';
import { readSoundFile } from './sound-file.ts';
import { consentLimits, measureSample, type SampleTrouble, sampleLimits, troubleOf } from './voice-sample.ts';

const rateHz = 16_000;

/** Something like speech: syllables of a buzz, with pauses, over noise. */
function speechLike(
  seconds: number,
  { peak = 8000, noise = 10, pauses = 0.3 }: { peak?: number; noise?: number; pauses?: number } = {},
): Int16Array {
  let seed = 7;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648 - 0.5;
  };
  // Everything in it comes again after 3 s.
  const round = Int16Array.from({ length: 3 * rateHz }, (_, i) => {
    const atS = i / rateHz;
    const talks = atS % 3 >= 3 * pauses;
    const syllable = 0.3 + 0.7 * Math.sin(atS * Math.PI * 4) ** 2;
    const buzz = Math.sin(atS * 2 * Math.PI * 140) + 0.4 * Math.sin(atS * 2 * Math.PI * 900);
    const value = (talks ? (peak * syllable * buzz) / 1.4 : 0) + noise * 2 * random();
    return Math.max(-32_768, Math.min(32_767, Math.round(value)));
  });
  const samples = new Int16Array(seconds * rateHz);
  for (let at = 0; at < samples.length; at += round.length) {
    samples.set(round.subarray(0, samples.length - at), at);
  }
  return samples;
}

const trouble = async (samples: Int16Array, limits = sampleLimits, sampleRateHz = rateHz) =>
  troubleOf(await measureSample({ samples, sampleRateHz }), sampleRateHz, limits);

describe('the sample of a voice', () => {
  it.each<[SampleTrouble | null, Int16Array]>([
    [null, speechLike(30)],
    [null, speechLike(25, { pauses: 0.08 })],
    ['too-short', speechLike(19)],
    ['too-long', speechLike(61)],
    ['silent', new Int16Array(30 * rateHz)],
    ['quiet', speechLike(30, { peak: 500, noise: 3 })],
    ['clipped', speechLike(30, { peak: 80_000 })],
    ['noisy', speechLike(30, { peak: 6000, noise: 1800 })],
    ['little-speech', speechLike(30, { pauses: 0.7 })],
  ])('is %s', async (expected, samples) => expect(await trouble(samples)).toBe(expected));

  it('must be finer than the telephone, the consent need not be', async () => {
    expect(await trouble(speechLike(60), sampleLimits, 8000)).toBe('low-rate');
    expect(await trouble(speechLike(6), consentLimits, 8000)).toBeNull();
  });

  it('measures the length, and the level of what is spoken', async () => {
    const report = await measureSample({ samples: speechLike(30, { pauses: 0.5 }), sampleRateHz: rateHz });
    expect(report.lengthMs).toBe(30_000);
    expect(report.speechMs).toBeGreaterThan(13_000);
    expect(report.speechMs).toBeLessThan(16_000);
    expect(report.speechDbfs).toBeGreaterThan(-25);
    expect(report.noiseDbfs).toBeLessThan(-60);
  });
});

describe('a sound file', () => {
  const tone = speechLike(1);

  it('is read as it was written', async () => {
    const read = await readSoundFile(writeWav({ samples: tone, sampleRateHz: rateHz }));
    expect(read.sampleRateHz).toBe(rateHz);
    expect(read.samples.length).toBe(tone.length);
    for (const [i, sample] of read.samples.entries()) {
      if (Math.abs(sample - (tone[i] ?? 0)) > 1) throw new Error(`sample ${i} is ${sample}`);
    }
  });

  it.each([
    ['8 bits', 1, 8, (b: Buffer, v: number, at: number) => b.writeUInt8(Math.round(v * 127 + 128), at)],
    ['24 bits', 1, 24, (b: Buffer, v: number, at: number) => b.writeIntLE(Math.round(v * 8_388_607), at, 3)],
    [
      '32 bits',
      1,
      32,
      (b: Buffer, v: number, at: number) => b.writeInt32LE(Math.round(v * 2_147_483_647), at),
    ],
    ['float', 3, 32, (b: Buffer, v: number, at: number) => b.writeFloatLE(v, at)],
    ['double', 3, 64, (b: Buffer, v: number, at: number) => b.writeDoubleLE(v, at)],
  ] as const)('of %s in stereo is mixed to mono', async (_, kind, bits, write) => {
    const bytes = bits / 8;
    const data = Buffer.alloc(200 * 2 * bytes);
    for (let frame = 0; frame < 200; frame += 1) {
      write(data, 0.5, frame * 2 * bytes);
      write(data, 0.25, (frame * 2 + 1) * bytes);
    }
    const { samples, sampleRateHz } = await readSoundFile(riff({ kind, bits, channels: 2, data }));
    expect(sampleRateHz).toBe(44_100);
    expect(samples.length).toBe(200);
    for (const sample of samples) expect(Math.abs(sample / 32_768 - 0.375)).toBeLessThan(0.01);
  });

  it('that is none is refused in words, whatever it holds', async () => {
    const wav = riff({ kind: 1, bits: 16, channels: 1, data: Buffer.alloc(100) });
    const refused = async (file: Buffer) => {
      const error: unknown = await readSoundFile(file).then(
        () => null,
        (why: unknown) => why,
      );
      return error === null || hasCode(error, 'input_invalid');
    };
    await fc.assert(fc.asyncProperty(fc.uint8Array(), async (bytes) => refused(Buffer.from(bytes))));
    await fc.assert(
      fc.asyncProperty(fc.nat(wav.length - 1), fc.nat(255), fc.nat(wav.length), async (at, byte, length) => {
        const broken = Buffer.from(wav);
        broken[at] = byte;
        return refused(broken.subarray(0, length));
      }),
    );
    await expect(
      readSoundFile(riff({ kind: 85, bits: 16, channels: 1, data: Buffer.alloc(4) })),
    ).rejects.toThrow('compressed');
  });
});

interface Riff {
  readonly kind: number;
  readonly bits: number;
  readonly channels: number;
  readonly data: Buffer;
}

function riff({ kind, bits, channels, data }: Riff): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(kind, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(44_100, 24);
  head.writeUInt32LE((44_100 * channels * bits) / 8, 28);
  head.writeUInt16LE((channels * bits) / 8, 32);
  head.writeUInt16LE(bits, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

describe('consent', () => {
  const sentence = consentSentence('Siobhan Nguyen', 'Bright Smile Dental');

  it.each([
    [null, sentence],
    [
      null,
      'my name is Chevonne Win i agree that bright smile dental makes a copy of my voice and uses it to answer telephone calls',
    ],
    [
      null,
      'My name is Shavon. I agree that Bright Smile Dental makes a copy of my voice, uses it to answer telephone calls.',
    ],
    ['nothing-heard', ' … '],
    [
      'denied',
      'My name is Siobhan Nguyen. I do not agree that Bright Smile Dental makes a copy of my voice, and uses it to answer telephone calls.',
    ],
    ['denied', sentence.replace('I agree', "I don't agree")],
    [
      'other-words',
      'My name is Siobhan Nguyen. I agree that Bright Smile Dental makes tea, and uses it to answer telephone calls.',
    ],
    ['other-words', 'The quick brown fox jumps over the lazy dog.'],
    ['other-words', 'I agree, copy my voice, calls.'],
    [
      'other-words',
      `${sentence} But only until Friday, and only when I am in the room with everybody else, or else I will call a lawyer.`,
    ],
  ])('is judged %s', (expected, heard) => expect(consentTrouble(sentence, heard)).toBe(expected));

  it('is found in the sentence itself, whoever speaks', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 40 })
      .filter((text) => !/\b(not?|never|don|can|won|disagree|refuse)/i.test(text));
    fc.assert(
      fc.property(name, (speaker) => {
        const own = consentSentence(speaker, 'Salon');
        expect(consentTrouble(own, own)).toBeNull();
      }),
    );
  });
});
