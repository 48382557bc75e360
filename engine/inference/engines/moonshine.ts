import { readFile } from 'node:fs/promises';
import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { modelFile, verifyModels } from '../../../models/index.ts';
import type { LoadedModel, Transcription } from '../contract.ts';
import type { Engine } from './engine.ts';
import { openSession } from './session.ts';

const modelId = 'moonshine-tiny-en';
const sampleRateHz = 16_000;
const startToken = 1;
const endToken = 2;
const layers = 6;
const heads = 8;
const headSize = 36;
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

/** The most probable token and its probability (softmax). */
export function bestToken(logits: Float32Array): { token: number; probability: number } {
  let token = 0;
  for (let i = 1; i < logits.length; i += 1) {
    if ((logits[i] as number) > (logits[token] as number)) token = i;
  }
  const top = logits[token] as number;
  let sum = 0;
  for (let i = 0; i < logits.length; i += 1) {
    const below = (logits[i] as number) - top;
    // terms under e^-20 cannot be seen in the sum
    if (below > -20) sum += Math.exp(below);
  }
  return { token, probability: 1 / sum };
}

/** Moonshine tiny (Jeffries et al. 2024): encoder over the raw waveform, decoder with a key-value cache. */
class Moonshine {
  readonly #encoder: InferenceSession;
  readonly #decoder: InferenceSession;
  readonly #tokens: readonly Uint8Array[];

  constructor(encoder: InferenceSession, decoder: InferenceSession, tokens: readonly Uint8Array[]) {
    this.#encoder = encoder;
    this.#decoder = decoder;
    this.#tokens = tokens;
  }

  async transcribe(samples: Float32Array, signal: AbortSignal): Promise<Transcription> {
    const startedMs = performance.now();
    if (samples.length === 0) return { text: '', confidence: 0, modelMs: 0 };
    let heard = samples;
    if (samples.length < leastSamples) {
      heard = new Float32Array(leastSamples);
      heard.set(samples);
    }
    const ones = (length: number) => new Tensor('int64', new BigInt64Array(length).fill(1n), [1, length]);
    const encoded = await this.#encoder.run({
      input_values: new Tensor('float32', heard, [1, heard.length]),
      attention_mask: ones(heard.length),
    });
    const hidden = encoded.last_hidden_state;
    if (!hidden) throw new Error('the encoder gave no hidden state');
    const mask = ones(hidden.dims[1] ?? 0);
    let past = emptyPast();
    const said: number[] = [];
    let confidence = 0;
    let next = startToken;
    for (const limit = tokenLimit(samples.length); said.length < limit; ) {
      signal.throwIfAborted();
      // The start token may come again as a word: what has been said tells whether the cache is filled.
      const cached = said.length > 0;
      const output = await this.#decoder.run({
        input_ids: new Tensor('int64', BigInt64Array.of(BigInt(next)), [1, 1]),
        encoder_hidden_states: hidden,
        encoder_attention_mask: mask,
        use_cache_branch: new Tensor('bool', [cached], [1]),
        ...past,
      });
      const logits = output.logits?.data;
      if (!(logits instanceof Float32Array)) throw new Error('the decoder gave no logits');
      const { token, probability } = bestToken(logits);
      if (token === endToken) break;
      said.push(token);
      confidence += probability;
      next = token;
      past = nextPast(output, past, cached);
    }
    return {
      text: this.#text(said),
      confidence: said.length > 0 ? confidence / said.length : 0,
      modelMs: performance.now() - startedMs,
    };
  }

  #text(tokens: readonly number[]): string {
    const bytes = Buffer.concat(tokens.map((token) => this.#tokens[token] ?? new Uint8Array()));
    return bytes.toString('utf8').replaceAll('\u2581', ' ').trim();
  }
}

type Past = Readonly<Record<string, Tensor>>;

const pastNames = Array.from({ length: layers }, (_, layer) =>
  ['decoder.key', 'decoder.value', 'encoder.key', 'encoder.value'].map((part) => `${layer}.${part}`),
).flat();

const emptyPast = (): Past =>
  Object.fromEntries(
    pastNames.map((name) => [
      `past_key_values.${name}`,
      new Tensor('float32', new Float32Array(0), [1, heads, 0, headSize]),
    ]),
  );

/** The encoder's part of the cache is computed by the first step and stays; the decoder's grows. */
const nextPast = (output: Readonly<Record<string, Tensor>>, past: Past, cached: boolean): Past =>
  Object.fromEntries(
    Object.keys(past).map((key) => {
      const keep = cached && key.includes('.encoder.');
      const present = keep ? past[key] : output[key.replace('past_key_values', 'present')];
      if (!present) throw new Error(`the decoder gave no ${key}`);
      return [key, present];
    }),
  );

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadMoonshine(modelsDir: string, threads: number): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const file = (name: string) => modelFile(modelsDir, modelId, name);
  const encoder = await openSession(file('encoder_model.ort'), threads);
  const decoder = await openSession(file('decoder_model_merged.ort'), threads);
  const moonshine = new Moonshine(encoder, decoder, readTokens(await readFile(file('tokenizer.bin'))));
  const warmUp = Float32Array.from({ length: sampleRateHz }, (_, i) => Math.sin(i / 8) / 20);
  await moonshine.transcribe(warmUp, new AbortController().signal);
  const loaded = { id: modelId, use: 'stt', device: 'cpu', loadMs: performance.now() - startedMs } as const;
  return {
    models: (): LoadedModel[] => [loaded],
    run: async (work, { signal }) => {
      if (work.kind !== 'transcribe') throw new TypeError(`recognition cannot ${work.kind}`);
      return await moonshine.transcribe(work.samples, signal);
    },
  };
}
