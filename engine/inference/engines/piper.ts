import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import { findModel, modelFile } from '../../../models/index.ts';
import { phonemesOf } from '../phonemes.ts';
import type { EngineStart } from './engine.ts';
import { openSession } from './session.ts';
import type { Voice } from './voice.ts';

const configSchema = z.object({
  audio: z.object({ sample_rate: z.number() }),
  espeak: z.object({ voice: z.string() }),
  inference: z.object({ noise_scale: z.number(), length_scale: z.number(), noise_w: z.number() }),
  phoneme_id_map: z.record(z.string(), z.array(z.number())),
});

type PhonemeIds = Readonly<Record<string, readonly number[]>>;

/** `^`, then every phoneme with a `_` after it, then `$`; letters and their accents apart (NFD). */
export function piperIds(phonemes: string, map: PhonemeIds): number[] {
  const pad = map._ ?? [];
  const ids = [...(map['^'] ?? []), ...pad];
  for (const phoneme of phonemes.normalize('NFD')) {
    const id = map[phoneme];
    if (id) ids.push(...id, ...pad);
  }
  ids.push(...(map.$ ?? []));
  return ids;
}

/** A Piper voice (VITS, Kim et al. 2021). */
export async function loadPiper({ modelsDir, modelId, ...start }: EngineStart): Promise<Voice> {
  const name = findModel(modelId).files.find((file) => file.name.endsWith('.onnx'))?.name ?? '';
  const text = await readFile(modelFile(modelsDir, modelId, `${name}.json`), 'utf8');
  const config = configSchema.parse(JSON.parse(text));
  const { session, device, deviceReason } = await openSession(modelFile(modelsDir, modelId, name), start);
  const { noise_scale, length_scale, noise_w } = config.inference;
  return {
    device,
    deviceReason,
    close: () => session.release(),
    sampleRateHz: config.audio.sample_rate,
    speak: async (sentence, speed) => {
      const phonemes = await phonemesOf(sentence, config.espeak.voice);
      const ids = BigInt64Array.from(piperIds(phonemes, config.phoneme_id_map), BigInt);
      const output = await session.run({
        input: new Tensor('int64', ids, [1, ids.length]),
        input_lengths: new Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
        scales: new Tensor('float32', Float32Array.of(noise_scale, length_scale / speed, noise_w), [3]),
      });
      const audio = output.output?.data;
      if (!(audio instanceof Float32Array)) throw new Error('the voice gave no audio');
      return audio;
    },
  };
}
