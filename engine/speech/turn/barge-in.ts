import { distinctWords, isBackchannel, saysLittle, wantsTheFloor } from './backchannel.ts';
import { BargeInSound, listenedWindows, readWeights, type SoundWeights } from './barge-in-sound.ts';
import file from './barge-in-weights.json' with { type: 'json' };

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

const windowMs = 32;
/** So much silence parts two utterances. */
const apartMs = 400;
/** The sound alone decides when it is so sure, and not before it has heard so many windows. */
const sureSound = 0.985;
const fewestWindows = 4;
/** From here on the sound is taken for a cough, or for "mm-hm", until the words speak clearly against it. */
const likelySound = 0.5;
/** What the recogniser makes of a laugh or a cough it is less sure of (measured: half of it under 0.5). */
const sureWords = 0.6;
/** "Stop" and "what" are seldom imagined. */
const sureOrder = 0.5;
/** Enough where the sound is more like a cough or a hum. */
const sureDespiteSound = 0.75;
/** Words that were recognised from less voice than this are guesses. */
const fewestVoicedMs = 240;
/** Voice that goes on for so long and is no backchannel wants the floor. */
const longVoiceMs = 600;
/** Nobody laughs or coughs for longer without a pause. */
const longestNoiseMs = 1600;
/** A backchannel is over by then, however drawn out: more voice means more words. */
const longestBackchannelMs = 1100;
/** Mean square of voice under which it is somebody in the background: −37 dB of full scale. */
const quietestPower = 0.0002;

/** The weights never change, so all calls share them. */
const weights: SoundWeights = readWeights(file);

export function createBargeInJudge(options: BargeInOptions = {}): BargeInJudge {
  return new Judge(options);
}

class Judge implements BargeInJudge {
  readonly #options: BargeInOptions;
  readonly #sound = new BargeInSound();
  #voicedMs = 0;
  #silentMs = 0;
  /** Sum of the mean squares of the voiced windows. */
  #power = 0;
  /** What the first quarter of a second sounds like. */
  #likely = { bargeIn: 0, backchannel: 0, noise: 0 };
  #text = '';
  #confidence = 0;
  #verdict: BargeInVerdict = 'undecided';

  constructor(options: BargeInOptions) {
    this.#options = options;
  }

  hear({ samples, voiced }: { readonly samples: Float32Array; readonly voiced: boolean }): BargeInVerdict {
    if (voiced) {
      this.#voicedMs += windowMs;
      this.#silentMs = 0;
      this.#power += meanSquare(samples);
    } else {
      this.#silentMs += windowMs;
      if (this.#silentMs === apartMs && this.#verdict !== 'stop') this.reset();
    }
    this.#sound.hear(samples, voiced);
    const { windows } = this.#sound;
    if (windows >= fewestWindows && windows <= listenedWindows) {
      const [bargeIn = 0, backchannel = 0, noise = 0] = this.#sound.classify(weights);
      this.#likely = { bargeIn, backchannel, noise };
    }
    return this.#judge();
  }

  read(text: string, confidence = 1): BargeInVerdict {
    const isGuess = this.#voicedMs < fewestVoicedMs;
    this.#text = isGuess ? '' : text.trim();
    this.#confidence = isGuess ? 0 : confidence;
    return this.#judge();
  }

  reset(): void {
    this.#sound.reset();
    this.#voicedMs = 0;
    this.#silentMs = 0;
    this.#power = 0;
    this.#likely = { bargeIn: 0, backchannel: 0, noise: 0 };
    this.#text = '';
    this.#confidence = 0;
    this.#verdict = 'undecided';
  }

  #judge(): BargeInVerdict {
    if (this.#verdict !== 'stop') this.#verdict = this.#wantsTheFloor();
    return this.#verdict;
  }

  #wantsTheFloor(): BargeInVerdict {
    const windows = this.#voicedMs / windowMs;
    if (windows > 0 && this.#power / windows < quietestPower) return 'pass';
    if (this.#voicedMs >= longestNoiseMs || this.#likely.bargeIn >= sureSound) return 'stop';
    if (this.#text !== '' && isBackchannel(this.#text)) {
      const answers = this.#options.answering?.() ?? false;
      const goesOn = this.#voicedMs >= longestBackchannelMs && this.#likely.noise < likelySound;
      return answers || goesOn ? 'stop' : 'pass';
    }
    return this.#sayEnough() ? 'stop' : 'undecided';
  }

  /** Whether the words, or how long there are none, speak for somebody who wants to say something. */
  #sayEnough(): boolean {
    const isNoise = this.#likely.noise >= likelySound;
    const hums = this.#likely.backchannel >= likelySound;
    const isDoubtful = this.#confidence < (hums ? sureDespiteSound : sureWords);
    const words = distinctWords(this.#text).length;
    if (words === 0 || saysLittle(this.#text)) return !isNoise && !hums && this.#voicedMs >= longVoiceMs;
    if (wantsTheFloor(this.#text) && this.#confidence >= sureOrder) return true;
    if (isNoise) return this.#confidence >= sureDespiteSound || (!isDoubtful && words > 3);
    if (!isDoubtful && words > 1) return true;
    return words > 3 || (!hums && (words > 1 || this.#voicedMs >= longVoiceMs / 2));
  }
}

function meanSquare(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i += 1) sum += (samples[i] as number) ** 2;
  return sum / Math.max(1, samples.length);
}
