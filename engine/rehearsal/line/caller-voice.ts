import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listVoices } from '../../../models/index.ts';
import { VoxboxError } from '../../foundation/index.ts';
import type { Inference } from '../../inference/index.ts';
import { resample } from '../../media/index.ts';
import { levelled, readSoundFile, writeWav } from '../../speech/index.ts';

const lineRateHz = 8000;

/** A voice for the callers. */
export interface CallerVoice {
  readonly name: string;
  /** 8 kHz, mono, at the level of a telephone. @throws VoxboxError of the model */
  speak(text: string): Promise<Int16Array>;
}

interface Kind {
  readonly voice: string;
  readonly speed: number;
}

/** Two accents, both sexes; another engine than the agent's. */
const usual: readonly Kind[] = [
  'kokoro-af_heart',
  'kokoro-am_puck',
  'kokoro-bf_isabella',
  'kokoro-bm_george',
].map((voice) => ({ voice, speed: 1 }));
/** Where only the agent's own voice is there, at two speeds. */
const spare: readonly Kind[] = [0.9, 1.15].map((speed) => ({ voice: 'piper-en-us-joe-medium', speed }));

/**
 * The callers' voices, one after the other.
 *
 * @param options.wanted ids of the catalogue; those that suit where left out
 * @throws VoxboxError `model_missing` for a voice that is not there
 */
export async function openVoices(options: {
  readonly modelsDir: string;
  readonly inference: Pick<Inference, 'synthesise'>;
  readonly wanted?: readonly string[];
}): Promise<readonly CallerVoice[]> {
  const { modelsDir, inference, wanted } = options;
  const installed = new Set(
    (await listVoices(modelsDir)).filter((voice) => voice.installed).map(({ id }) => id),
  );
  const missing = wanted?.find((voice) => !installed.has(voice));
  if (missing !== undefined) throw new VoxboxError('model_missing', `the voice ${missing} is not installed`);
  const there = usual.filter(({ voice }) => installed.has(voice));
  const kinds = wanted?.map((voice) => ({ voice, speed: 1 })) ?? (there.length > 0 ? there : spare);
  const cacheDir = join(modelsDir, '..', 'caller-speech');
  return kinds.map((kind) => ({
    name: kind.voice,
    speak: (text) => spoken(text, kind, { inference, cacheDir }),
  }));
}

/** What was said once is kept: the same call is quick the next time. */
async function spoken(
  text: string,
  { voice, speed }: Kind,
  { inference, cacheDir }: { readonly inference: Pick<Inference, 'synthesise'>; readonly cacheDir: string },
): Promise<Int16Array> {
  const key = createHash('sha256').update(`${voice} ${speed}\n${text}`).digest('hex').slice(0, 32);
  const file = join(cacheDir, `${key}.wav`);
  if (existsSync(file)) return (await readSoundFile(await readFile(file))).samples;
  const made = await inference.synthesise({ text, voice, speed }, { priority: 'live', timeoutMs: 60_000 });
  const { samples, sampleRateHz } = levelled(made);
  const ready = resample(samples, sampleRateHz, lineRateHz);
  await mkdir(cacheDir, { recursive: true });
  const partial = `${file}.${process.pid}`;
  await writeFile(partial, writeWav({ samples: ready, sampleRateHz: lineRateHz }));
  await rename(partial, file);
  return ready;
}
