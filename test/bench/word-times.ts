import { join } from 'node:path';
import { loadConfig } from '../../engine/foundation/index.ts';
import { decodePcmu, encodePcmu, levelDbfs, voicedStretches } from '../../engine/media/index.ts';
import { type Span, wordTimes } from '../../renderer/src/word-times.ts';
import { percentile } from '../caller/percentiles.ts';
import { type CallerVoice, espeakVoice, keptVoice } from '../caller/voice.ts';
import { callerSentences } from './caller-sentences.ts';
import type { Bench, Figure } from './figure.ts';

const rateHz = 8000;
const frameSamples = rateHz / 50;
/** Right enough to read along, and to find a word again. */
const wellMs = 200;
/** Before and after the turn nobody speaks. */
const aroundMs = 1000;
/** The VAD tells a turn's beginning and end up to so much off, either way. */
const turnOffMs = 100;

/** The same numbers in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

interface Spoken {
  readonly text: string;
  readonly turn: Span;
  readonly samples: Int16Array;
  /** By index of the word, where it is known: of the first in a piece. */
  readonly begins: ReadonlyMap<number, number>;
}

/**
 * A turn of some sentences, spoken in pieces of two to four words, so that it is known where a piece begins. They follow
 * each other closely; at marks, and elsewhere as often as `pausesElsewhere` says, with a pause between.
 */
async function speak(
  sentences: readonly string[],
  {
    voice,
    random,
    pausesElsewhere,
  }: { readonly voice: CallerVoice; readonly random: () => number; readonly pausesElsewhere: number },
): Promise<Spoken> {
  const words = sentences.join(' ').split(' ');
  const begins = new Map<number, number>();
  const pieces: Int16Array[] = [];
  let atMs = 0;
  const add = (piece: Int16Array): void => {
    pieces.push(piece);
    atMs += (piece.length / rateHz) * 1000;
  };
  const silence = (ms: number): void => add(new Int16Array(Math.round((ms * rateHz) / 1000)));
  silence(aroundMs);
  for (let first = 0; first < words.length; ) {
    const piece = words.slice(first, first + 2 + Math.floor(random() * 3));
    const marked = piece.findIndex((word) => /[.,?!]$/.test(word));
    if (marked >= 0) piece.length = marked + 1;
    begins.set(first, atMs);
    add(await voice.speak(piece.join(' ')));
    first += piece.length;
    if (marked >= 0) silence(150 + random() * 850);
    else if (random() < pausesElsewhere) silence(250 + random() * 900);
    else silence(random() * 30);
  }
  const [fromMs, toMs] = [aroundMs, atMs].map((ms) => ms + (random() - 0.5) * 2 * turnOffMs);
  silence(aroundMs);
  // About −55 dBFS of noise, as a quiet line has it.
  const line = Int16Array.from(pieces.flatMap((piece) => [...piece])).map(
    (sample) => sample + (random() - 0.5) * 200,
  );
  const turn = { fromMs: fromMs ?? 0, toMs: toMs ?? 0 };
  return { text: words.join(' '), turn, samples: decodePcmu(encodePcmu(line)), begins };
}

function voicedOf(samples: Int16Array): readonly Span[] {
  const levels: number[] = [];
  for (let at = 0; at < samples.length; at += frameSamples) {
    levels.push(levelDbfs(samples.subarray(at, at + frameSamples)));
  }
  return voicedStretches(levels, 20);
}

/** The plainest way: each letter, and each space, has the same share of the turn. */
function byLetters(text: string, { fromMs, toMs }: Span): readonly Pick<Span, 'fromMs'>[] {
  return [...text.matchAll(/\S+/g)].map(({ index }) => ({
    fromMs: fromMs + ((toMs - fromMs) * index) / (text.length + 1),
  }));
}

const speakers = {
  'pauses at marks': 0,
  'pauses anywhere': 0.1,
} as const;

/** How far off words of a recording are marked, beside a share of the turn by letters, in one run. */
export const wordTimesOff: Bench = async ({ quick }) => {
  const voice = keptVoice(
    'espeak-ng en-us',
    espeakVoice,
    join(loadConfig().modelsDir, '..', 'caller-speech'),
    rateHz,
  );
  const turns = quick ? 20 : 100;
  const figures: Figure[] = [];
  for (const [name, pausesElsewhere] of Object.entries(speakers)) {
    const random = seeded(7);
    const off = { heard: [] as number[], letters: [] as number[] };
    for (let i = 0; i < turns; i += 1) {
      const sentences = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
        const any = callerSentences[Math.floor(random() * callerSentences.length)];
        return any ?? '';
      });
      const { text, turn, samples, begins } = await speak(sentences, { voice, random, pausesElsewhere });
      const heard = wordTimes(text, turn, voicedOf(samples));
      const letters = byLetters(text, turn);
      for (const [word, atMs] of begins) {
        off.heard.push(Math.abs((heard[word]?.fromMs ?? 0) - atMs));
        off.letters.push(Math.abs((letters[word]?.fromMs ?? 0) - atMs));
      }
    }
    figures.push(
      ...figuresOf(name, `${turns} turns, ${off.heard.length} words whose beginning is known`, off),
    );
  }
  return figures;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const wellShare = (values: readonly number[]): number =>
  (100 * values.filter((value) => value <= wellMs).length) / values.length;

function figuresOf(
  name: string,
  over: string,
  { heard, letters }: { readonly heard: readonly number[]; readonly letters: readonly number[] },
): readonly Figure[] {
  const p95 = percentile(letters, 95) ?? 0;
  return [
    {
      ...{ name: `words marked off, ${name}, mean`, unit: 'ms', limit: wellMs },
      value: mean(heard),
      note: `${over}; ${mean(letters).toFixed(0)} ms by letters alone`,
    },
    {
      ...{ name: `words marked off, ${name}, p95`, unit: 'ms', limit: null },
      value: percentile(heard, 95),
      note: `${p95.toFixed(0)} ms by letters alone`,
    },
    {
      ...{ name: `words within ${wellMs} ms, ${name}`, unit: '%', limit: null },
      value: wellShare(heard),
      note: `${wellShare(letters).toFixed(0)} % by letters alone`,
    },
  ];
}
