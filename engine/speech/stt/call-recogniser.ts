import type { CallRecogniser, RecogniserEvents, SpeechEvent } from '../ports.ts';
import { isSpeech, type SttCandidate, Utterance } from './utterance.ts';

const samplesPerMs = 16;
/** Audio kept from before the VAD was sure, so that the first consonant is not lost. */
const preRollSamples = 360 * samplesPerMs;
/**
 * From here on the next pause ends the piece: the local recogniser has learnt from short sentences, and the last
 * decode is waited for.
 */
const softLimitSamples = 9000 * samplesPerMs;
const hardLimitSamples = 20_000 * samplesPerMs;
const pauseSamples = 96 * samplesPerMs;

export interface CallRecogniserOptions {
  /** In the tenant's order; the call's own, closed with the recogniser. */
  readonly providers: readonly SttCandidate[];
  /** BCP 47. */
  readonly language: string;
  /** Ends it like `close`. */
  readonly signal: AbortSignal;
  readonly events: RecogniserEvents;
  /** How long after its end an utterance waits for its text before the next provider hears it too. */
  readonly dueMs?: number;
  /** How long after its end it waits for anybody; then it is lost. */
  readonly giveUpMs?: number;
}

/** Turns VAD events into texts, whoever decodes them: the next provider hears what the one before it lost. */
export function createCallRecogniser(options: CallRecogniserOptions): CallRecogniser {
  return new ChainedRecogniser(options);
}

class ChainedRecogniser implements CallRecogniser {
  readonly #options: CallRecogniserOptions;
  #preRoll: Float32Array[] = [];
  #open: Utterance | null = null;
  /** Ended utterances that wait for their text, oldest first. */
  #ended: Utterance[] = [];
  #waiters: (() => void)[] = [];
  #closed = false;

  constructor(options: CallRecogniserOptions) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.close(), { once: true });
    if (options.signal.aborted) this.close();
    else options.providers.find(({ health }) => health.admits())?.provider.warm?.(options.language);
  }

  hear(event: SpeechEvent): void {
    if (this.#closed) return;
    if (event.kind === 'started') this.#start();
    else if (event.kind === 'ended') this.#end();
    else this.#window(event.samples, event.voiced);
  }

  settled(): Promise<void> {
    if (this.#ended.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const utterance of [this.#open, ...this.#ended]) utterance?.close();
    this.#open = null;
    this.#ended = [];
    for (const { provider } of this.#options.providers) provider.close();
    this.#flush();
  }

  #start(): void {
    this.#open ??= this.#utterance(this.#preRoll);
    this.#preRoll = [];
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
    if (!atPause && open.length < hardLimitSamples) return;
    this.#end();
    this.#open = this.#utterance([]);
  }

  #end(): void {
    const ended = this.#open;
    this.#open = null;
    if (!ended) return;
    if (ended.hasVoice) {
      this.#ended.push(ended);
      ended.end();
    } else ended.close();
  }

  #utterance(preRoll: readonly Float32Array[]): Utterance {
    const { providers, language, signal, events, dueMs = 1200, giveUpMs = 4000 } = this.#options;
    const { onInterim, onStable, expected } = events;
    const onOutcome = (): void => this.#flush();
    return new Utterance(
      {
        ...{ providers, language, signal, dueMs, giveUpMs, onInterim, onStable, onOutcome },
        expected: expected?.() ?? null,
      },
      preRoll,
    );
  }

  /** Tells what is known, in the order of speech. */
  #flush(): void {
    for (let outcome = this.#ended[0]?.outcome; outcome; outcome = this.#ended[0]?.outcome) {
      this.#ended.shift();
      const { onFinal, onNothing, onError } = this.#options.events;
      if (outcome.kind === 'failed') onError(outcome.error);
      else if (isSpeech(outcome.recognised)) onFinal(outcome.recognised);
      else onNothing();
    }
    if (this.#ended.length === 0) for (const resolve of this.#waiters.splice(0)) resolve();
  }
}
