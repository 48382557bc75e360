import { askService, faultOf, type Service, VoxboxError } from '../foundation/index.ts';
import { eventsOf } from './event-stream.ts';
import type { LlmProvider, ToolRequest, ToolSpec } from './ports.ts';

export interface OpenAiOptions {
  /** Null for a server that asks for none. */
  readonly key: string | null;
  /** Up to and without `/chat/completions`. */
  readonly baseUrl?: string | null;
  readonly model?: string | null;
}

export const openAiUsual = { model: 'gpt-4.1-mini', baseUrl: 'https://api.openai.com/v1' } as const;

/** Any endpoint that speaks OpenAI's chat completions, streamed: OpenAI itself, Ollama, vLLM, llama.cpp … */
export function createOpenAiLlm({ key, baseUrl, model }: OpenAiOptions): LlmProvider {
  const address = baseUrl ?? openAiUsual.baseUrl;
  const host = URL.canParse(address) ? new URL(address).host : address;
  const service: Service = { name: `The language model at ${host}`, baseUrl: address, key };
  // OpenAI's newer models refuse the old name, other servers do not know the new one.
  const limit = /^https:\/\/api\.openai\.com\//.test(`${service.baseUrl}/`)
    ? 'max_completion_tokens'
    : 'max_tokens';
  return {
    name: 'openai',
    async generate({ messages, maxTokens, temperature, onText, tools = [] }, options) {
      const signal = signalOf(options);
      const startedMs = performance.now();
      const response = await askService(service, '/chat/completions', {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Accept: 'text/event-stream',
          ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({
          model: model ?? openAiUsual.model,
          messages,
          [limit]: maxTokens,
          ...(temperature === undefined ? {} : { temperature }),
          ...(tools.length > 0 ? { tools: tools.map(toolOf) } : {}),
          stream: true,
          stream_options: { include_usage: true },
        }),
        signal,
      });
      const answer = new Answer(service, startedMs, onText);
      try {
        for await (const data of eventsOf(response)) answer.take(data);
      } catch (error) {
        throw faultOf(service, error, signal);
      }
      return answer.result();
    },
  };
}

const toolOf = ({ name, description, parameters }: ToolSpec) => ({
  type: 'function',
  function: { name, description, parameters },
});

function signalOf({ signal, timeoutMs }: { signal?: AbortSignal; timeoutMs?: number }): AbortSignal {
  const signals = signal ? [signal] : [];
  if (timeoutMs !== undefined) signals.push(AbortSignal.timeout(timeoutMs));
  return AbortSignal.any(signals);
}

interface Chunk {
  readonly error?: { readonly message?: unknown };
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null;
      readonly tool_calls?: readonly {
        readonly index?: number;
        readonly function?: { readonly name?: string; readonly arguments?: string };
      }[];
    };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: {
    readonly prompt_tokens?: number;
    readonly completion_tokens?: number;
    readonly prompt_tokens_details?: { readonly cached_tokens?: number } | null;
  } | null;
}

/** What the chunks come to. */
class Answer {
  readonly #service: Service;
  readonly #startedMs: number;
  readonly #onText: ((text: string) => void) | undefined;
  readonly #tools: { name: string; json: string }[] = [];
  #text = '';
  #pieces = 0;
  #firstTokenMs = 0;
  #finished = false;
  #usage: NonNullable<Chunk['usage']> = {};

  constructor(service: Service, startedMs: number, onText: ((text: string) => void) | undefined) {
    this.#service = service;
    this.#startedMs = startedMs;
    this.#onText = onText;
  }

  take(data: string): void {
    if (data === '[DONE]') {
      this.#finished = true;
      return;
    }
    const chunk = this.#parsed(data);
    if (chunk.error) throw this.#failed(`failed: ${String(chunk.error.message).slice(0, 200)}`);
    if (chunk.usage) this.#usage = chunk.usage;
    const choice = chunk.choices?.[0];
    if (choice?.finish_reason) this.#finished = true;
    for (const { index = 0, function: part } of choice?.delta?.tool_calls ?? []) {
      this.#tools[index] ??= { name: '', json: '' };
      const tool = this.#tools[index];
      tool.name += part?.name ?? '';
      tool.json += part?.arguments ?? '';
      this.#sign('');
    }
    const text = choice?.delta?.content;
    if (text) this.#sign(text);
  }

  /** @throws VoxboxError `provider_failed` for an empty answer, `provider_unreachable` for half of one */
  result() {
    if (!this.#finished) {
      throw new VoxboxError(
        'provider_unreachable',
        `${this.#service.name} broke off in the midst of its answer`,
      );
    }
    const toolRequests = this.#tools.filter(Boolean).map((tool) => this.#toolRequest(tool));
    if (!this.#text.trim() && toolRequests.length === 0) throw this.#failed('wrote nothing');
    return {
      text: this.#text,
      toolRequests,
      tokens: this.#usage.completion_tokens ?? this.#pieces,
      promptTokens: this.#usage.prompt_tokens ?? 0,
      reusedTokens: this.#usage.prompt_tokens_details?.cached_tokens ?? 0,
      firstTokenMs: this.#firstTokenMs,
      modelMs: performance.now() - this.#startedMs,
    };
  }

  /** @param text '' for a piece of a tool request: whoever waits sees that something comes */
  #sign(text: string): void {
    this.#pieces++;
    if (this.#pieces === 1) this.#firstTokenMs = performance.now() - this.#startedMs;
    this.#text += text;
    this.#onText?.(text);
  }

  #parsed(data: string): Chunk {
    try {
      return JSON.parse(data) as Chunk;
    } catch (cause) {
      throw this.#failed('sent what cannot be read', cause);
    }
  }

  #toolRequest({ name, json }: { readonly name: string; readonly json: string }): ToolRequest {
    try {
      return { name, arguments: JSON.parse(json || '{}') };
    } catch (cause) {
      throw this.#failed(`asked for ${name} with arguments that cannot be read`, cause);
    }
  }

  #failed(words: string, cause?: unknown): VoxboxError {
    return new VoxboxError('provider_failed', `${this.#service.name} ${words}`, { cause });
  }
}
