import { join } from 'node:path';
import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { type Inference, startInference, type Transcription } from '../../engine/inference/index.ts';
import { decodePcmu, encodePcmu, resample } from '../../engine/media/index.ts';
import { JitterBuffer } from '../../engine/media/jitter-buffer.ts';
import { rms } from '../caller/loudness.ts';
import { percentile } from '../caller/percentiles.ts';
import { espeakVoice, keptVoice, modelVoice } from '../caller/voice.ts';
import { wordErrors, wordsOf } from '../caller/word-errors.ts';
import { callerSentences } from './caller-sentences.ts';
import type { Bench, Figure } from './figure.ts';

const wideHz = 16_000;
const lineHz = 8_000;
const frameSamples = lineHz / 50;
/** How often a growing utterance is decoded while it is spoken: half as often as in a call, for the sake of time. */
const interimSamples = 0.6 * wideHz;
const options = { priority: 'live', timeoutMs: 60_000 } as const;
/** Other voices than the agent's: three of another engine, and one that recognisers find hard. */
const modelVoices = ['kokoro-af_heart', 'kokoro-am_michael', 'kokoro-bf_emma'];

/** The same numbers in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

const floats = (samples: Int16Array): Float32Array => Float32Array.from(samples, (sample) => sample / 32_768);

/** There and back over G.711; `lost` says which packets do not arrive. */
function overLine(wide: Int16Array, lost: () => boolean): Int16Array {
  const narrow = resample(wide, wideHz, lineHz);
  const buffer = new JitterBuffer(
    { sampleRateHz: lineHz, rtpClockHz: lineHz },
    {
      decode: ({ payload }) => decodePcmu(payload),
      conceal: () => null,
      noise: (samples) => new Int16Array(samples),
    },
  );
  const heard: Int16Array[] = [];
  const packets = Math.ceil(narrow.length / frameSamples);
  // 200 ms more than was sent: what waits in the buffer comes out too
  for (let index = 0; index < packets + 10; index += 1) {
    if (index < packets && !(index > 0 && lost())) {
      const frame = new Int16Array(frameSamples);
      frame.set(narrow.subarray(index * frameSamples, (index + 1) * frameSamples));
      buffer.push({
        ...{ ssrc: 1, sequence: index, timestamp: index * frameSamples, arrivalMs: index * 20 },
        ...{ kind: 'audio', lengthSamples: frameSamples, payload: encodePcmu(frame), payloadType: 0 },
      });
    }
    heard.push(buffer.pull());
  }
  return resample(Int16Array.from(heard.flatMap((frame) => [...frame])), lineHz, wideHz);
}

/** White noise so much below the voice. */
function withNoise(
  wide: Int16Array,
  { belowDb, random }: { belowDb: number; random: () => number },
): Int16Array {
  const level = rms(wide) * 10 ** (-belowDb / 20);
  // uniform noise of that root mean square
  const width = level * Math.sqrt(12);
  return wide.map((sample) => Math.max(-32_768, Math.min(32_767, sample + (random() - 0.5) * width)));
}

const conditions: Readonly<Record<string, (wide: Int16Array, random: () => number) => Int16Array>> = {
  clean: (wide) => wide,
  'G.711': (wide) => overLine(wide, () => false),
  'G.711, 1 % lost': (wide, random) => overLine(wide, () => random() < 0.01),
  'G.711, noise 15 dB below': (wide, random) =>
    overLine(withNoise(wide, { belowDb: 15, random }), () => false),
};

/** As in a call: decoded again and again while it grows, each time with what was heard before. */
async function whileSpoken(inference: Inference, samples: Float32Array): Promise<Transcription> {
  let known: readonly number[] = [];
  for (let length = interimSamples; length < samples.length; length += interimSamples) {
    known = (await inference.transcribe(samples.slice(0, length), { ...options, known })).tokens;
  }
  return await inference.transcribe(samples, { ...options, known });
}

interface Tally {
  streamed: number;
  offline: number;
  words: number;
  readonly streamedMs: number[];
  readonly offlineMs: number[];
}

/** Words heard wrong while they are spoken, beside the same model on the whole sentence, in one run. */
export const sttWer: Bench = async ({ quick, tell }) => {
  const { modelsDir } = loadConfig();
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['stt', 'tts'] });
  const cacheDir = join(modelsDir, '..', 'caller-speech');
  const voices = [
    ...modelVoices.map((voice) => keptVoice(voice, modelVoice(inference, voice), cacheDir, wideHz)),
    keptVoice('espeak-ng en-us', espeakVoice, cacheDir, wideHz),
  ];
  const sentences = callerSentences.slice(0, quick ? 8 : undefined);
  try {
    const figures: Figure[] = [];
    for (const [condition, change] of Object.entries(conditions)) {
      const tally: Tally = { streamed: 0, offline: 0, words: 0, streamedMs: [], offlineMs: [] };
      const random = seeded(7);
      for (const [index, sentence] of sentences.entries()) {
        const voice = voices[index % voices.length];
        const spoken = (await voice?.speak(sentence)) ?? new Int16Array(0);
        const samples = floats(change(spoken, random));
        const streamed = await whileSpoken(inference, samples);
        const offline = await inference.transcribe(samples, options);
        tally.streamed += wordErrors(sentence, streamed.text);
        tally.offline += wordErrors(sentence, offline.text);
        tally.words += wordsOf(sentence).length;
        tally.streamedMs.push(streamed.modelMs);
        tally.offlineMs.push(offline.modelMs);
        if (streamed.text !== offline.text) tell(`  ${condition}: "${streamed.text}" / "${offline.text}"`);
      }
      const found = figuresOf(condition, sentences.length, tally);
      for (const { name, value, note } of found) tell(`  ${name}: ${value?.toFixed(1)} (${note})`);
      figures.push(...found);
    }
    return figures;
  } finally {
    await inference.stop();
  }
};

function figuresOf(condition: string, sentences: number, tally: Tally): Figure[] {
  const { words } = tally;
  const [streamed, offline] = [(100 * tally.streamed) / words, (100 * tally.offline) / words];
  const [streamedMs, offlineMs] = [
    percentile(tally.streamedMs, 50) ?? 0,
    percentile(tally.offlineMs, 50) ?? 0,
  ];
  const over = `${sentences} sentences, ${words} words, 4 voices`;
  return [
    {
      name: `words heard wrong while spoken, ${condition}`,
      value: streamed,
      unit: '%',
      // half a per cent is two words: which of two near tokens wins
      limit: offline + 0.5,
      note: `${over}; ${offline.toFixed(1)} % on the whole sentence`,
    },
    {
      name: `final decode, ${condition}`,
      value: streamedMs,
      unit: 'ms',
      limit: offlineMs * 0.6,
      note: `p50, ${(streamedMs / offlineMs).toFixed(2)} of a decode from nothing (${offlineMs} ms)`,
    },
  ];
}
