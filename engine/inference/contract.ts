/**
 * What the inference worker offers. Audio moves as bytes: 16-bit PCM out, 32-bit float in.
 * A request that cannot be served rejects with a VoxboxError (`model_missing`, `model_corrupted`,
 * `inference_unavailable`, `inference_failed`, `aborted`, `deadline_exceeded`); none stays unanswered.
 */

/** Served in this order; within one level first come, first served. */
export type InferencePriority = 'live' | 'greeting' | 'embedding' | 'summary';

export interface InferenceOptions {
  readonly priority: InferencePriority;
  /** A call's id: within one priority owners take turns, so that no call can keep the others waiting. */
  readonly owner?: string;
  readonly signal?: AbortSignal;
  /** The request is rejected with `deadline_exceeded` when it is not finished by then. */
  readonly timeoutMs?: number;
}

/** What a caller will probably say next. */
export type Expected =
  /**
   * A person's name, said or spelled; `known` are names that the business has met, `not` are those that the caller
   * has said are wrong.
   */
  | { readonly kind: 'name'; readonly known: readonly string[]; readonly not?: readonly string[] }
  /** An e-mail address, said or spelled: names, then a host. */
  | { readonly kind: 'email' }
  /** So many digits, one of these counts. */
  | { readonly kind: 'digits'; readonly counts: readonly number[] }
  /** One of these, word for word. */
  | { readonly kind: 'phrases'; readonly phrases: readonly string[] }
  /** Any of these. */
  | { readonly kind: 'any'; readonly of: readonly ExpectedOne[] };

export type ExpectedOne = Exclude<Expected, { readonly kind: 'any' }>;

export interface TranscribeOptions extends InferenceOptions {
  /**
   * `tokens` of an earlier decode of the same utterance, when less of it had been spoken. They are checked,
   * not believed: the text is as right as that of a decode without them, and comes in a third of the time.
   */
  readonly known?: readonly number[];
  /** Listened for, and taken where it fits to the sound about as well as what would be heard without. */
  readonly expected?: Expected;
}

export interface Transcription {
  readonly text: string;
  /** The text in the model's own tokens, for the next decode of the same utterance (`known`). */
  readonly tokens: readonly number[];
  /** Mean token probability, 0–1: right text 0.78–1.0, pure noise about 0.1. */
  readonly confidence: number;
  /** Where something is expected: what it may have been instead, the most probable first. */
  readonly alternatives: readonly string[];
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
  /** Id of an open dialogue: what it has read before is not read again. */
  readonly dialogue?: string;
}

/** A conversation whose prompt the language model keeps. */
export interface Dialogue {
  /** Any text that no other open dialogue has: a call's id. */
  readonly id: string;
  /** How every prompt of this conversation begins: read at once, so that the first answer does not wait for it. */
  readonly prefix: GenerateRequest['messages'];
}

export interface GenerateResult {
  readonly text: string;
  readonly tokens: number;
  /** Length of the prompt, and how much of it had been read before. */
  readonly promptTokens: number;
  readonly reusedTokens: number;
  readonly firstTokenMs: number;
  readonly modelMs: number;
}

export interface LoadedModel {
  readonly id: string;
  readonly use: 'stt' | 'tts' | 'llm' | 'embedding' | 'turn';
  /** `cpu`, `cuda`, `vulkan`, `metal`, `directml` or `coreml`. */
  readonly device: string;
  /** Why not on a better one; absent where it is on the one that suits it best. */
  readonly deviceReason?: string;
  readonly loadMs: number;
}

/** What the models run on. Sizes in bytes. */
export interface DeviceReport {
  readonly kind: 'cpu' | 'cuda' | 'vulkan' | 'metal';
  readonly name: string;
  /** Memory of the device: of the machine for the processor. */
  readonly totalBytes: number;
  readonly usedBytes: number;
  /** What models may take in all; the rest stays free for their work and for other programs. */
  readonly budgetBytes: number;
  /** How large a language model answers a caller in time: 0.1, 4, 8 or 14 thousand million parameters. */
  readonly speedClass: 'tiny' | 'small' | 'medium' | 'large';
  readonly models: readonly string[];
}

export interface Inference {
  /** @param samples mono, 16 kHz, −1…1, at most 30 s */
  transcribe(samples: Float32Array, options: TranscribeOptions): Promise<Transcription>;
  /** @param voice model id of the voice, from the catalogue */
  synthesise(
    request: { readonly text: string; readonly voice: string; readonly speed?: number },
    options: InferenceOptions,
  ): Promise<SynthesisedSpeech>;
  /** Unit-length 384-dimensional vectors, one for each text. */
  embed(texts: readonly string[], options: InferenceOptions): Promise<Float32Array[]>;
  generate(request: GenerateRequest, options: InferenceOptions): Promise<GenerateResult>;
  /**
   * Keeps a conversation's prompt warm from now on; again with the same id, it begins anew. Where there are more
   * conversations than the model has room for, the one that rested longest is read again when it goes on.
   */
  openDialogue(dialogue: Dialogue, options: InferenceOptions): Promise<void>;
  /** Idempotent; never rejects. */
  closeDialogue(id: string): Promise<void>;
  /**
   * Probability that the speaker has finished.
   *
   * @param samples the last seconds of the caller's turn, mono, 16 kHz, −1…1; the model hears the last 8 s
   */
  endOfTurn(
    samples: Float32Array,
    options: InferenceOptions,
  ): Promise<{ probability: number; modelMs: number }>;
  /**
   * Probability that a sentence ends where it stands, by its words: that a text would go on with a mark that
   * closes it.
   *
   * @param exchange a question, and what the caller has said to it so far; marks at its end do not count. With
   * nothing said the question is only read, so that the answer to it comes sooner
   */
  completeness(
    exchange: { readonly asked: string; readonly said: string },
    options: InferenceOptions,
  ): Promise<{ probability: number; modelMs: number }>;
  /**
   * Puts another model in the place of the one that serves a use. What is under way ends with the old one,
   * which stays when the new one cannot be loaded.
   *
   * @param modelId from the catalogue
   * @throws VoxboxError `model_missing`, `model_corrupted`, `model_too_large`, `inference_failed`
   */
  swap(use: LoadedModel['use'], modelId: string): Promise<readonly LoadedModel[]>;
  loaded(): Promise<readonly LoadedModel[]>;
  devices(): Promise<readonly DeviceReport[]>;
  close(): Promise<void>;
}
