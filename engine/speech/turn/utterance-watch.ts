import { windowMs } from '../vad/vad.ts';
import { BargeInSound, listenedWindows, readWeights, type SoundWeights } from './barge-in-sound.ts';
import file from './barge-in-weights.json' with { type: 'json' };

/** What is known of an utterance while it is spoken. */
export interface Utterance {
  /** What its first quarter of a second sounds like, by probability; null before enough of it was heard. */
  readonly likely: { readonly bargeIn: number; readonly backchannel: number; readonly noise: number } | null;
  readonly voicedMs: number;
  /** Since its last voiced window. */
  readonly silentMs: number;
  /** '' while there are no words. */
  readonly text: string;
  readonly confidence: number;
}

/** So much silence parts two utterances. */
const apartMs = 400;
/** The sound says nothing before so many windows of it were heard. */
const fewestWindows = 4;
/** Words that were recognised from less voice than this are guesses ... */
const fewestVoicedMs = 240;
/** ... unless nothing else has been recognised by then. */
const confirmedMs = 416;
/** Mean square of voice under which it is somebody in the background: −37 dB of full scale. */
const quietestPower = 0.0002;

/** The weights never change, so all calls share them. */
const productWeights: SoundWeights = readWeights(file);

/** Follows what the caller utters while the agent talks, one utterance after the other. */
export class UtteranceWatch {
  readonly #weights: SoundWeights;
  readonly #sound = new BargeInSound();
  #voicedMs = 0;
  #silentMs = 0;
  /** Sum of the mean squares of the voiced windows. */
  #power = 0;
  #likely: Utterance['likely'] = null;
  #text = '';
  #confidence = 0;
  /** How much voice there had been when the words were told. */
  #toldMs = 0;

  /** @param weights of the classifier of sounds; the product's when left out */
  constructor(weights: SoundWeights = productWeights) {
    this.#weights = weights;
  }

  get utterance(): Utterance {
    const isGuess = this.#toldMs < fewestVoicedMs && this.#voicedMs < confirmedMs;
    return {
      ...{ likely: this.#likely, voicedMs: this.#voicedMs, silentMs: this.#silentMs },
      ...(isGuess ? { text: '', confidence: 0 } : { text: this.#text, confidence: this.#confidence }),
    };
  }

  /** Too quiet for somebody who speaks into the telephone. */
  get isBackground(): boolean {
    const windows = this.#voicedMs / windowMs;
    return windows > 0 && this.#power / windows < quietestPower;
  }

  /** @returns true when the utterance is over: what follows is another */
  hear({ samples, voiced }: { readonly samples: Float32Array; readonly voiced: boolean }): boolean {
    if (voiced) {
      this.#voicedMs += windowMs;
      this.#silentMs = 0;
      this.#power += meanSquare(samples);
    } else this.#silentMs += windowMs;
    this.#sound.hear(samples, voiced);
    const { windows } = this.#sound;
    if (windows >= fewestWindows && windows <= listenedWindows) {
      const [bargeIn = 0, backchannel = 0, noise = 0] = this.#sound.classify(this.#weights);
      this.#likely = { bargeIn, backchannel, noise };
    }
    return this.#silentMs >= apartMs && this.#silentMs < apartMs + windowMs;
  }

  read(text: string, confidence: number): void {
    this.#text = text.trim();
    this.#confidence = confidence;
    this.#toldMs = this.#voicedMs;
  }

  reset(): void {
    this.#sound.reset();
    this.#voicedMs = 0;
    this.#silentMs = 0;
    this.#power = 0;
    this.#likely = null;
    this.#text = '';
    this.#confidence = 0;
    this.#toldMs = 0;
  }
}

function meanSquare(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i += 1) sum += (samples[i] as number) ** 2;
  return sum / Math.max(1, samples.length);
}
