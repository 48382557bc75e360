import type { Inference } from '../../inference/index.ts';
import type { SpeechEvent } from '../vad/tap.ts';

const sampleRateHz = 16000;
const samplesOf = (ms: number): number => (ms * sampleRateHz) / 1000;

/** Audio kept from before the VAD was sure, so that the first consonant is not lost. */
const preRollSamples = samplesOf(360);
/** A growing utterance is decoded again after this much new audio. */
const interimEverySamples = samplesOf(300);
/** Silence after which the decode is started that will be the final one if nothing more is said. */
const pauseSamples = samplesOf(96);
/** From here on the next pause ends the piece; the recogniser takes 30 s at most. */
const softLimitSamples = samplesOf(20_000);
const hardLimitSamples = samplesOf(28_000);

/** Below this the recogniser heard no words but noise (measured: pure noise 0.1, gibberish 0.6). */
const noiseConfidence = 0.35;

export interface Recognised {
  readonly text: string;
  readonly confidence: number;
  /** Time the model took for it. */
  readonly modelMs: number;
  /** Length of the audio it was read from. */
  readonly audioMs: number;
}

export interface ListenerOptions {
  readonly inference: Pick<Inference, 'transcribe'>;
  readonly onInterim: (recognised: Recognised) => void;
  readonly onFinal: (recognised: Recognised) => void;
  /** An ended utterance held no words: a noise, although interim texts may have been told. */
  readonly onNothing: () => void;
  /** An utterance that could not be decoded; it is lost. */
  readonly onError: (error: unknown) => void;
  readonly signal?: AbortSignal;
  /** A decode that takes longer is given up with `deadline_exceeded`. */
  readonly timeoutMs?: number;
}

/**
 * Turns VAD events into interim and final texts by decoding a growing utterance again and again. At most
 * one decode runs at a time; interim ones are skipped while it does. Finals come in the order of speech.
 */
export class UtteranceListener {
  readonly #options: ListenerOptions;
  #preRoll: Float32Array[] = [];
  #open: Utterance | null = null;
  /** Ended utterances that wait for their final text, oldest first. */
  #ended: Utterance[] = [];
  #busy = false;
  #settledWaiters: (() => void)[] = [];

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  hear(event: SpeechEvent): void {
    if (event.kind === 'started') this.#start();
    else if (event.kind === 'ended') this.#end();
    else this.#window(event.samples, event.voiced);
    this.#pump();
  }

  /** Resolves when no ended utterance waits for its text any more. */
  settled(): Promise<void> {
    if (this.#ended.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#settledWaiters.push(resolve));
  }

  #start(): void {
    this.#open ??= new Utterance(this.#preRoll);
    this.#preRoll = [];
  }

  #end(): void {
    if (!this.#open) return;
    this.#ended.push(this.#open);
    this.#open = null;
  }

  #window(samples: Float32Array, voiced: boolean): void {
    const open = this.#open;
    if (!open) {
      this.#preRoll.push(samples);
      let kept = this.#preRoll.reduce((sum, chunk) => sum + chunk.length, 0);
      while (kept > preRollSamples) kept -= this.#preRoll.shift()?.length ?? kept;
      return;
    }
    open.add(samples, voiced);
    const atPause = open.length > softLimitSamples && open.silence >= pauseSamples;
    if (atPause || open.length >= hardLimitSamples) {
      this.#ended.push(open);
      this.#open = new Utterance([]);
    }
  }

  #pump(): void {
    if (this.#busy) return;
    for (let first = this.#ended[0]; first?.done; first = this.#ended[0]) {
      this.#ended.shift();
      if (first.best && isSpeech(first.best)) this.#options.onFinal(first.best);
      else this.#options.onNothing();
    }
    if (this.#ended.length === 0) for (const resolve of this.#settledWaiters.splice(0)) resolve();
    const next = this.#ended[0] ?? (this.#open?.wantsDecode ? this.#open : null);
    if (next) void this.#decode(next);
  }

  async #decode(utterance: Utterance): Promise<void> {
    this.#busy = true;
    const samples = utterance.take();
    const audioMs = (samples.length / sampleRateHz) * 1000;
    try {
      const { text, confidence, modelMs } = await this.#options.inference.transcribe(samples.slice(), {
        priority: 'live',
        signal: this.#options.signal,
        timeoutMs: this.#options.timeoutMs ?? 5000,
      });
      const before = utterance.best?.text;
      const best = { text: text.trim(), confidence, modelMs, audioMs };
      utterance.understood(best, samples.length);
      if (utterance === this.#open && isSpeech(best) && best.text !== before) this.#options.onInterim(best);
    } catch (error) {
      // A lost interim is made up for by the next decode; a lost final is the caller's sentence.
      if (utterance !== this.#open && utterance.giveUp() && !this.#options.signal?.aborted) {
        this.#options.onError(error);
      }
    } finally {
      this.#busy = false;
      if (!this.#options.signal?.aborted) this.#pump();
    }
  }
}

const isSpeech = (recognised: Recognised): boolean =>
  recognised.confidence >= noiseConfidence && /[\p{L}\p{N}]/u.test(recognised.text);

class Utterance {
  #best: Recognised | null = null;
  #chunks: Float32Array[];
  #length: number;
  #voicedEnd: number;
  /** Length of the audio that the last decode was given, and of that which one has understood. */
  #tried = 0;
  #heard = 0;
  #givenUp = false;

  constructor(preRoll: readonly Float32Array[]) {
    this.#chunks = [...preRoll];
    this.#length = preRoll.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#voicedEnd = this.#length;
  }

  get best(): Recognised | null {
    return this.#best;
  }

  get length(): number {
    return this.#length;
  }

  get silence(): number {
    return this.#length - this.#voicedEnd;
  }

  /** True when everything that was said has its text, or never will. */
  get done(): boolean {
    return this.#heard >= this.#voicedEnd || this.#givenUp;
  }

  get wantsDecode(): boolean {
    if (this.#tried >= this.#voicedEnd) return false;
    return this.silence >= pauseSamples || this.#length - this.#tried >= interimEverySamples;
  }

  add(samples: Float32Array, voiced: boolean): void {
    this.#chunks.push(samples);
    this.#length += samples.length;
    if (voiced) this.#voicedEnd = this.#length;
  }

  /** The audio so far, for a decode that starts now. */
  take(): Float32Array {
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

  understood(best: Recognised, heardSamples: number): void {
    this.#best = best;
    this.#heard = heardSamples;
  }

  /** A decode failed after the end. @returns false when it had not been given everything: another may do */
  giveUp(): boolean {
    this.#givenUp = this.#tried >= this.#voicedEnd;
    if (this.#givenUp) this.#best = null;
    return this.#givenUp;
  }
}
