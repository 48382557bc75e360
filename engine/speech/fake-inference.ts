import { VoxboxError } from '../foundation/index.ts';
import type {
  DeviceReport,
  GenerateResult,
  Inference,
  InferenceOptions,
  LoadedModel,
  SynthesisedSpeech,
  Transcription,
} from '../inference/index.ts';

export interface FakeInferenceOptions {
  /** Text for each transcription, by the audio that is heard. */
  readonly transcribe?: (samples: Float32Array) => { text: string; confidence?: number };
  /** Probability that the speaker has finished. */
  readonly endOfTurn?: (samples: Float32Array) => number;
  /** Time every request takes. */
  readonly latencyMs?: number;
  readonly generate?: (lastUserText: string) => string;
}

/** Speech models that answer at once and always the same, for tests and for load measurements around them. */
export class FakeInference implements Inference {
  readonly #options: FakeInferenceOptions;
  /** Requests so far, by method. */
  readonly calls: Record<'transcribe' | 'synthesise' | 'endOfTurn' | 'generate' | 'embed', number> = {
    transcribe: 0,
    synthesise: 0,
    endOfTurn: 0,
    generate: 0,
    embed: 0,
  };
  /** Methods that fail with `inference_unavailable` for now. */
  readonly broken = new Set<'transcribe' | 'synthesise' | 'endOfTurn' | 'generate'>();
  transcriptionsInFlight = 0;
  mostTranscriptionsInFlight = 0;

  constructor(options: FakeInferenceOptions = {}) {
    this.#options = options;
  }

  async transcribe(samples: Float32Array, options: InferenceOptions): Promise<Transcription> {
    this.transcriptionsInFlight++;
    this.mostTranscriptionsInFlight = Math.max(this.mostTranscriptionsInFlight, this.transcriptionsInFlight);
    try {
      await this.#serve('transcribe', options);
      const { text, confidence = 0.95 } = this.#options.transcribe?.(samples) ?? { text: 'hello' };
      return { text, tokens: [], alternatives: [], confidence, modelMs: this.#options.latencyMs ?? 0 };
    } finally {
      this.transcriptionsInFlight--;
    }
  }

  /** A 200 Hz tone, 60 ms a character. */
  async synthesise(
    request: { readonly text: string; readonly voice: string; readonly speed?: number },
    options: InferenceOptions,
  ): Promise<SynthesisedSpeech> {
    await this.#serve('synthesise', options);
    const sampleRateHz = 16_000;
    const samples = new Int16Array(Math.round(request.text.length * 0.06 * sampleRateHz));
    for (let i = 0; i < samples.length; i++) {
      samples[i] = Math.round(8000 * Math.sin((2 * Math.PI * 200 * i) / sampleRateHz));
    }
    return { samples, sampleRateHz, modelMs: this.#options.latencyMs ?? 0 };
  }

  async embed(texts: readonly string[], options: InferenceOptions): Promise<Float32Array[]> {
    await this.#serve('embed', options);
    return texts.map((_, index) => {
      const vector = new Float32Array(384);
      vector[index % 384] = 1;
      return vector;
    });
  }

  async generate(
    request: Parameters<Inference['generate']>[0],
    options: InferenceOptions,
  ): Promise<GenerateResult> {
    await this.#serve('generate', options);
    const text = this.#options.generate?.(request.messages.at(-1)?.content ?? '') ?? 'I see.';
    for (const word of text.split(/(?<=\s)/)) request.onText?.(word);
    const tokens = text.split(' ').length;
    return { text, tokens, promptTokens: 0, reusedTokens: 0, firstTokenMs: 0, modelMs: 0 };
  }

  async endOfTurn(
    samples: Float32Array,
    options: InferenceOptions,
  ): Promise<{ probability: number; modelMs: number }> {
    await this.#serve('endOfTurn', options);
    return { probability: this.#options.endOfTurn?.(samples) ?? 0.95, modelMs: 0 };
  }

  async completeness(): Promise<{ probability: number; modelMs: number }> {
    return { probability: 0.5, modelMs: 0 };
  }

  async openDialogue(): Promise<void> {}

  async closeDialogue(): Promise<void> {}

  async swap(): Promise<readonly LoadedModel[]> {
    return [];
  }

  async devices(): Promise<readonly DeviceReport[]> {
    return [];
  }

  async loaded(): Promise<readonly LoadedModel[]> {
    return [];
  }

  async close(): Promise<void> {}

  async #serve(method: keyof FakeInference['calls'], options: InferenceOptions): Promise<void> {
    this.calls[method]++;
    const { latencyMs = 0 } = this.#options;
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    if (options.signal?.aborted) throw new VoxboxError('aborted', 'the request was withdrawn');
    if (method !== 'embed' && this.broken.has(method)) {
      throw new VoxboxError('inference_unavailable', 'the inference worker has stopped');
    }
  }
}
