import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { startInference } from '../../engine/inference/index.ts';
import { resample } from '../../engine/media/index.ts';
import { percentile } from '../caller/percentiles.ts';
import type { Bench, Figure } from './figure.ts';

const voice = 'piper-en-us-joe-medium';
const options = { priority: 'live', timeoutMs: 30_000 } as const;
const longText =
  'I would like to book a cleaning on Tuesday at ten in the morning, if that is possible. My name is Sarah Miller and my number is four one five, five five five.';

/** The models one at a time, through the same client and process that calls use. */
export const models: Bench = async ({ quick }) => {
  const inference = await startInference({
    modelsDir: loadConfig().modelsDir,
    log: silentLog,
    uses: ['stt', 'tts', 'embedding', 'turn'],
  });
  const rounds = quick ? 5 : 30;
  const measure = async (work: () => Promise<unknown>): Promise<number | null> => {
    await work();
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const startMs = performance.now();
      await work();
      times.push(performance.now() - startMs);
    }
    return percentile(times, 50);
  };
  try {
    const speech = await inference.synthesise({ text: longText, voice }, options);
    const wide = resample(speech.samples, speech.sampleRateHz, 16_000);
    const floats = Float32Array.from(wide, (sample) => sample / 32768);
    const first = (seconds: number) => floats.slice(0, seconds * 16_000);
    const note = `p50 of ${rounds}`;
    // what a call has heard when the last decode begins
    const knownAt = new Map<number, readonly number[]>();
    for (const seconds of [3, 8]) {
      knownAt.set(seconds, (await inference.transcribe(first(seconds - 0.3), options)).tokens);
    }
    const known = (seconds: number) => knownAt.get(seconds) ?? [];
    const figures: Figure[] = [
      {
        name: 'STT of 3 s',
        value: await measure(() => inference.transcribe(first(3), { ...options, known: known(3) })),
        unit: 'ms',
        limit: 100,
        note: `${note}, all but the last 0.3 s decoded before`,
      },
      {
        name: 'STT of 8 s',
        value: await measure(() => inference.transcribe(first(8), { ...options, known: known(8) })),
        unit: 'ms',
        limit: 250,
        note: `${note}, all but the last 0.3 s decoded before`,
      },
      {
        name: 'STT of 8 s from nothing',
        value: await measure(() => inference.transcribe(first(8), options)),
        unit: 'ms',
        limit: null,
        note,
      },
      {
        name: 'TTS of "Sure."',
        value: await measure(() => inference.synthesise({ text: 'Sure.', voice }, options)),
        unit: 'ms',
        limit: 80,
        note: `${note}, first audio`,
      },
      {
        name: 'TTS of a question',
        value: await measure(() =>
          inference.synthesise({ text: 'What day and time would you like to come in?', voice }, options),
        ),
        unit: 'ms',
        limit: 250,
        note: `${note}, two seconds of speech`,
      },
      {
        name: 'embedding of a sentence',
        value: await measure(() => inference.embed(["I'd like to book a cleaning, please."], options)),
        unit: 'ms',
        limit: 25,
        note,
      },
      {
        name: 'end of turn',
        value: await measure(() => inference.endOfTurn(first(8), options)),
        unit: 'ms',
        limit: 120,
        note: `${note}, 8 s heard`,
      },
    ];
    return figures;
  } finally {
    await inference.stop();
  }
};
