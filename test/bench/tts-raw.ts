import { readFileSync } from 'node:fs';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { planDevice } from '../../engine/inference/device.ts';
import { piperIds } from '../../engine/inference/engines/piper.ts';
import { startInference } from '../../engine/inference/index.ts';
import { phonemesOf } from '../../engine/inference/phonemes.ts';
import { modelFile } from '../../models/index.ts';
import { percentile } from '../caller/percentiles.ts';
import type { Bench, Figure } from './figure.ts';

const voice = 'piper-en-us-joe-medium';
const options = { priority: 'live', timeoutMs: 30_000 } as const;
const sentences = ['Sure.', 'What day and time would you like to come in?'];

interface PiperConfig {
  readonly audio: { readonly sample_rate: number };
  readonly inference: {
    readonly noise_scale: number;
    readonly length_scale: number;
    readonly noise_w: number;
  };
  readonly phoneme_id_map: Readonly<Record<string, readonly number[]>>;
}

/** The bare model: onnxruntime as a program of a few lines would use it. Audio length in seconds. */
async function openRaw(): Promise<(phonemes: string) => Promise<number>> {
  const { modelsDir } = loadConfig();
  const file = modelFile(modelsDir, voice, 'en_US-joe-medium.onnx');
  const config: PiperConfig = JSON.parse(readFileSync(`${file}.json`, 'utf8'));
  const { noise_scale, length_scale, noise_w } = config.inference;
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: planDevice().sessionThreads,
  });
  return async (phonemes) => {
    const ids = BigInt64Array.from(piperIds(phonemes, config.phoneme_id_map), BigInt);
    const { output } = await session.run({
      input: new Tensor('int64', ids, [1, ids.length]),
      input_lengths: new Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
      scales: new Tensor('float32', Float32Array.of(noise_scale, length_scale, noise_w), [3]),
    });
    return (output?.size ?? 0) / config.audio.sample_rate;
  };
}

const timed = async <T>(work: () => Promise<T>): Promise<{ ms: number; result: T }> => {
  const startMs = performance.now();
  const result = await work();
  return { ms: performance.now() - startMs, result };
};

const median = (values: readonly number[]): number => percentile(values, 50) ?? 0;

/**
 * Speech through client, socket, queue and thread beside the bare model in this process, turn about. The voice
 * draws its pace anew each time, so times are compared by the second of audio too.
 */
export const ttsRaw: Bench = async ({ quick }) => {
  const inference = await startInference({
    modelsDir: loadConfig().modelsDir,
    log: silentLog,
    uses: ['tts'],
  });
  const raw = await openRaw();
  const rounds = quick ? 6 : 40;
  try {
    const figures: Figure[] = [];
    for (const text of sentences) {
      const times = { ours: [] as number[], raw: [] as number[], phonemes: [] as number[] };
      const paces = { ours: [] as number[], raw: [] as number[] };
      for (let round = -2; round < rounds; round += 1) {
        const phonemes = await timed(() => phonemesOf(text, 'en-us'));
        const bare = await timed(() => raw(phonemes.result));
        const ours = await timed(() => inference.synthesise({ text, voice }, options));
        if (round < 0) continue; // both warm up
        times.phonemes.push(phonemes.ms);
        times.raw.push(phonemes.ms + bare.ms);
        times.ours.push(ours.ms);
        paces.raw.push((phonemes.ms + bare.ms) / bare.result);
        paces.ours.push(ours.ms / (ours.result.samples.length / ours.result.sampleRateHz));
      }
      const [own, bare] = [median(times.ours), median(times.raw)];
      const pace = `${median(paces.ours).toFixed(0)} ms a second of audio, raw ${median(paces.raw).toFixed(0)}`;
      figures.push({
        name: `first audio of "${text}"`,
        value: own,
        unit: 'ms',
        limit: bare * 1.1,
        note: `p50 of ${rounds}; raw ${bare} ms of which phonemes ${median(times.phonemes)} ms; ${pace}`,
      });
    }
    return figures;
  } finally {
    await inference.stop();
  }
};
