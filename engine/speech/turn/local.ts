import type { llm, VADEvent } from '@livekit/agents';
import type { Clock, Log } from '../../foundation/index.ts';
import type { Inference } from '../../inference/index.ts';
import { readVadEvent, type SpeechEvent } from '../vad/tap.ts';
import type { Expecting } from './expecting.ts';
import { judgeEndOfTurn, patienceMs } from './judge.ts';

const sampleRateHz = 16000;
/** The model hears the last 8 s. */
const longestSamples = 8 * sampleRateHz;
/** Audio from before the VAD was sure. */
const preRollSamples = 0.36 * sampleRateHz;
/** Silence after which the model is asked ahead of need. */
const pauseSamples = 0.096 * sampleRateHz;
/** What is assumed when the model does not answer: the words decide. */
const undecided = 0.5;

export interface LocalTurnDetectorOptions {
  readonly inference: Pick<Inference, 'endOfTurn'>;
  readonly expecting: () => Expecting;
  /** Resolves when the recogniser has told every text it still owes. */
  readonly settled: () => Promise<void>;
  /** The last final text that the recogniser told, '' when none in this turn. */
  readonly lastFinal: () => string;
  readonly vadThreshold: number;
  /** Total silence that ends a turn when everything says it has ended. */
  readonly shortestMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * End of turn by sound, words and what is waited for, in the shape that LiveKit asks for. It answers only
 * when the silence has lasted as long as its doubt demands, so the session may commit at once.
 */
export class LocalTurnDetector {
  readonly model = 'end-of-turn';
  readonly provider = 'voxbox';
  readonly #options: LocalTurnDetectorOptions;
  #chunks: Float32Array[] = [];
  #kept = 0;
  #speaking = false;
  #silentSamples = 0;
  #lastVoicedMs = 0;
  /** The model's answer for the pause that lasts; null while somebody speaks. */
  #asked: Promise<number> | null = null;
  #wake: (() => void)[] = [];

  constructor(options: LocalTurnDetectorOptions) {
    this.#options = options;
  }

  unlikelyThreshold = async (): Promise<number | undefined> => 0.5;
  supportsLanguage = async (): Promise<boolean> => true;

  hear(event: VADEvent): void {
    const heard = readVadEvent(event, this.#options.vadThreshold);
    if (heard) this.#hear(heard);
  }

  /** The turn was committed: what follows belongs to the next. */
  turnCommitted(): void {
    this.#chunks = [];
    this.#kept = 0;
    this.#asked = null;
  }

  /** 1 when the turn has ended, 0 when it has not (somebody speaks again, or more text is on its way). */
  async predictEndOfTurn(chatCtx: llm.ChatContext): Promise<number> {
    const silentForMs = () => Math.round(this.#options.clock.monotonicMs() - this.#lastVoicedMs);
    const calledMs = silentForMs();
    await Promise.race([this.#options.settled(), this.#newSpeech()]);
    if (this.#speaking) return 0;
    const text = lastWords(chatCtx);
    if (!text.endsWith(this.#options.lastFinal())) return 0;
    const expecting = this.#options.expecting();
    const probability = await Promise.race([this.#asked ?? this.#ask(), this.#newSpeech(() => 0)]);
    if (this.#speaking) return 0;
    const judged = judgeEndOfTurn({ probability, expecting, text });
    const patience = patienceMs({
      probability: judged.probability,
      expecting,
      shortestMs: this.#options.shortestMs,
    });
    const decidedMs = silentForMs();
    this.#options.log.debug(
      { probability, judged: judged.probability, patienceMs: patience, calledMs, decidedMs },
      'end of turn judged',
    );
    return this.#pause(patience - decidedMs);
  }

  #hear(event: SpeechEvent): void {
    if (event.kind === 'started') {
      this.#speaking = true;
      this.#asked = null;
      for (const wake of this.#wake.splice(0)) wake();
    } else if (event.kind === 'ended') {
      this.#speaking = false;
    } else {
      this.#keep(event.samples);
      if (event.voiced) {
        this.#lastVoicedMs = this.#options.clock.monotonicMs();
        this.#silentSamples = 0;
        this.#asked = null;
      } else if (this.#speaking) {
        this.#silentSamples += event.samples.length;
        if (this.#silentSamples >= pauseSamples) this.#asked ??= this.#ask();
      }
    }
  }

  #keep(samples: Float32Array): void {
    this.#chunks.push(samples);
    this.#kept += samples.length;
    // Between turns only a run-up is kept; within one, as much as the model hears.
    const limit = this.#speaking || this.#asked ? longestSamples : preRollSamples;
    while (this.#kept - (this.#chunks[0]?.length ?? 0) >= limit)
      this.#kept -= this.#chunks.shift()?.length ?? 0;
  }

  async #ask(): Promise<number> {
    const samples = new Float32Array(this.#kept);
    let at = 0;
    for (const chunk of this.#chunks) {
      samples.set(chunk, at);
      at += chunk.length;
    }
    try {
      const answer = await this.#options.inference.endOfTurn(samples, { priority: 'live', timeoutMs: 1000 });
      return answer.probability;
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the end-of-turn model did not answer');
      return undecided;
    }
  }

  /** Waits, unless somebody speaks again. */
  async #pause(ms: number): Promise<number> {
    if (ms <= 0) return 1;
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<number>((resolve) => {
      timer = setTimeout(resolve, ms, 1);
    });
    const result = await Promise.race([waited, this.#newSpeech(() => 0)]);
    clearTimeout(timer);
    return result;
  }

  #newSpeech(): Promise<void>;
  #newSpeech<T>(value: () => T): Promise<T>;
  #newSpeech(value?: () => unknown): Promise<unknown> {
    return new Promise((resolve) => this.#wake.push(() => resolve(value?.())));
  }
}

function lastWords(chatCtx: llm.ChatContext): string {
  const last = chatCtx.items.at(-1);
  return last?.type === 'message' && last.role === 'user' ? (last.textContent ?? '') : '';
}
