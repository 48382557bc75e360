import type { Expected, InferencePriority } from '../inference/index.ts';

/*
 * The seams between the voice loop and whatever hears and speaks: a local model or a vendor's service. A
 * provider translates its own failures into VoxboxErrors and never answers with silence: it resolves or rejects.
 */

/** What the VAD tells of one call's audio, in order. `samples` are 32 ms of 16 kHz mono, −1…1. */
export type SpeechEvent =
  | {
      readonly kind: 'window';
      readonly samples: Float32Array;
      /** The network's probability of a voice, 0–1, and whether that counts as one. */
      readonly probability: number;
      readonly voiced: boolean;
    }
  | { readonly kind: 'started' }
  | { readonly kind: 'ended' };

export interface Recognised {
  /** '' where there were no words. */
  readonly text: string;
  /** 0–1. */
  readonly confidence: number;
  /** Time the model took for it. */
  readonly modelMs: number;
  /** Length of the audio it was read from. */
  readonly audioMs: number;
  /** Who recognised it: `local`, `deepgram` … */
  readonly provider: string;
  /** What it may have been instead, the most probable first; none where nothing was listened for. */
  readonly alternatives?: readonly string[];
}

/** Decodes one utterance while it is spoken. */
export interface UtteranceDecoder {
  push(samples: Float32Array, voiced: boolean): void;
  /** The text once it covers everything voiced so far: what `end` would give at once; else null. */
  readonly settled: Recognised | null;
  /** Everything was pushed. @throws VoxboxError when this provider has no text for it */
  end(): Promise<Recognised>;
  /** Gives up. Idempotent. */
  close(): void;
}

export interface SttProvider {
  readonly name: string;
  open(utterance: {
    /** BCP 47. */
    readonly language: string;
    /** What the caller will probably say; null or left out where anything may come. */
    readonly expected?: Expected | null;
    /** Words so far, each time they change. */
    readonly onInterim: (recognised: Recognised) => void;
    /** `settled` has a value now that nothing else brought about: it is news before the end. */
    readonly onSettled: (recognised: Recognised) => void;
    /** It will give no text; `end` rejects with the same. At most once. */
    readonly onError: (error: unknown) => void;
  }): UtteranceDecoder;
  /** Makes ready for the first utterance what takes time (a vendor's connection). */
  warm?(language: string): void;
  /** Ends what is kept open for the call between utterances (a vendor's connection). Idempotent. */
  close(): void;
}

export interface RecogniserEvents {
  /** What the caller will probably say: asked when an utterance begins. A recogniser that can listens for it. */
  readonly expected?: () => Expected | null;
  readonly onInterim: (recognised: Recognised) => void;
  /** The caller pauses and this is all of the words so far; more may follow. May come again. */
  readonly onStable: (recognised: Recognised) => void;
  /*
   * Each ended utterance comes to exactly one of the next three, in the order of speech.
   */
  readonly onFinal: (recognised: Recognised) => void;
  /** It held no words: a noise, although interim texts may have been told. */
  readonly onNothing: () => void;
  /** Nobody could decode it; it is lost. */
  readonly onError: (error: unknown) => void;
}

/** The ear of one call: utterances in the order of speech, whoever decodes them. */
export interface CallRecogniser {
  hear(event: SpeechEvent): void;
  /** Resolves when no ended utterance waits for its text any more. */
  settled(): Promise<void>;
  /** Idempotent. */
  close(): void;
}

/** Audio, mono, 16 bit, in the voice's own rate. */
export interface Speech {
  readonly samples: Int16Array;
  readonly sampleRateHz: number;
}

export interface SpeakOptions {
  readonly priority: InferencePriority;
  readonly signal?: AbortSignal;
}

export interface TtsProvider {
  readonly name: string;
  /** Gives a clause in one piece, when all of it is made. */
  readonly wholeClauses: boolean;
  /** Audio of one clause in pieces as they are made. @throws VoxboxError */
  speak(
    request: {
      /** As it is spoken: figures and abbreviations written out. */
      readonly text: string;
      /** The provider's own id of the voice. */
      readonly voice: string;
      readonly speed: number;
      readonly language: string;
    },
    options: SpeakOptions,
  ): AsyncIterable<Speech>;
}

/** A service that also copies a person's voice. */
export interface VoiceService extends TtsProvider {
  /** @param sample a WAV file @returns the service's own id of the copy. @throws VoxboxError */
  cloneVoice(request: {
    readonly name: string;
    readonly sample: Buffer<ArrayBuffer>;
    readonly language: string;
  }): Promise<string>;
  /** One that is gone already is no error. @throws VoxboxError */
  deleteVoice(voice: string): Promise<void>;
}

/** The agent's voice in one call: one voice, speed and dictionary, whoever makes the audio. */
export interface Speaker {
  /** At once, from memory only; null when it must be made. Counts as levelled for the telephone. */
  ready(clause: string): Speech | null;
  /** One clause, as it is written, in pieces as they are made. @throws VoxboxError when nobody could make it */
  speak(clause: string, options: SpeakOptions): AsyncIterable<Speech>;
  /** Marks all clauses of a text as worth keeping as ready audio. */
  keep(text: string): void;
  /** Makes whole texts ready, clause by clause. @throws VoxboxError */
  prepare(texts: readonly string[], options: SpeakOptions): Promise<void>;
}
