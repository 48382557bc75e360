import { VoxboxError } from '../../foundation/index.ts';
import type { Inference } from '../../inference/index.ts';
import type { Recognised, SttProvider, UtteranceDecoder } from '../ports.ts';

const samplesPerMs = 16;
/** Less than this, with its run-up, holds no word that could be told. */
const shortestSamples = 500 * samplesPerMs;
/** A growing utterance is decoded again after this much new audio … */
const interimEverySamples = 300 * samplesPerMs;
/** … sooner in its first second, when the words decide whether the agent stops talking … */
const earlyEverySamples = 150 * samplesPerMs;
const earlySamples = 1360 * samplesPerMs;
/** … and so many times what the last decode took, so that the model is seldom busy when the caller pauses. */
const restFactor = 3;
/** Silence after which the decode is started that will be the final one if nothing more is said. */
const pauseSamples = 64 * samplesPerMs;
/** A decode that takes longer is given up: the recogniser asks somebody else long before. */
const longestDecodeMs = 5000;

type Utterance = Parameters<SttProvider['open']>[0];

/** One call's ear over the inference worker. At most one decode of the call is under way at a time. */
export function createLocalStt(options: { readonly inference: Pick<Inference, 'transcribe'> }): SttProvider {
  return new LocalStt(options.inference);
}

class LocalStt implements SttProvider {
  readonly name = 'local';
  readonly #inference: Pick<Inference, 'transcribe'>;
  /** Those that are not closed, oldest first: an ended one waits for no younger one. */
  readonly #decoders = new Set<LocalDecoder>();
  #busy = false;

  constructor(inference: Pick<Inference, 'transcribe'>) {
    this.#inference = inference;
  }

  open(utterance: Utterance): UtteranceDecoder {
    const decoder: LocalDecoder = new LocalDecoder(utterance, {
      changed: () => this.#pump(),
      closed: () => this.#decoders.delete(decoder),
    });
    this.#decoders.add(decoder);
    return decoder;
  }

  close(): void {
    for (const decoder of this.#decoders) decoder.close();
  }

  #pump(): void {
    if (this.#busy) return;
    for (const decoder of this.#decoders) {
      if (!decoder.wantsDecode) continue;
      this.#busy = true;
      void decoder.decode(this.#inference).finally(() => {
        this.#busy = false;
        this.#pump();
      });
      return;
    }
  }
}

/** Decodes a growing utterance again and again; interim decodes are skipped while one is under way. */
class LocalDecoder implements UtteranceDecoder {
  readonly #utterance: Utterance;
  readonly #provider: { readonly changed: () => void; readonly closed: () => void };
  readonly #closing = new AbortController();
  readonly #text = Promise.withResolvers<Recognised>();
  #chunks: Float32Array[] = [];
  #length = 0;
  #voicedEnd = 0;
  /** Length of the audio that the last decode was given, and of that which one has understood. */
  #tried = 0;
  #heard = 0;
  /** The same of those that listened for what is expected. */
  #triedListening = 0;
  #heardListening = 0;
  #best: Recognised | null = null;
  #tokens: readonly number[] = [];
  /** Ends the interim decode that is under way; null while none is. */
  #interim: AbortController | null = null;
  #listening = false;
  #ended = false;

  constructor(utterance: Utterance, provider: { changed: () => void; closed: () => void }) {
    this.#utterance = utterance;
    this.#provider = provider;
    this.#text.promise.catch(() => {}); // who closes it need not have asked
  }

  get settled(): Recognised | null {
    const heard = this.#utterance.expected ? this.#heardListening : this.#heard;
    return heard >= this.#voicedEnd ? this.#best : null;
  }

  get wantsDecode(): boolean {
    if (this.#closing.signal.aborted) return false;
    if (this.#ended) return this.settled === null;
    const tried = this.#pauses && this.#utterance.expected ? this.#triedListening : this.#tried;
    if (tried >= this.#voicedEnd) return false;
    if (this.#pauses) return true;
    const everySamples = this.#length < earlySamples ? earlyEverySamples : interimEverySamples;
    const restSamples = Math.max(everySamples, restFactor * (this.#best?.modelMs ?? 0) * samplesPerMs);
    return this.#length >= shortestSamples && this.#length - this.#tried >= restSamples;
  }

  get #pauses(): boolean {
    return this.#length - this.#voicedEnd >= pauseSamples;
  }

  push(samples: Float32Array, voiced: boolean): void {
    this.#chunks.push(samples);
    this.#length += samples.length;
    if (voiced) {
      this.#voicedEnd = this.#length;
      if (this.#listening) this.#interim?.abort();
    }
    // An interim text is not worth waiting for when the final one may be had.
    else if (this.#pauses && this.#tried < this.#voicedEnd) this.#interim?.abort();
    this.#provider.changed();
  }

  end(): Promise<Recognised> {
    this.#ended = true;
    if (this.settled) this.#text.resolve(this.settled);
    else this.#provider.changed();
    return this.#text.promise;
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    const withdrawn = new VoxboxError('aborted', 'the text is not wanted any more');
    this.#closing.abort(withdrawn);
    this.#text.reject(withdrawn);
    this.#provider.closed();
  }

  async decode(inference: Pick<Inference, 'transcribe'>): Promise<void> {
    const samples = this.#take();
    const interim = new AbortController();
    const mayBeLast = this.#pauses || this.#ended;
    const expected = mayBeLast ? this.#utterance.expected : null;
    // One that listens for something takes long: it is given up like an interim one when the caller goes on.
    this.#interim = mayBeLast && (this.#ended || !expected) ? null : interim;
    this.#listening = Boolean(expected);
    if (expected) this.#triedListening = samples.length;
    const signal = AbortSignal.any([this.#closing.signal, interim.signal]);
    try {
      const { text, tokens, confidence, alternatives, modelMs } = await inference.transcribe(samples, {
        priority: 'live',
        signal,
        timeoutMs: longestDecodeMs,
        known: this.#tokens,
        ...(expected ? { expected } : {}),
      });
      if (signal.aborted) return;
      this.#tokens = tokens;
      const audioMs = samples.length / samplesPerMs;
      if (expected) this.#heardListening = samples.length;
      this.#understood(
        { text: text.trim(), confidence, alternatives, modelMs, audioMs, provider: 'local' },
        samples.length,
      );
    } catch (error) {
      // A lost interim is made up for by the next decode; a lost final is the caller's sentence.
      if (!this.#ended || samples.length < this.#voicedEnd || signal.aborted) return;
      this.#utterance.onError(error);
      this.#text.reject(error);
      this.close();
    }
  }

  #understood(recognised: Recognised, heard: number): void {
    const before = this.#best?.text;
    this.#best = recognised;
    this.#heard = heard;
    if (this.#ended) {
      if (this.settled) this.#text.resolve(this.settled);
      return;
    }
    if (recognised.text !== before) this.#utterance.onInterim(recognised);
    if (this.settled) this.#utterance.onSettled(this.settled);
  }

  /** The audio so far, for a decode that starts now. */
  #take(): Float32Array {
    const all = new Float32Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [all];
    this.#tried = this.#length;
    return all;
  }
}
