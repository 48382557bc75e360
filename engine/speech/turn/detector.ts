import type { Clock, Log } from '../../foundation/index.ts';
import type { Inference } from '../../inference/index.ts';
import type { SpeechEvent } from '../ports.ts';
import { type Vad, windowMs } from '../vad/vad.ts';
import type { Expecting } from './expecting.ts';
import { asksForSentence, judgeEndOfTurn, patienceMs, questions, type WaitLimits } from './judge.ts';
import type { SaidSoFar } from './sentence-shape.ts';

const sampleRateHz = 16_000;
/** The model hears the last 8 s. */
const longestSamples = 8 * sampleRateHz;
/** Audio from before the VAD was sure. */
const preRollSamples = 0.36 * sampleRateHz;
/** Silence after which the model is asked ahead of need. */
const pauseSamples = 0.096 * sampleRateHz;
/** What is assumed when the model does not answer: the words decide. */
const undecided = 0.5;
const modelTimeoutMs = 600;
/** A language model that is busy with an answer for somebody else is not waited for longer. */
const sentenceTimeoutMs = 250;
/** A VAD that hears a voice for longer than this beyond its lag hears something that the leg does not. */
const longestExcessMs = 5 * windowMs;
/** The recogniser may take this long after the speech has ended before the agent says something. */
const overdueMs = 700;
/** Between the decision and the first packet of a ready answer: the decision falls this much before it is due. */
const leadMs = 8;

export interface EndOfTurnOptions {
  readonly inference: Pick<Inference, 'endOfTurn' | 'completeness'>;
  readonly expecting: () => Expecting;
  /** The caller's words in this turn so far, '' when there are none. */
  readonly words: () => string;
  /** Resolves when the recogniser has told every text it still owes. */
  readonly settled: () => Promise<void>;
  /** Arrival of the last voiced packet, as the leg hears it; null when none came. */
  readonly lastVoicedInMs: () => number | null;
  readonly vad: Pick<Vad, 'lagMs'>;
  readonly limits: WaitLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** The caller has finished. */
  readonly onEnd: () => void;
  /** The caller has been silent for a while, and what they said is still not known. */
  readonly onOverdue: () => void;
}

/** A silence of the caller's, until they speak again. */
interface Pause {
  readonly over: Promise<void>;
  readonly end: () => void;
  isOver: boolean;
}

/** Tells when the caller has finished: by sound, words and what is waited for. One instance a call. */
export class EndOfTurnDetector {
  readonly #options: EndOfTurnOptions;
  #chunks: Float32Array[] = [];
  #kept = 0;
  #speaking = false;
  #silentSamples = 0;
  #lastVoicedMs = 0;
  /** Audio heard since the caller's voice last began. */
  #stretchSamples = 0;
  /** How often that was in this turn. */
  #stretches = 0;
  /** The model's answer for the pause that lasts; null while somebody speaks. */
  #asked: Promise<number> | null = null;
  #pause: Pause | null = null;

  constructor(options: EndOfTurnOptions) {
    this.#options = options;
  }

  hear(event: SpeechEvent): void {
    if (event.kind === 'started') {
      this.#speaking = true;
      this.#stretchSamples = 0;
      this.#stretches += 1;
      this.#asked = null;
      this.#endPause();
      // The question is read while the caller answers it.
      if (this.#options.words() === '')
        void this.#askOfSentence({ text: '', expecting: this.#options.expecting() });
    } else if (event.kind === 'ended') {
      this.#speaking = false;
      this.#endPause();
      const stretchMs = (this.#stretchSamples - this.#silentSamples) / (sampleRateHz / 1000);
      void this.#judge(this.#newPause(), stretchMs);
    } else this.#window(event.samples, event.voiced);
  }

  /** The turn was committed, or its words do not count: what follows belongs to the next. */
  turnOver(): void {
    this.#stretches = 0;
    this.#endPause();
    this.#chunks = [];
    this.#kept = 0;
    this.#asked = null;
  }

  /** Idempotent. */
  close(): void {
    this.turnOver();
  }

  #window(samples: Float32Array, voiced: boolean): void {
    this.#keep(samples);
    this.#stretchSamples += samples.length;
    if (voiced) {
      this.#lastVoicedMs = this.#voicedAt();
      this.#silentSamples = 0;
      this.#asked = null;
    } else if (this.#speaking) {
      this.#silentSamples += samples.length;
      if (this.#silentSamples >= pauseSamples) this.#asked ??= this.#ask();
    }
  }

  /**
   * When the voice that the VAD hears now was last there: its own lag is longer than need be, and its windows are
   * longer than a packet. On a line that is never quiet the leg knows nothing better than the VAD.
   */
  #voicedAt(): number {
    const { clock, lastVoicedInMs, vad } = this.#options;
    const nowMs = clock.monotonicMs();
    const packetMs = lastVoicedInMs();
    const isRecent = packetMs !== null && packetMs > nowMs - vad.lagMs - longestExcessMs;
    return isRecent ? Math.min(nowMs, packetMs + vad.lagMs) : nowMs;
  }

  #newPause(): Pause {
    const { promise, resolve } = Promise.withResolvers<void>();
    const pause: Pause = {
      over: promise,
      isOver: false,
      end() {
        pause.isOver = true;
        resolve();
      },
    };
    this.#pause = pause;
    return pause;
  }

  #endPause(): void {
    this.#pause?.end();
    this.#pause = null;
  }

  async #judge(pause: Pause, stretchMs: number): Promise<void> {
    const { words, settled, expecting, limits, clock, log, onEnd, onOverdue } = this.#options;
    const overdue = setTimeout(onOverdue, overdueMs);
    await Promise.race([settled(), pause.over]);
    clearTimeout(overdue);
    const text = words();
    if (pause.isOver || text === '') return;
    const said = { text, expecting: expecting() };
    const opinions = Promise.all([
      this.#asked ?? this.#ask(),
      asksForSentence(said) ? this.#askOfSentence(said) : null,
    ]);
    const [sound, sentence] = await Promise.race([opinions, pause.over.then(() => [0, null] as const)]);
    if (pause.isOver) return;
    const { probability } = judgeEndOfTurn({
      ...said,
      sound,
      sentence,
      stretchMs,
      stretches: this.#stretches,
    });
    const patience = patienceMs({ probability, expecting: said.expecting, limits });
    const silentMs = clock.monotonicMs() - this.#lastVoicedMs;
    log.debug(
      { sound, sentence, judged: probability, patienceMs: patience, silentMs: Math.round(silentMs) },
      'end of turn judged',
    );
    await this.#wait(patience - leadMs - silentMs, pause);
    if (!pause.isOver) onEnd();
  }

  async #wait(ms: number, pause: Pause): Promise<void> {
    if (ms <= 0) return;
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([waited, pause.over]);
    clearTimeout(timer);
  }

  #keep(samples: Float32Array): void {
    this.#chunks.push(samples);
    this.#kept += samples.length;
    // Between turns only a run-up is kept; within one, as much as the model hears.
    const limit = this.#speaking || this.#asked ? longestSamples : preRollSamples;
    while (this.#kept - (this.#chunks[0]?.length ?? 0) >= limit)
      this.#kept -= this.#chunks.shift()?.length ?? 0;
  }

  /** Null without an answer in time: a box whose language model is elsewhere goes by the rest. */
  async #askOfSentence({ text, expecting }: SaidSoFar): Promise<number | null> {
    const options = { priority: 'live', timeoutMs: sentenceTimeoutMs } as const;
    try {
      return (
        await this.#options.inference.completeness({ asked: questions[expecting], said: text }, options)
      ).probability;
    } catch (error) {
      this.#options.log.debug({ err: error }, 'the language model had no opinion in time');
      return null;
    }
  }

  async #ask(): Promise<number> {
    const samples = new Float32Array(this.#kept);
    let at = 0;
    for (const chunk of this.#chunks) {
      samples.set(chunk, at);
      at += chunk.length;
    }
    try {
      const options = { priority: 'live', timeoutMs: modelTimeoutMs } as const;
      return (await this.#options.inference.endOfTurn(samples, options)).probability;
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the end-of-turn model did not answer');
      return undecided;
    }
  }
}
