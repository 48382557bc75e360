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

const kokoro = (style: string): Person => ({ voice: `kokoro-${style}`, size: 1, speed: 1 });
const joe = (size: number, speed: number): Person => ({ voice: 'piper-en-us-joe-medium', size, speed });
const espeak = (voice: string, speed: number): Person => ({ voice: `espeak-${voice}`, size: 1, speed });

/**
 * Nobody speaks in both halves: of the agent's own voice, which is quick to make, no size does. Voices that are
 * not on a machine are left out there. What the classifier of sounds learns from is many voices, espeak's
 * robots among them; turns are a person's.
 */
const people = {
  test: ['af_heart', 'am_fenrir', 'bf_emma', 'bm_george', 'af_bella'].map(kokoro),
  training: ['am_michael', 'af_sarah', 'am_puck', 'bf_isabella'].map(kokoro),
} as const;

/** Who speaks where those of above are not on the machine, or would take too long. */
const standIns = {
  test: [joe(0.86, 1.05), joe(1.18, 1.1)],
  training: [joe(1.12, 1), joe(0.92, 1.1), joe(1.24, 0.95), joe(1.36, 1.15)],
} as const;

const persons: Readonly<Record<Half, Readonly<Record<'turns' | 'sounds', readonly Person[]>>>> = {
  test: { turns: people.test, sounds: people.test },
  training: {
    turns: people.training,
    sounds: [...people.training, ...standIns.training, ...[espeak('en-us+f3', 1), espeak('en-gb+m3', 1.1)]],
  },
};

export interface Speaker extends CallerVoice {
  /** Takes seconds for each of its sentences, where the others take tenths. */
  readonly slow: boolean;
  /** Speaks only what nobody else can. */
  readonly standIn: boolean;
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
  const own = persons[half][of];
  const all = [...new Set([...own, ...standIns[half]])];
  const here = all.filter(({ voice }) => voice.startsWith('espeak-') || has(voice));
  return here.map((person) => {
    const { voice, size, speed } = person;
    const synthesise = async (text: string) => {
      if (voice.startsWith('espeak-')) return runEspeak(voice.slice('espeak-'.length), text, speed);
      const made = await inference.synthesise(
        { text, voice, speed: speed / size },
        { priority: 'summary', timeoutMs: 120_000 },
      );
      // Rates in steps of 80 Hz: every pair that the resampler is asked for stays small.
      return { samples: made.samples, sampleRateHz: Math.round((made.sampleRateHz * size) / 80) * 80 };
    };
    const slow = voice.startsWith('kokoro-');
    return {
      ...keptVoice(`${voice} size ${size} speed ${speed}`, synthesise, cacheDir),
      slow,
      standIn: !own.includes(person),
    };
  });
}

async function runEspeak(voice: string, text: string, speed: number) {
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
