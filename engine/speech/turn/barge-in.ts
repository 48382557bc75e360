import { distinctWords, isBackchannel, saysLittle, wantsTheFloor } from './backchannel.ts';
import { logistic } from './logistic.ts';
import { type Utterance, UtteranceWatch } from './utterance-watch.ts';

/** What a sound of the caller's, made while the agent talks, is taken for. */
export type BargeInVerdict = 'undecided' | 'stop' | 'pass';

/**
 * Judges whether what the caller utters while the agent talks is meant to stop it. One instance a call; pure
 * but for what it remembers of the utterance. It may say `undecided`, then `pass`, and still `stop` later in the
 * same utterance ("mm-hm, but wait").
 */
export interface BargeInJudge {
  /** A VAD window of 32 ms while the agent talks, and what that makes of the utterance so far. */
  hear(window: {
    readonly samples: Float32Array;
    readonly probability: number;
    readonly voiced: boolean;
  }): BargeInVerdict;
  /** The recogniser's words of the utterance so far, and how sure it is of them (0–1; 1 when it does not say). */
  read(text: string, confidence?: number): BargeInVerdict;
  /** The utterance is over, or the agent has stopped talking. */
  reset(): void;
}

export interface BargeInOptions {
  /**
   * True while a backchannel would be an answer: the agent waits for a yes or no and is in the last second of
   * its question. "Yeah" then stops it.
   */
  readonly answering?: () => boolean;
}

/** After so much silence the recogniser has heard the whole. */
const overMs = 160;
/** From here on somebody wants the floor: as sure as that few who only listen stop the agent. */
const sure = 0.84;
/** "Stop" and "wait" are seldom imagined. */
const sureOrder = 0.5;
/** Less voice than this may be a click. */
export const shortestVoiceMs = 96;
/** Nobody laughs or coughs for longer without a pause. */
const longestNoiseMs = 1600;

/** Of a logistic regression over `bargeInFeatures`, found by `test/evals/turn-taking/train-barge-in-judge.ts`. */
const weights: readonly number[] = [
  -1.34, 0.33, 0.36, 0.21, 0.79, 1.09, -2.78, 2.71, 0.93, -1.14, 0.03, 0.98, 1.46, 0.3, -0.82, 0.17, -1.08,
  -0.23, -0.68, 0.23, -0.03, 1.5,
];

/** What the regression looks at. Pure. */
export function bargeInFeatures({
  likely,
  voicedMs,
  silentMs,
  text,
  confidence,
}: Utterance): readonly number[] {
  const { bargeIn, backchannel, noise } = likely ?? { bargeIn: 1 / 3, backchannel: 1 / 3, noise: 1 / 3 };
  const words = distinctWords(text).length;
  const has = (what: boolean): number => (text !== '' && what ? 1 : 0);
  const spoken = Math.min(1.2, voicedMs / 1000);
  const isOver = silentMs >= overMs;
  const listens = isBackchannel(text);
  const orders = wantsTheFloor(text);
  return [
    1,
    Math.log((bargeIn + 0.02) / (backchannel + 0.02)),
    Math.log((bargeIn + 0.02) / (noise + 0.02)),
    spoken,
    has(true),
    has(true) * (confidence - 0.6) * 2,
    has(listens),
    has(orders),
    has(orders) * (confidence - 0.6) * 2,
    has(saysLittle(text)),
    has(words === 1),
    has(words > 2),
    has(words > 2) * (confidence - 0.6) * 2,
    has(words === 1) * spoken,
    has(isOver),
    has(isOver) * (confidence - 0.6) * 2,
    has(isOver && listens),
    has(words === 2),
    has(repeats(text)),
    has(voicedMs < 500),
    has(voicedMs < 500 && orders),
    Math.max(0, voicedMs - 800) / 1000,
  ];
}

/** A recogniser that is given half a word says it again and again. */
const repeats = (text: string): boolean =>
  (text.match(/[\p{L}\p{N}']+/gu) ?? []).length >= 2 * Math.max(1, distinctWords(text).length);

export function createBargeInJudge(options: BargeInOptions = {}): BargeInJudge {
  return new Judge(options);
}

class Judge implements BargeInJudge {
  readonly #options: BargeInOptions;
  readonly #watch = new UtteranceWatch();
  #verdict: BargeInVerdict = 'undecided';

  constructor(options: BargeInOptions) {
    this.#options = options;
  }

  hear(window: { readonly samples: Float32Array; readonly voiced: boolean }): BargeInVerdict {
    const isOver = this.#watch.hear(window);
    if (isOver && this.#verdict !== 'stop') this.reset();
    return this.#judge();
  }

  read(text: string, confidence = 1): BargeInVerdict {
    this.#watch.read(text, confidence);
    return this.#judge();
  }

  reset(): void {
    this.#watch.reset();
    this.#verdict = 'undecided';
  }

  #judge(): BargeInVerdict {
    if (this.#verdict !== 'stop') this.#verdict = this.#wantsTheFloor();
    return this.#verdict;
  }

  #wantsTheFloor(): BargeInVerdict {
    if (this.#watch.isBackground) return 'pass';
    const { utterance } = this.#watch;
    const { voicedMs, text, confidence } = utterance;
    if (voicedMs >= longestNoiseMs) return 'stop';
    const listens = text !== '' && isBackchannel(text);
    if (listens && this.#options.answering?.()) return 'stop';
    if (wantsTheFloor(text) && confidence >= sureOrder) return 'stop';
    if (voicedMs >= shortestVoiceMs && logistic(weights, bargeInFeatures(utterance)) >= sure) return 'stop';
    return listens ? 'pass' : 'undecided';
  }
}
