import { readFile } from 'node:fs/promises';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { modelFile, verifyModels } from '../../../models/index.ts';
import type { LoadedModel, Transcription } from '../contract.ts';
import type { Engine, EngineStart } from './engine.ts';
import { openSession } from './session.ts';

const sampleRateHz = 16_000;
const startToken = 1;
const endToken = 2;
/** Speech rarely makes more tokens than this; a model that rambles over noise makes many more. */
const tokensPerSecond = 6.5;
/** Room for short utterances, where the rate alone would cut a number or a spelt name. */
const spareTokens = 6;
/** Shorter input than this does not get through the model's convolutions. */
const leastSamples = 3_200;

/**
 * The vocabulary: each token's length (one byte up to 127, else two: low seven bits with the top bit
 * set, then the high ones), then its bytes.
 */
export function readTokens(bytes: Uint8Array): Uint8Array[] {
  const tokens: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    let length = bytes[at] ?? 0;
    at += 1;
    if (length >= 128) {
      length = length - 128 + (bytes[at] ?? 0) * 128;
      at += 1;
    }
    tokens.push(bytes.subarray(at, at + length));
    at += length;
  }
  return tokens;
}

/** Most tokens that an utterance may have. */
export const tokenLimit = (samples: number): number =>
  Math.ceil((samples / sampleRateHz) * tokensPerSecond) + spareTokens;

/** The most probable token of one row of logits, and its probability (softmax). */
export function bestToken(logits: Float32Array): Best {
  const { length } = logits;
  let token = 0;
  let top = logits[0] as number;
  for (let i = 1; i < length; i += 1) {
    const logit = logits[i] as number;
    if (logit > top) {
      top = logit;
      token = i;
    }
  }
  // terms under e^-20 cannot be seen in the sum
  const least = top - 20;
  let sum = 0;
  for (let i = 0; i < length; i += 1) {
    const logit = logits[i] as number;
    if (logit > least) sum += Math.exp(logit - top);
  }
  return { token, probability: 1 / sum };
}

/** Tokens that are guessed at once after a guess was wrong: each costs a tenth of a step of its own. */
const carefulGuess = 6;
/** How far words may have moved, and how many may be new. */
const shiftTokens = 4;

/** What is still guessed to come, and how much of that the next step is asked about. */
export interface Guess {
  readonly rest: readonly number[];
  /** Left out of the question: a word that `token` stands for. */
  readonly skip: number;
  readonly width: number;
  /** Words in a row that were not among those expected next. */
  readonly missed: number;
}

/** Goes on after the step that was right `accepted` times and then gave `token`, which was not asked about. */
export function guessOn({ rest, skip, missed }: Guess, accepted: number, token: number): Guess {
  const left = accepted > 0 ? rest.slice(skip + accepted) : rest;
  const moved = left.slice(0, shiftTokens).indexOf(token);
  if (moved >= 0) {
    const after = left.slice(moved + 1);
    return { rest: after, skip: 0, width: moved === 0 ? after.length : carefulGuess, missed: 0 };
  }
  if (accepted > 0 || missed === 0) return { rest: left, skip: 1, width: carefulGuess, missed: 1 };
  // wrong twice: nothing is asked any more until a word is heard again that was expected
  return { rest: missed < shiftTokens ? left : left.slice(1), skip: 0, width: 0, missed: missed + 1 };
}

/**
 * Where the best token is less probable than this, another one may win when several tokens are read at once: the
 * decoder's 8-bit arithmetic rounds by the whole step (measured: every token that differed was below 0.57).
 */
const sureProbability = 0.6;

interface Best {
  readonly token: number;
  readonly probability: number;
}

/**
 * One step of a decoder.
 *
 * @param position how many tokens it has read before and keeps; what it read beyond is forgotten
 * @returns what it holds most probable behind each of `tokens`, by their place among them
 */
export type DecoderStep = (tokens: readonly number[], position: number) => Promise<(at: number) => Best>;

/**
 * Greedy decoding that is offered a guess: one step judges all of it, and what differs is decoded from there on
 * (speculative decoding, Leviathan et al. 2023). A token that is in doubt is asked for again by itself, and so is
 * the first, whose numbers are so large that the others' would be lost beside them.
 *
 * @returns the tokens and the sum of their probabilities
 */
export async function decodeGreedily(
  step: DecoderStep,
  options: { readonly guess: readonly number[]; readonly limit: number; readonly signal: AbortSignal },
): Promise<{ said: number[]; probability: number }> {
  const said: number[] = [];
  let guess: Guess = { rest: options.guess, skip: 0, width: options.guess.length, missed: 0 };
  let probability = 0;
  let next = startToken;
  let isAlone = true;
  for (;;) {
    options.signal.throwIfAborted();
    const asked: readonly number[] = isAlone ? [] : guess.rest.slice(guess.skip, guess.skip + guess.width);
    const bestAfter = await step([next, ...asked], said.length);
    for (let at = 0; ; at += 1) {
      const best = bestAfter(at);
      isAlone = asked.length > 0 && best.probability < sureProbability;
      if (isAlone) {
        next = asked[at - 1] ?? next;
        if (at > 0) guess = { ...guess, rest: guess.rest.slice(guess.skip + at), skip: 0 };
        break;
      }
      if (best.token === endToken) return { said, probability };
      said.push(best.token);
      probability += best.probability;
      if (said.length >= options.limit) return { said, probability };
      if (best.token === asked[at]) continue;
      next = best.token;
      guess = guessOn(guess, at, next);
      break;
    }
  }
}

/** The first `kept` positions of a cache of shape [1, heads, positions, headSize]. */
export function firstPositions(cache: Tensor, kept: number): Tensor {
  const [, count = 0, positions = 0, size = 0] = cache.dims;
  if (positions === kept) return cache;
  const all = cache.data as Float32Array;
  const part = new Float32Array(count * kept * size);
  for (let head = 0; head < count; head += 1) {
    const from = head * positions * size;
    part.set(all.subarray(from, from + kept * size), head * kept * size);
  }
  return new Tensor('float32', part, [1, count, kept, size]);
}

/** Moonshine (Jeffries et al. 2024): encoder over the raw waveform, decoder with a key-value cache. */
class Moonshine {
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;
  readonly #tokens: readonly Uint8Array[];
  readonly #emptyPast: Past;
  readonly #grownOutputs: readonly string[];

  constructor(encoder: InferenceSession, decoder: InferenceSession, tokens: readonly Uint8Array[]) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#tokens = tokens;
    this.#emptyPast = emptyPastOf(decoder);
    this.#grownOutputs = decoder.outputNames.filter((name) => !name.includes('.encoder.'));
  }

  async transcribe(
    samples: Float32Array,
    known: readonly number[],
    signal: AbortSignal,
  ): Promise<Transcription> {
    const startedMs = performance.now();
    if (samples.length === 0) return { text: '', tokens: [], confidence: 0, modelMs: 0 };
    const hidden = await this.#encode(samples);
    signal.throwIfAborted();
    const limit = tokenLimit(samples.length);
    const foreign = known.some((token) => this.#tokens[token] === undefined);
    const { said, probability } = await decodeGreedily(this.#stepsOver(hidden), {
      guess: foreign ? [] : known.slice(0, limit - 1),
      limit,
      signal,
    });
    return {
      text: this.#text(said),
      tokens: said,
      confidence: said.length > 0 ? probability / said.length : 0,
      modelMs: performance.now() - startedMs,
    };
  }

  async #encode(samples: Float32Array): Promise<Tensor> {
    let heard = samples;
    if (samples.length < leastSamples) {
      heard = new Float32Array(leastSamples);
      heard.set(samples);
    }
    const encoded = await this.#encoder.run({
      input_values: new Tensor('float32', heard, [1, heard.length]),
      attention_mask: ones(heard.length),
    });
    const hidden = encoded.last_hidden_state;
    if (!hidden) throw new Error('the encoder gave no hidden state');
    return hidden;
  }

  #stepsOver(hidden: Tensor): DecoderStep {
    // The graph takes every 384th place of the mask: a longer one fails from 9.2 s of audio on. Nothing is masked.
    const mask = ones(1);
    let past = this.#emptyPast;
    let output: Outputs = {};
    return async (tokens, position) => {
      // The start token may come again as a word: the position tells whether the cache is filled.
      if (position > 0) past = nextPast(output, { past, position });
      output = await this.#step(tokens, { hidden, mask, past, cached: position > 0 });
      const logits = output.logits?.data;
      if (!(logits instanceof Float32Array)) throw new Error('the decoder gave no logits');
      const size = logits.length / tokens.length;
      return (at) => bestToken(logits.subarray(at * size, (at + 1) * size));
    };
  }

  async #step(
    tokens: readonly number[],
    state: { readonly hidden: Tensor; readonly mask: Tensor; readonly past: Past; readonly cached: boolean },
  ): Promise<Outputs> {
    const feeds = {
      input_ids: new Tensor('int64', BigInt64Array.from(tokens, BigInt), [1, tokens.length]),
      encoder_hidden_states: state.hidden,
      encoder_attention_mask: state.mask,
      use_cache_branch: new Tensor('bool', [state.cached], [1]),
      ...state.past,
    };
    // the encoder's part of the cache is computed once: asking for it again would copy megabytes
    return await this.#decoder.run(feeds, state.cached ? this.#grownOutputs : this.#decoder.outputNames);
  }

  #text(tokens: readonly number[]): string {
    const bytes = Buffer.concat(tokens.map((token) => this.#tokens[token] ?? new Uint8Array()));
    return bytes.toString('utf8').replaceAll('\u2581', ' ').trim();
  }
}

const ones = (length: number): Tensor => new Tensor('int64', new BigInt64Array(length).fill(1n), [1, length]);

type Past = Readonly<Record<string, Tensor>>;
type Outputs = Readonly<Record<string, Tensor>>;

/** A cache in which nothing is, in the shape that the decoder takes. */
const emptyPastOf = (decoder: InferenceSession): Past =>
  Object.fromEntries(
    decoder.inputMetadata.flatMap((input) => {
      if (!input.isTensor || !input.name.startsWith('past_key_values.')) return [];
      const [, heads, , size] = input.shape;
      if (typeof heads !== 'number' || typeof size !== 'number')
        throw new Error(`${input.name} has no fixed size`);
      return [[input.name, new Tensor('float32', new Float32Array(0), [1, heads, 0, size])]];
    }),
  );

/** The encoder's part of the cache comes with the first step and stays; the decoder's grows by what is true. */
const nextPast = (
  output: Outputs,
  { past, position }: { readonly past: Past; readonly position: number },
): Past =>
  Object.fromEntries(
    Object.entries(past).map(([key, before]) => {
      const present = output[key.replace('past_key_values', 'present')];
      // not asked for again: it is there already
      if (!present && key.includes('.encoder.')) return [key, before];
      if (!present) throw new Error(`the decoder gave no ${key}`);
      return [key, key.includes('.encoder.') ? present : firstPositions(present, position)];
    }),
  );

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadMoonshine({ modelsDir, modelId, ...start }: EngineStart): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const file = (name: string) => modelFile(modelsDir, modelId, name);
  const encoder = await openSession(file('encoder_model.ort'), start);
  const decoder = await openSession(file('decoder_model_merged.ort'), start);
  const tokens = readTokens(await readFile(file('tokenizer.bin')));
  const moonshine = new Moonshine(encoder.session, decoder.session, tokens);
  const { signal } = new AbortController();
  const warmUp = Float32Array.from({ length: sampleRateHz }, (_, i) => Math.sin(i / 8) / 20);
  await moonshine.transcribe(warmUp, [], signal);
  const { device, deviceReason } = encoder;
  const loadMs = performance.now() - startedMs;
  const loaded: LoadedModel = { id: modelId, use: 'stt', device, deviceReason, loadMs };
  return {
    models: () => [loaded],
    run: async (work, { signal: withdrawn }) => {
      if (work.kind !== 'transcribe') throw new TypeError(`recognition cannot ${work.kind}`);
      return await moonshine.transcribe(work.samples, work.known, withdrawn);
    },
    close: async () => {
      await encoder.session.release();
      await decoder.session.release();
    },
  };
}
