import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Inference } from '../../engine/inference/index.ts';
import { resample } from '../../engine/media/index.ts';
import { trimAndLevel } from './loudness.ts';
import { readWav, writeWav } from './wav-file.ts';

const run = promisify(execFile);
const lineRateHz = 8000;

/** The caller's voice: another one than the agent's. */
export interface CallerVoice {
  readonly name: string;
  /** Mono, 8 kHz unless made otherwise, without silence before or after, at the level of a telephone. */
  speak(text: string): Promise<Int16Array>;
  /** Whether the text was spoken before, so that no model is needed. */
  keeps(text: string): boolean;
}

type Synthesise = (text: string) => Promise<{ readonly samples: Int16Array; readonly sampleRateHz: number }>;

/** Voice of the catalogue, made by the model in the caller's own inference process. */
export const modelVoice =
  (inference: Inference, voice: string): Synthesise =>
  (text) =>
    inference.synthesise({ text, voice }, { priority: 'live', timeoutMs: 60_000 });

/** The `espeak-ng` program: no model needed; a voice that recognisers find harder. */
export const espeakVoice: Synthesise = async (text) => {
  const folder = mkdtempSync(join(tmpdir(), 'voxbox-espeak-'));
  try {
    const file = join(folder, 'speech.wav');
    await run('espeak-ng', ['-v', 'en-us', '-s', '145', '-w', file, text], { timeout: 20_000 });
    const { channels, sampleRateHz } = readWav(file);
    return { samples: channels[0] ?? new Int16Array(0), sampleRateHz };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Keeps what was said before as WAV files, so that the same call is quick the second time. */
export function keptVoice(
  name: string,
  synthesise: Synthesise,
  cacheDir: string,
  rateHz = lineRateHz,
): CallerVoice {
  const making = new Map<string, Promise<Int16Array>>();
  const fileOf = (text: string): string => {
    const key = createHash('sha256')
      .update(`${name}${rateHz === lineRateHz ? '' : ` ${rateHz}`}\n${text}`)
      .digest('hex')
      .slice(0, 32);
    return join(cacheDir, `${key}.wav`);
  };
  const make = async (text: string): Promise<Int16Array> => {
    const file = fileOf(text);
    if (existsSync(file)) return readWav(file).channels[0] ?? new Int16Array(0);
    const { samples, sampleRateHz } = await synthesise(text);
    const ready = trimAndLevel(resample(samples, sampleRateHz, rateHz), rateHz);
    writeWav(file, ready, rateHz);
    return ready;
  };
  return {
    name,
    speak(text) {
      const known = making.get(text) ?? make(text);
      making.set(text, known);
      return known;
    },
    keeps: (text) => existsSync(fileOf(text)),
  };
}
