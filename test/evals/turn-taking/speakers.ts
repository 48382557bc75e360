import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Inference } from '../../../engine/inference/index.ts';
import { type CallerVoice, keptVoice } from '../../caller/voice.ts';
import { readWav } from '../../caller/wav-file.ts';

const run = promisify(execFile);

export type Half = 'test' | 'training';

/**
 * A person of the set: a voice of the catalogue, made larger or smaller. Audio played at another rate than it
 * was made moves pitch and formants together, as the length of a throat does; `speed` keeps the tempo apart.
 */
interface Person {
  readonly voice: string;
  /** Above 1: a shorter throat. */
  readonly size: number;
  readonly speed: number;
}

const heart: Person = { voice: 'kokoro-af_heart', size: 1, speed: 1 };
const michael: Person = { voice: 'kokoro-am_michael', size: 1, speed: 1 };
const joe = (size: number, speed: number): Person => ({ voice: 'piper-en-us-joe-medium', size, speed });

/**
 * Nobody speaks in both halves: of the agent's own voice, which is quick to make, no size does. Voices that are
 * not on a machine are left out there. What the classifier of sounds learns from is many voices, espeak's
 * robots among them; turns are a person's.
 */
const persons: Readonly<Record<Half, Readonly<Record<'turns' | 'sounds', readonly Person[]>>>> = {
  test: {
    turns: [heart, joe(0.86, 1.05), heart, joe(1.18, 1.1)],
    sounds: [heart, joe(0.86, 1.05), heart, joe(1.18, 1.1)],
  },
  training: {
    turns: [michael, joe(1.12, 1), joe(0.92, 1.1), michael, joe(1.24, 0.95), joe(1.36, 1.15)],
    sounds: [
      ...[joe(1.12, 1), joe(0.92, 1.1), { voice: 'espeak-en-us+f3', size: 1, speed: 1 }, joe(1.24, 0.95)],
      ...[{ voice: 'espeak-en-gb+m3', size: 1, speed: 1.1 }, joe(1.36, 1.15)],
    ],
  },
};

export interface Speaker extends CallerVoice {
  /** Takes seconds for each of its sentences, where the others take tenths. */
  readonly slow: boolean;
}

export function speakersOf(options: {
  readonly half: Half;
  readonly of: 'turns' | 'sounds';
  readonly inference: Inference;
  /** Whether a voice of the catalogue is on this machine. */
  readonly has: (voice: string) => boolean;
  readonly cacheDir: string;
}): readonly Speaker[] {
  const { half, of, inference, has, cacheDir } = options;
  const here = persons[half][of].filter(({ voice }) => voice.startsWith('espeak-') || has(voice));
  return here.map((person) => {
    const { voice, size, speed } = person;
    const synthesise = async (text: string) => {
      if (voice.startsWith('espeak-')) return espeak(voice.slice('espeak-'.length), text, speed);
      const made = await inference.synthesise(
        { text, voice, speed: speed / size },
        { priority: 'summary', timeoutMs: 120_000 },
      );
      // Rates in steps of 80 Hz: every pair that the resampler is asked for stays small.
      return { samples: made.samples, sampleRateHz: Math.round((made.sampleRateHz * size) / 80) * 80 };
    };
    const slow = voice.startsWith('kokoro-');
    return { ...keptVoice(`${voice} size ${size} speed ${speed}`, synthesise, cacheDir), slow };
  });
}

async function espeak(voice: string, text: string, speed: number) {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-espeak-'));
  try {
    const file = join(folder, 'speech.wav');
    await run('espeak-ng', ['-v', voice, '-s', String(Math.round(150 * speed)), '-w', file, text], {
      timeout: 20_000,
    });
    const { channels, sampleRateHz } = readWav(file);
    return { samples: channels[0] ?? new Int16Array(0), sampleRateHz };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
