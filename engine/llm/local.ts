import { type APIConnectOptions, DEFAULT_API_CONNECT_OPTIONS, llm } from '@livekit/agents';
import { VoxboxError } from '../foundation/index.ts';
import type { GenerateRequest, Inference } from '../inference/index.ts';

export interface LocalLlmOptions {
  readonly inference: Pick<Inference, 'generate'>;
  readonly maxTokens?: number;
  readonly temperature?: number;
}

/**
 * The language model of the inference worker in LiveKit's shape. It streams text and calls no tools: the
 * dialogue's effects are decided by code.
 */
export class LocalLlm extends llm.LLM {
  readonly #options: LocalLlmOptions;

  constructor(options: LocalLlmOptions) {
    super();
    this.#options = options;
  }

  label(): string {
    return 'voxbox.LocalLlm';
  }

  override get provider(): string {
    return 'voxbox';
  }

  chat(request: { chatCtx: llm.ChatContext; connOptions?: APIConnectOptions }): llm.LLMStream {
    const { chatCtx, connOptions = DEFAULT_API_CONNECT_OPTIONS } = request;
    return new LocalLlmStream(this, { chatCtx, connOptions, options: this.#options });
  }
}

class LocalLlmStream extends llm.LLMStream {
  readonly #options: LocalLlmOptions;

  constructor(
    model: LocalLlm,
    request: { chatCtx: llm.ChatContext; connOptions: APIConnectOptions; options: LocalLlmOptions },
  ) {
    super(model, request);
    this.#options = request.options;
  }

  protected async run(): Promise<void> {
    const id = `local-${performance.now()}`;
    const { inference, maxTokens = 120, temperature } = this.#options;
    const { signal } = this.abortController;
    try {
      const { tokens } = await inference.generate(
        {
          messages: toMessages(this.chatCtx),
          maxTokens,
          ...(temperature === undefined ? {} : { temperature }),
          onText: (content) => this.#tell({ id, delta: { role: 'assistant', content } }),
        },
        { priority: 'live', signal },
      );
      const usage = { completionTokens: tokens, promptTokens: 0, promptCachedTokens: 0, totalTokens: tokens };
      this.#tell({ id, usage });
    } catch (error) {
      if (!signal.aborted) {
        throw error instanceof Error
          ? error
          : new VoxboxError('inference_failed', 'the language model failed', { cause: error });
      }
    }
  }

  #tell(chunk: llm.ChatChunk): void {
    if (!this.queue.closed && !this.closed) this.queue.put(chunk);
  }
}

/** The conversation as plain messages; anything else in it (tool calls, handoffs) is left out. */
export function toMessages(chatCtx: llm.ChatContext): GenerateRequest['messages'] {
  return chatCtx.items.flatMap((item) => {
    if (item.type !== 'message') return [];
    const content = item.textContent;
    if (!content) return [];
    return [{ role: item.role === 'developer' ? ('system' as const) : item.role, content }];
  });
}
