import type { Clock, Log } from '../foundation/index.ts';
import type { Expected, Inference } from '../inference/index.ts';
import {
  type CallRecogniser,
  defaultVadOptions,
  EndOfTurnDetector,
  type Recognised,
  type RecogniserEvents,
  type SpeechEvent,
  type Vad,
  type VadStream,
  type WaitLimits,
} from '../speech/index.ts';
import { CallAudioInput } from './audio-input.ts';
import type { Expecting, Heard } from './model.ts';
import type { CallAudio } from './session-model.ts';

/** A completed turn of the caller's. */
export interface CallerTurn extends Heard {
  /** UTC, of its first and last sound. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Time that the last decode took; null when it is not known. */
  readonly sttMs: number | null;
}

export interface HearingEvents {
  /** Every event of the VAD, before anything else makes something of it. */
  readonly onSound: (event: SpeechEvent) => void;
  /** The words of the turn so far, while they are spoken; '' when they turned out to be none. */
  readonly onInterim: (text: string) => void;
  /** The words of one utterance, while the caller may still go on with the turn. */
  readonly onUtterance: (recognised: Recognised) => void;
  /** What the turn would be if nothing followed. May come again. */
  readonly onStable: (heard: Heard) => void;
  /** The words of an ended utterance. @returns whether they count; a backchannel does not */
  readonly onWords: (recognised: Recognised) => boolean;
  /** An utterance held no words. */
  readonly onNothing: () => void;
  readonly onTurn: (turn: CallerTurn) => void;
  /** The caller has ended a while ago, and what they said is still not known. */
  readonly onOverdue: () => void;
  /** An utterance is lost. */
  readonly onError: (error: unknown) => void;
}

export interface HearingOptions {
  readonly audio: Pick<CallAudio, 'onAudio' | 'times'>;
  readonly vad: Vad;
  readonly recognise: (events: RecogniserEvents) => CallRecogniser;
  readonly endOfTurn: Pick<Inference, 'endOfTurn' | 'completeness'>;
  readonly expecting: () => Expecting;
  /** What is listened for; null where anything may come. */
  readonly expected: () => Expected | null;
  readonly limits: WaitLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly on: HearingEvents;
}

const longestNoiseMs = 1500;

/** The ear of one call: from the leg's audio to the caller's turns. */
export class Hearing {
  readonly #options: HearingOptions;
  readonly #input: CallAudioInput;
  readonly #vad: VadStream;
  readonly #recogniser: CallRecogniser;
  readonly #detector: EndOfTurnDetector;
  /** Words of the turn so far, in utterances. */
  #finals: Recognised[] = [];
  #fromMs: number | null = null;
  #toMs = 0;
  #speaking = false;
  readonly #quietWaiters: (() => void)[] = [];

  constructor(options: HearingOptions) {
    const { audio, vad, recognise, endOfTurn, expecting, expected, limits, clock, log, on } = options;
    this.#options = options;
    this.#recogniser = recognise({
      expected,
      onInterim: (recognised) => {
        on.onUtterance(recognised);
        on.onInterim(this.#joined(recognised.text));
      },
      onStable: (recognised) => on.onStable(this.#heard([...this.#finals, recognised])),
      onFinal: (recognised) => this.#final(recognised),
      onNothing: () => this.#nothing(),
      onError: on.onError,
    });
    this.#detector = new EndOfTurnDetector({
      inference: endOfTurn,
      expecting,
      words: () => this.#joined(''),
      settled: () => this.#recogniser.settled(),
      lastVoicedInMs: () => audio.times().lastVoicedInMs,
      vad,
      limits,
      clock,
      log,
      onEnd: () => this.#turn(),
      onOverdue: on.onOverdue,
    });
    this.#vad = vad.open((event) => this.#hear(event));
    this.#input = new CallAudioInput((window) => this.#vad.push(window));
    audio.onAudio((samples, sampleRateHz) => this.#input.push(samples, sampleRateHz));
  }

  /** True from the moment that the VAD is sure of a voice until it is sure of silence. */
  get speaking(): boolean {
    return this.#speaking;
  }

  /** Resolves when the caller is not speaking, at the latest after a moment: noise must not keep the agent silent. */
  async quiet(signal: AbortSignal): Promise<void> {
    if (!this.#speaking || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, longestNoiseMs);
      signal.addEventListener('abort', done);
      this.#quietWaiters.push(done);
    });
  }

  /** Words that were heard and not answered: the call ends, or somebody else takes it. Null when there are none. */
  takeRest(): CallerTurn | null {
    return this.#finals.length > 0 ? this.#take() : null;
  }

  /** Idempotent. */
  close(): void {
    this.#input.close();
    this.#vad.close();
    this.#detector.close();
    this.#recogniser.close();
  }

  #hear(event: SpeechEvent): void {
    const { clock, on } = this.#options;
    if (event.kind === 'started') {
      this.#speaking = true;
      this.#fromMs ??= clock.nowMs() - defaultVadOptions.minSpeechMs;
    } else if (event.kind === 'ended') {
      this.#speaking = false;
      this.#toMs = clock.nowMs() - defaultVadOptions.minSilenceMs;
      for (const done of this.#quietWaiters.splice(0)) done();
    }
    on.onSound(event);
    // The recogniser first: the detector waits for what it owes.
    this.#recogniser.hear(event);
    this.#detector.hear(event);
  }

  #final(recognised: Recognised): void {
    const { on } = this.#options;
    if (on.onWords(recognised)) {
      this.#finals.push(recognised);
      on.onInterim(this.#joined(''));
      on.onStable(this.#heard(this.#finals));
    } else this.#forget();
  }

  #nothing(): void {
    this.#forget();
    this.#options.on.onNothing();
  }

  /** The utterance counts for nothing; words before it stay. */
  #forget(): void {
    if (this.#finals.length === 0) this.#fromMs = null;
    this.#options.on.onInterim(this.#joined(''));
  }

  #turn(): void {
    this.#options.on.onTurn(this.#take());
  }

  #take(): CallerTurn {
    const heard = this.#heard(this.#finals);
    const endedAtMs = this.#toMs || this.#options.clock.nowMs();
    const startedAtMs = Math.min(this.#fromMs ?? endedAtMs, endedAtMs);
    const sttMs = this.#finals.at(-1)?.modelMs ?? null;
    this.#finals = [];
    this.#fromMs = null;
    this.#detector.turnOver();
    return { ...heard, startedAtMs, endedAtMs, sttMs };
  }

  #joined(more: string): string {
    return [...this.#finals.map(({ text }) => text), more].filter(Boolean).join(' ');
  }

  #heard(utterances: readonly Recognised[]): Heard {
    const text = utterances
      .map((utterance) => utterance.text)
      .filter(Boolean)
      .join(' ');
    const confidence = utterances.reduce((sum, each) => sum + each.confidence, 0) / utterances.length;
    // Of several utterances nobody knows which was which.
    const [only, ...more] = utterances;
    const alternatives = more.length === 0 ? (only?.alternatives ?? []) : [];
    return alternatives.length > 0 ? { text, confidence, alternatives } : { text, confidence };
  }
}

/** What a turn said, without when. */
export const wordsOf = ({ text, confidence, alternatives }: Heard): Heard => ({
  ...{ text, confidence },
  ...(alternatives ? { alternatives } : {}),
});
