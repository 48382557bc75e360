import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Expecting } from '../../../engine/agent/index.ts';
import { createHealthBook, systemClock, VoxboxError } from '../../../engine/foundation/index.ts';
import type { Inference, Transcription } from '../../../engine/inference/index.ts';
import type { CallRecogniser, SpeechEvent } from '../../../engine/speech/ports.ts';
import { createCallRecogniser } from '../../../engine/speech/stt/call-recogniser.ts';
import { createLocalStt } from '../../../engine/speech/stt/local.ts';
import { questions } from '../../../engine/speech/turn/judge.ts';
import { type Vad, windowMs, windowSamples } from '../../../engine/speech/vad/vad.ts';

/*
 * Hears a scene with the real VAD, listener, recogniser and end-of-turn model, in audio time: the clock is the
 * number of windows heard, and a model's answer arrives a fixed time after it was asked. What comes out says
 * when everything became known, and policies are judged on that.
 */

/** How long a model takes on the processor of the benchmarks' machine; fixed, so that figures repeat. */
export const latency = {
  sttMs: (audioMs: number): number => 20 + 0.045 * audioMs,
  turnMs: 90,
  wordsMs: 90,
} as const;

/** Silences, as the VAD counts them, after which the end-of-turn model is asked. */
export const askedAfterMs = [96, 192] as const;
/** The recogniser takes a silence of this length for a pause. */
const pauseMs = 64;

export interface HeardWindow {
  readonly probability: number;
  readonly voiced: boolean;
}

export interface HeardText {
  readonly atMs: number;
  /** All words since the beginning. */
  readonly text: string;
  /** The recogniser's, of the words that are new; 0–1. */
  readonly confidence: number;
  /** True when it covers everything voiced so far. */
  readonly settled: boolean;
}

export interface HeardTurn {
  /** The VAD hears a voice for so long after its last sound. */
  readonly vadLagMs: number;
  /** Window n ends at (n + 1) · 32 ms. */
  readonly windows: readonly HeardWindow[];
  /** When the VAD told the beginning and end of a stretch of speech. */
  readonly speech: readonly { readonly atMs: number; readonly speaking: boolean }[];
  readonly texts: readonly HeardText[];
  /** Answers of the end-of-turn model: for the pause after the last voiced window at `voicedMs`. */
  readonly answers: readonly {
    readonly voicedMs: number;
    readonly silenceMs: number;
    readonly atMs: number;
    readonly probability: number;
  }[];
  /** The language model's, of settled texts: whether the sentence could end there. */
  readonly sentences: readonly {
    readonly text: string;
    readonly atMs: number;
    readonly probability: number;
  }[];
}

const nothing = { text: '', confidence: 0 } as const;
const noText = (): never => {
  throw new VoxboxError('aborted', 'the next decode will tell it');
};

type Answers = Record<string, unknown>;

/** Keeps the answers of models by the sound they were given: the second run of the set needs no model. */
export class KeptAnswers {
  readonly #file: string;
  readonly #answers: Answers;
  #changed = false;

  constructor(file: string) {
    this.#file = file;
    this.#answers = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  }

  async get<T>(kind: string, asked: Float32Array | string, make: () => Promise<T>): Promise<T> {
    const bytes =
      typeof asked === 'string' ? asked : new Uint8Array(asked.buffer, asked.byteOffset, asked.byteLength);
    const key = `${kind} ${createHash('sha1').update(bytes).digest('base64url')}`;
    const known = this.#answers[key] as T | undefined;
    if (known !== undefined) return known;
    const made = await make();
    this.#answers[key] = made;
    this.#changed = true;
    return made;
  }

  save(): void {
    if (!this.#changed) return;
    mkdirSync(dirname(this.#file), { recursive: true });
    const partial = `${this.#file}.${process.pid}`;
    writeFileSync(partial, JSON.stringify(this.#answers));
    renameSync(partial, this.#file);
    this.#changed = false;
  }
}

export interface Hearing {
  readonly inference: Pick<Inference, 'transcribe' | 'endOfTurn' | 'completeness'>;
  readonly vad: Vad;
  readonly answers: KeptAnswers;
}

/** Answers are handed over when the audio has come so far. */
class AudioClock {
  nowMs = 0;
  #due: { atMs: number; tell: () => void }[] = [];
  readonly #underWay = new Set<Promise<unknown>>();

  /** The value of `work`, `delayMs` after now in audio time. */
  async later<T>(work: Promise<T>, delayMs: number): Promise<T> {
    const atMs = this.nowMs + delayMs;
    this.#underWay.add(work);
    const value = await work.finally(() => this.#underWay.delete(work));
    await new Promise<void>((tell) => this.#due.push({ atMs, tell }));
    return value;
  }

  async moveTo(ms: number): Promise<void> {
    for (;;) {
      await this.#quiet();
      this.#due.sort((a, b) => a.atMs - b.atMs);
      const next = this.#due[0];
      if (!next || next.atMs > ms) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.#due.shift()?.tell();
    }
    this.nowMs = ms;
  }

  /** Nothing is being computed, and everybody has had a turn to ask for more. */
  async #quiet(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#underWay.size > 0) {
      await Promise.allSettled(this.#underWay);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Everything that becomes known of one scene, and when. */
class Ear {
  readonly #samples: Float32Array;
  readonly #hearing: Hearing;
  readonly #expecting: Expecting | null;
  readonly #clock = new AudioClock();
  readonly #closing = new AbortController();
  readonly #recogniser: CallRecogniser;
  readonly #windows: HeardWindow[] = [];
  readonly #speech: { atMs: number; speaking: boolean }[] = [];
  readonly #texts: HeardText[] = [];
  readonly #answers: HeardTurn['answers'][number][] = [];
  readonly #sentences: HeardTurn['sentences'][number][] = [];
  #finals = '';
  #lastVoicedWindow = -1;

  constructor(samples: Float32Array, hearing: Hearing, expecting: Expecting | null) {
    this.#samples = samples;
    this.#hearing = hearing;
    this.#expecting = expecting;
    const inference = { transcribe: (audio: Float32Array) => this.#transcribe(audio) };
    const health = createHealthBook({ clock: systemClock }).of('local');
    this.#recogniser = createCallRecogniser({
      providers: [{ provider: createLocalStt({ inference }), health }],
      language: 'en-US',
      signal: this.#closing.signal,
      events: {
        onInterim: (words) => this.#tell(words, false),
        onStable: (words) => this.#tell(words, true),
        onFinal: ({ text, confidence }) => {
          this.#finals = `${this.#finals} ${text}`.trim();
          this.#tell({ text: '', confidence }, true);
        },
        onNothing: () => this.#tell(nothing, true),
        // What the model can make nothing of has no words.
        onError: () => this.#tell(nothing, true),
      },
    });
  }

  async hear(): Promise<HeardTurn> {
    let told: (() => void) | null = null;
    const stream = this.#hearing.vad.open((event) => {
      this.#event(event);
      if (event.kind === 'window') told?.();
    });
    for (let at = 0; at + windowSamples <= this.#samples.length; at += windowSamples) {
      await this.#clock.moveTo((at / windowSamples + 1) * windowMs);
      const heard = new Promise<void>((resolve) => {
        told = resolve;
      });
      stream.push(this.#samples.slice(at, at + windowSamples));
      await heard;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await this.#clock.moveTo(this.#clock.nowMs + 2000);
    stream.close();
    this.#closing.abort();
    return {
      vadLagMs: this.#hearing.vad.lagMs,
      windows: this.#windows,
      speech: this.#speech,
      texts: this.#texts,
      answers: this.#answers,
      sentences: this.#sentences,
    };
  }

  #event(event: SpeechEvent): void {
    if (event.kind === 'window') {
      this.#windows.push({ probability: event.probability, voiced: event.voiced });
      if (event.voiced) this.#lastVoicedWindow = this.#windows.length - 1;
    } else {
      this.#speech.push({ atMs: this.#windows.length * windowMs, speaking: event.kind === 'started' });
    }
    this.#recogniser.hear(event);
    const asks = event.kind === 'window' && this.#expecting !== null && this.#lastVoicedWindow >= 0;
    if (asks && askedAfterMs.some((ms) => ms === this.#silenceMs)) this.#ask();
  }

  get #silenceMs(): number {
    return (this.#windows.length - 1 - this.#lastVoicedWindow) * windowMs;
  }

  #tell(words: { readonly text: string; readonly confidence: number }, settled: boolean): void {
    const text = `${this.#finals} ${words.text}`.trim();
    this.#texts.push({ atMs: this.#clock.nowMs, text, confidence: words.confidence, settled });
    if (settled && text !== '' && this.#expecting) this.#askOfWords(text, this.#expecting);
  }

  #transcribe(audio: Float32Array): Promise<Transcription> {
    const delayMs = latency.sttMs(audio.length / 16);
    // Nobody waits for what is recognised while a turn goes on: it only takes its time.
    if (this.#expecting && this.#silenceMs < pauseMs) {
      return this.#clock.later(Promise.resolve(), delayMs).then(noText);
    }
    const { answers, inference } = this.#hearing;
    const options = { priority: 'live', timeoutMs: 60_000 } as const;
    const work = answers.get('text', audio, () => inference.transcribe(audio.slice(), options));
    return this.#clock.later(work, delayMs);
  }

  #askOfWords(text: string, expecting: Expecting): void {
    if (this.#sentences.some((sentence) => sentence.text === text)) return;
    const { answers, inference } = this.#hearing;
    const options = { priority: 'live', timeoutMs: 60_000 } as const;
    const asked = questions[expecting];
    const work = answers.get('words', `${asked} ${text}`, () =>
      inference.completeness({ asked, said: text }, options),
    );
    void this.#clock.later(work, latency.wordsMs).then(({ probability }) => {
      this.#sentences.push({ text, atMs: this.#clock.nowMs, probability });
    });
  }

  #ask(): void {
    const { answers, inference } = this.#hearing;
    const heard = this.#samples.slice(0, this.#windows.length * windowSamples);
    const at = { voicedMs: (this.#lastVoicedWindow + 1) * windowMs, silenceMs: this.#silenceMs };
    const options = { priority: 'live', timeoutMs: 60_000 } as const;
    const work = answers.get('turn', heard, () => inference.endOfTurn(heard, options));
    void this.#clock.later(work, latency.turnMs).then(({ probability }) => {
      this.#answers.push({ ...at, atMs: this.#clock.nowMs, probability });
    });
  }
}

/** @param expecting what the agent waits for: the models' opinions of each pause are asked; null where no turn is judged */
export const hear = (
  samples: Float32Array,
  hearing: Hearing,
  expecting: Expecting | null,
): Promise<HeardTurn> => new Ear(samples, hearing, expecting).hear();
