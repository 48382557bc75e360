import { readFile } from 'node:fs/promises';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { modelFile, verifyModels } from '../../../models/index.ts';
import type { Expected, ExpectedOne, LoadedModel, Transcription } from '../contract.ts';
import type { Work } from '../messages.ts';
import { type BatchStep, searchBeam } from '../recognition/beam.ts';
import { decide, type Found } from '../recognition/decision.ts';
import { ExpectedGrammars } from '../recognition/expected-grammars.ts';
import { bestToken, type DecoderStep, decodeGreedily, nextTokens } from '../recognition/greedy.ts';
import { readNameBook } from '../recognition/name-book.ts';
import { readTokens, WordPieces } from '../recognition/word-pieces.ts';
import type { Engine, EngineStart } from './engine.ts';
import { openSession } from './session.ts';

const sampleRateHz = 16_000;
const startToken = 1;
const endToken = 2;
type TranscribeWork = Extract<Work, { kind: 'transcribe' }>;

/** Speech rarely makes more tokens than this; a model that rambles over noise makes many more. */
const tokensPerSecond = 6.5;
/** Room for short utterances, where the rate alone would cut a number or a spelt name. */
const spareTokens = 6;
/** All names take half a second to lay out: not while the box starts, nor while the first caller waits. */
const layOutAfterMs = 2_000;
/** A name spelt out takes a second to search for on an idle processor. */
const longestSearchMs = 2_000;
/** What is listened for is about as long as what was heard: "no" is not "no, sorry, wrong number". */
const leastShare = 0.5;
/** Shorter input than this does not get through the model's convolutions. */
const leastSamples = 3_200;

/** Most tokens that an utterance may have. */
export const tokenLimit = (samples: number): number =>
  Math.ceil((samples / sampleRateHz) * tokensPerSecond) + spareTokens;

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
  readonly #pieces: WordPieces;
  readonly #grammars: ExpectedGrammars;
  readonly #emptyPast: Past;
  readonly #grownOutputs: readonly string[];

  constructor(parts: {
    readonly encoder: InferenceSession;
    readonly decoder: InferenceSession;
    readonly pieces: WordPieces;
    readonly grammars: ExpectedGrammars;
  }) {
    this.#encoder = parts.encoder;
    this.#decoder = parts.decoder;
    this.#pieces = parts.pieces;
    this.#grammars = parts.grammars;
    this.#emptyPast = emptyPastOf(parts.decoder);
    this.#grownOutputs = parts.decoder.outputNames.filter((name) => !name.includes('.encoder.'));
  }

  async transcribe(
    samples: Float32Array,
    { known, expected }: Pick<TranscribeWork, 'known' | 'expected'>,
    signal: AbortSignal,
  ): Promise<Transcription> {
    const startedMs = performance.now();
    if (samples.length === 0) return { text: '', tokens: [], confidence: 0, alternatives: [], modelMs: 0 };
    const hidden = await this.#encode(samples);
    signal.throwIfAborted();
    const limit = tokenLimit(samples.length);
    const foreign = known.some((token) => !this.#pieces.has(token));
    const { said, probability, logProbability } = await decodeGreedily(this.#stepsOver(hidden), {
      ...{ start: startToken, end: endToken, limit, signal },
      guess: foreign ? [] : known.slice(0, limit - 1),
    });
    const free = {
      text: this.#pieces.text(said),
      confidence: said.length > 0 ? probability / said.length : 0,
      logProbability,
    };
    const decided = expected
      ? decide(free, await this.#listenFor(expected, { hidden, said, limit, signal }), expected)
      : { text: free.text, confidence: free.confidence, alternatives: [] };
    return { ...decided, tokens: said, modelMs: performance.now() - startedMs };
  }

  async #listenFor(
    expected: Expected,
    {
      hidden,
      said,
      limit,
      signal,
    }: {
      readonly hidden: Tensor;
      readonly said: readonly number[];
      readonly limit: number;
      readonly signal: AbortSignal;
    },
  ): Promise<readonly Found[]> {
    const grammar = this.#grammars.of(expected);
    const parts = expected.kind === 'any' ? expected.of : [expected];
    const kindOf = (tokens: readonly number[]): ExpectedOne['kind'] =>
      parts.find((part) => this.#grammars.of(part).accepts(tokens))?.kind ?? 'name';
    // Of names there are many that sound alike; a number or a phrase that was heard is no other.
    if (grammar.accepts(said) && kindOf(said) !== 'name') return [];
    const search = {
      ...{ grammar, start: startToken, end: endToken },
      // Digits are what a recogniser goes round in circles with: their count says nothing.
      least: parts.some(({ kind }) => kind === 'digits') ? 0 : Math.floor(said.length * leastShare),
      limit: limit + spareTokens,
    };
    const tooLong = AbortSignal.timeout(longestSearchMs);
    try {
      const found = await searchBeam(this.#batchesOver(hidden), {
        ...search,
        signal: AbortSignal.any([signal, tooLong]),
      });
      return found.map((hypothesis) => ({
        ...{ hypothesis, text: this.#pieces.text(hypothesis.tokens) },
        kind: kindOf(hypothesis.tokens),
      }));
    } catch (error) {
      // The free text is there, and the caller waits.
      if (tooLong.aborted && !signal.aborted) return [];
      throw error;
    }
  }

  async #encode(samples: Float32Array): Promise<Tensor> {
    let heard = samples;
    if (samples.length < leastSamples) {
      heard = new Float32Array(leastSamples);
      heard.set(samples);
    }
    const encoded = await this.#encoder.run({
      input_values: new Tensor('float32', heard, [1, heard.length]),
      attention_mask: ones(1, heard.length),
    });
    const hidden = encoded.last_hidden_state;
    if (!hidden) throw new Error('the encoder gave no hidden state');
    return hidden;
  }

  #stepsOver(hidden: Tensor): DecoderStep {
    let past = this.#emptyPast;
    let output: Outputs = {};
    return async (tokens, position) => {
      // The start token may come again as a word: the position tells whether the cache is filled.
      if (position > 0) past = nextPast(output, past, (present) => firstPositions(present, position));
      output = await this.#step([tokens], { hidden, past, cached: position > 0 });
      const logits = logitsOf(output);
      const size = logits.length / tokens.length;
      return (at) => bestToken(logits.subarray(at * size, (at + 1) * size));
    };
  }

  #batchesOver(hidden: Tensor): BatchStep {
    let past = this.#emptyPast;
    let hiddens = hidden;
    let output: Outputs | null = null;
    return async (from, tokens) => {
      // All texts come from one beginning: at first there is a single row of everything.
      if (output) past = nextPast(output, past, (present) => rowsOf(present, from));
      const count = from.length;
      if (hiddens.dims[0] !== count) {
        hiddens = rowsOf(
          hidden,
          Array.from({ length: count }, () => 0),
        );
        past = Object.fromEntries(
          Object.entries(past).map(([key, tensor]) =>
            key.includes('.encoder.')
              ? [
                  key,
                  rowsOf(
                    tensor,
                    Array.from({ length: count }, () => 0),
                  ),
                ]
              : [key, tensor],
          ),
        );
      }
      output = await this.#step(
        tokens.map((token) => [token]),
        { hidden: hiddens, past, cached: output !== null },
      );
      const logits = logitsOf(output);
      const size = logits.length / tokens.length;
      return tokens.map((_, i) => nextTokens(logits.subarray(i * size, (i + 1) * size)));
    };
  }

  /** @param texts the new tokens of each, as many for one as for the other */
  async #step(
    texts: readonly (readonly number[])[],
    state: { readonly hidden: Tensor; readonly past: Past; readonly cached: boolean },
  ): Promise<Outputs> {
    const tokens = BigInt64Array.from(texts.flat(), BigInt);
    const feeds = {
      input_ids: new Tensor('int64', tokens, [texts.length, tokens.length / texts.length]),
      encoder_hidden_states: state.hidden,
      // The graph takes every 384th place of the mask: a longer one fails from 9.2 s of audio on. Nothing is masked.
      encoder_attention_mask: ones(texts.length, 1),
      use_cache_branch: new Tensor('bool', [state.cached], [1]),
      ...state.past,
    };
    // the encoder's part of the cache is computed once: asking for it again would copy megabytes
    return await this.#decoder.run(feeds, state.cached ? this.#grownOutputs : this.#decoder.outputNames);
  }
}

const ones = (count: number, length: number): Tensor =>
  new Tensor('int64', new BigInt64Array(count * length).fill(1n), [count, length]);

function logitsOf(output: Outputs): Float32Array {
  const logits = output.logits?.data;
  if (!(logits instanceof Float32Array)) throw new Error('the decoder gave no logits');
  return logits;
}

type Past = Readonly<Record<string, Tensor>>;
type Outputs = Readonly<Record<string, Tensor>>;

/** These rows of a tensor, in this order; the same tensor where that changes nothing. */
function rowsOf(tensor: Tensor, rows: readonly number[]): Tensor {
  const [count = 0, ...shape] = tensor.dims;
  if (rows.length === count && rows.every((row, i) => row === i)) return tensor;
  const all = tensor.data as Float32Array;
  const size = all.length / count;
  const part = new Float32Array(size * rows.length);
  for (const [i, row] of rows.entries()) part.set(all.subarray(row * size, (row + 1) * size), i * size);
  return new Tensor('float32', part, [rows.length, ...shape]);
}

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

/** The encoder's part of the cache comes with the first step and stays; of the decoder's, what is true is `kept`. */
const nextPast = (output: Outputs, past: Past, kept: (present: Tensor) => Tensor): Past =>
  Object.fromEntries(
    Object.entries(past).map(([key, before]) => {
      const present = output[key.replace('past_key_values', 'present')];
      // not asked for again: it is there already
      if (!present && key.includes('.encoder.')) return [key, before];
      if (!present) throw new Error(`the decoder gave no ${key}`);
      return [key, key.includes('.encoder.') ? present : kept(present)];
    }),
  );

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadMoonshine({ modelsDir, modelId, ...start }: EngineStart): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const file = (name: string) => modelFile(modelsDir, modelId, name);
  const encoder = await openSession(file('encoder_model.ort'), start);
  const decoder = await openSession(file('decoder_model_merged.ort'), start);
  const pieces = new WordPieces(readTokens(await readFile(file('tokenizer.bin'))));
  const grammars = new ExpectedGrammars(pieces, await readNameBook());
  const moonshine = new Moonshine({ encoder: encoder.session, decoder: decoder.session, pieces, grammars });
  const { signal } = new AbortController();
  const warmUp = Float32Array.from({ length: sampleRateHz }, (_, i) => Math.sin(i / 8) / 20);
  await moonshine.transcribe(warmUp, { known: [], expected: null }, signal);
  const { device, deviceReason } = encoder;
  const laying = setTimeout(() => grammars.layOut(), layOutAfterMs);
  laying.unref();
  const loadMs = performance.now() - startedMs;
  const loaded: LoadedModel = { id: modelId, use: 'stt', device, deviceReason, loadMs };
  return {
    models: () => [loaded],
    run: async (work, { signal: withdrawn }) => {
      if (work.kind !== 'transcribe') throw new TypeError(`recognition cannot ${work.kind}`);
      return await moonshine.transcribe(work.samples, work, withdrawn);
    },
    close: async () => {
      clearTimeout(laying);
      await encoder.session.release();
      await decoder.session.release();
    },
  };
}
