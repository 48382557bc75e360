import { isVoxboxError, VoxboxError } from '../../foundation/index.ts';
import type { Recognised, SttProvider, UtteranceDecoder } from '../ports.ts';
import { type ConnectionListener, DeepgramConnection, type DeepgramResult } from './deepgram-connection.ts';

export interface DeepgramOptions {
  readonly key: string | null;
  readonly baseUrl?: string | null;
  readonly model?: string | null;
  readonly connectMs?: number;
  readonly keepAliveMs?: number;
}

export const deepgramUsual = { model: 'nova-3', baseUrl: 'https://api.deepgram.com' } as const;

const samplesPerMs = 16;
/** Silence after which Deepgram is asked for the words so far. */
const pauseSamples = 96 * samplesPerMs;
/** A result that ends so much before the last sound still holds all of the words. */
const toleranceSamples = 100 * samplesPerMs;

type Utterance = Parameters<SttProvider['open']>[0];

/** One call's ear at Deepgram: one connection, kept between utterances; only speech is sent. */
export function createDeepgramStt(options: DeepgramOptions): SttProvider {
  return new DeepgramStt(options);
}

class DeepgramStt implements SttProvider {
  readonly name = 'deepgram';
  readonly #options: DeepgramOptions;
  #connection: DeepgramConnection | null = null;
  #closed = false;

  constructor(options: DeepgramOptions) {
    this.#options = options;
  }

  warm(language: string): void {
    // What is wrong is told when the first utterance comes.
    if (!this.#closed) this.#connect(language);
  }

  open(utterance: Utterance): UtteranceDecoder {
    const connection = this.#closed ? null : this.#connect(utterance.language);
    const gone = new VoxboxError('aborted', 'the call has ended');
    return new DeepgramDecoder(utterance, isVoxboxError(connection) ? connection : (connection ?? gone));
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
    this.#connection = null;
  }

  /** The connection there is, or a new one after one that has failed. */
  #connect(language: string): DeepgramConnection | VoxboxError {
    if (this.#connection?.failure === null) return this.#connection;
    const { key, baseUrl, model, connectMs = 3000, keepAliveMs = 4000 } = this.#options;
    const service = { name: 'Deepgram', baseUrl: baseUrl ?? deepgramUsual.baseUrl, key };
    try {
      this.#connection = new DeepgramConnection({
        ...{ service, model: model ?? deepgramUsual.model, language, connectMs, keepAliveMs },
      });
      return this.#connection;
    } catch (error) {
      if (isVoxboxError(error)) return error;
      return new VoxboxError('provider_request_refused', 'Deepgram: no connection to that address', {
        cause: error,
      });
    }
  }
}

interface Segment {
  readonly text: string;
  readonly confidence: number;
}

class DeepgramDecoder implements UtteranceDecoder, ConnectionListener {
  readonly #utterance: Utterance;
  readonly #connection: DeepgramConnection | null;
  readonly #from: number;
  readonly #text = Promise.withResolvers<Recognised>();
  #finals: Segment[] = [];
  #interim: Segment | null = null;
  /** All in samples since the connection began. */
  #to: number;
  #voicedEnd: number;
  #covered: number;
  /** Where Deepgram was asked for the words, and when. */
  #askedAt = -1;
  #askedAtMs = 0;
  #told = '';
  #ended = false;
  #over = false;

  constructor(utterance: Utterance, connection: DeepgramConnection | VoxboxError) {
    this.#utterance = utterance;
    this.#connection = isVoxboxError(connection) ? null : connection;
    this.#from = this.#connection?.position ?? 0;
    this.#to = this.#from;
    this.#voicedEnd = this.#from;
    this.#covered = this.#from;
    this.#text.promise.catch(() => {}); // who closes it need not have asked
    if (isVoxboxError(connection)) this.failed(connection);
    else connection.listen(this);
  }

  get settled(): Recognised | null {
    // Words that became final in the midst of speech are not all of them, even if they end with the last sound.
    const asked = this.#askedAt >= this.#voicedEnd;
    return asked && this.#covered >= this.#voicedEnd ? this.#recognised() : null;
  }

  push(samples: Float32Array, voiced: boolean): void {
    if (this.#over || !this.#connection) return;
    this.#to = this.#connection.sendAudio(samples);
    if (voiced) this.#voicedEnd = this.#to;
    else if (this.#to - this.#voicedEnd >= pauseSamples) this.#ask();
  }

  end(): Promise<Recognised> {
    this.#ended = true;
    if (this.settled) this.#text.resolve(this.settled);
    else this.#ask();
    return this.#text.promise;
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connection?.leave(this);
    this.#text.reject(new VoxboxError('aborted', 'the text is not wanted any more'));
  }

  failed(error: unknown): void {
    if (this.#over) return;
    this.#text.reject(error);
    this.#utterance.onError(error);
    this.close();
  }

  result(result: DeepgramResult): boolean {
    // What is left of an utterance before this one ends before this one begins.
    if (this.#over || result.to <= this.#from) return false;
    const { text, confidence } = result;
    if (!result.isFinal) {
      this.#interim = { text, confidence };
      this.#tellInterim();
      return true;
    }
    this.#interim = null;
    if (text) this.#finals.push({ text, confidence });
    const wasSettled = this.settled !== null;
    this.#covered = Math.max(this.#covered, result.to + toleranceSamples);
    if (result.fromFinalize && result.to + toleranceSamples >= this.#askedAt) {
      this.#covered = Math.max(this.#covered, this.#askedAt);
    }
    this.#tellInterim();
    const { settled } = this;
    if (settled && this.#ended) this.#text.resolve(settled);
    else if (settled && !wasSettled) this.#utterance.onSettled(settled);
    return true;
  }

  /** Once for all that has been said so far. */
  #ask(): void {
    if (this.#over || this.#askedAt >= this.#voicedEnd) return;
    this.#askedAt = this.#to;
    this.#askedAtMs = performance.now();
    this.#connection?.finalize();
  }

  #tellInterim(): void {
    const recognised = this.#recognised();
    if (this.#ended || recognised.text === this.#told) return;
    this.#told = recognised.text;
    this.#utterance.onInterim(recognised);
  }

  #recognised(): Recognised {
    const segments = this.#interim?.text ? [...this.#finals, this.#interim] : this.#finals;
    const letters = segments.reduce((sum, { text }) => sum + text.length, 0);
    const weighed = segments.reduce((sum, { text, confidence }) => sum + text.length * confidence, 0);
    return {
      text: segments.map(({ text }) => text).join(' '),
      confidence: letters > 0 ? weighed / letters : 0,
      modelMs: this.#askedAtMs > 0 ? performance.now() - this.#askedAtMs : 0,
      audioMs: (this.#to - this.#from) / samplesPerMs,
      provider: 'deepgram',
    };
  }
}
