/**
 * What the inference worker offers. Audio moves as bytes: 16-bit PCM out, 32-bit float in.
 * A request that cannot be served rejects with a VoxboxError (`model_missing`, `model_corrupted`,
 * `inference_unavailable`, `inference_failed`, `aborted`, `deadline_exceeded`); none stays unanswered.
 */

/** Served in this order; within one level first come, first served. */
export type InferencePriority = 'live' | 'greeting' | 'embedding' | 'summary';

export interface InferenceOptions {
  readonly priority: InferencePriority;
  readonly signal?: AbortSignal;
  /** The request is rejected with `deadline_exceeded` when it is not finished by then. */
  readonly timeoutMs?: number;
}

export interface Transcription {
  readonly text: string;
  /** Mean token probability, 0–1: right text 0.78–1.0, pure noise about 0.1. */
  readonly confidence: number;
  /** Time the model took. */
  readonly modelMs: number;
}

export interface SynthesisedSpeech {
  readonly samples: Int16Array;
  readonly sampleRateHz: number;
  readonly modelMs: number;
}

export interface GenerateRequest {
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  readonly maxTokens: number;
  readonly temperature?: number;
  /** Called with each piece of text as it is produced. */
  readonly onText?: (text: string) => void;
}

export interface GenerateResult {
  readonly text: string;
  readonly tokens: number;
  readonly firstTokenMs: number;
  readonly modelMs: number;
}

export interface LoadedModel {
  readonly id: string;
  readonly use: 'stt' | 'tts' | 'llm' | 'embedding' | 'turn';
  readonly device: string;
  readonly loadMs: number;
}

export interface Inference {
  /** @param samples mono, 16 kHz, −1…1, at most 30 s */
  transcribe(samples: Float32Array, options: InferenceOptions): Promise<Transcription>;
  /** @param voice model id of the voice, from the catalogue */
  synthesise(
    request: { readonly text: string; readonly voice: string; readonly speed?: number },
    options: InferenceOptions,
  ): Promise<SynthesisedSpeech>;
  /** Unit-length 384-dimensional vectors, one for each text. */
  embed(texts: readonly string[], options: InferenceOptions): Promise<Float32Array[]>;
  generate(request: GenerateRequest, options: InferenceOptions): Promise<GenerateResult>;
  /**
   * Probability that the speaker has finished.
   *
   * @param samples the last seconds of the caller's turn, mono, 16 kHz, −1…1; the model hears the last 8 s
   */
  endOfTurn(
    samples: Float32Array,
    options: InferenceOptions,
  ): Promise<{ probability: number; modelMs: number }>;
  loaded(): Promise<readonly LoadedModel[]>;
  close(): Promise<void>;
}
