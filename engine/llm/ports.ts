import type { GenerateRequest, GenerateResult, InferenceOptions } from '../inference/index.ts';

/** A function that the model may ask for. Asking is all it can do: code decides what happens. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface ToolRequest {
  readonly name: string;
  /** Parsed JSON; not yet validated. */
  readonly arguments: unknown;
}

/** A language model: local, or any endpoint that speaks OpenAI's chat completions. */
export interface LlmProvider {
  readonly name: string;
  /**
   * Streams text to `request.onText`; '' tells that something comes that is no text.
   *
   * @throws VoxboxError; an empty answer is one
   */
  generate(
    request: GenerateRequest & { readonly tools?: readonly ToolSpec[] },
    options: InferenceOptions,
  ): Promise<GenerateResult & { readonly toolRequests: readonly ToolRequest[] }>;
}
