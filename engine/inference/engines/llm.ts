import type { Llama, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { modelFile, verifyModels } from '../../../models/index.ts';
import { VoxboxError } from '../../foundation/index.ts';
import type { GenerateRequest, GenerateResult, LoadedModel } from '../contract.ts';
import { deviceName } from '../device.ts';
import type { Work } from '../messages.ts';
import type { Engine, RunContext } from './engine.ts';

const modelId = 'smollm2-135m-instruct';
/** Tokens of one conversation; the model was trained on 8192, a telephone call needs far fewer. */
const contextTokens = 2_048;

type Message = GenerateRequest['messages'][number];

/** How many tokens two prompts have in common at their start. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length += 1;
  return length;
}

/**
 * ChatML, SmolLM2's template. Contents are tokenised as plain text: what a caller says can never
 * become one of the marks between messages.
 */
function promptTokens(model: LlamaModel, messages: readonly Message[]): Token[] {
  return [
    ...messages.flatMap((message) => [
      ...model.tokenize('<|im_start|>', true),
      ...model.tokenize(`${message.role}\n${message.content}`),
      ...model.tokenize('<|im_end|>', true),
      ...model.tokenize('\n'),
    ]),
    ...model.tokenize('<|im_start|>', true),
    ...model.tokenize('assistant\n'),
  ];
}

/**
 * The prompt that fits: the oldest exchanges go first, instructions and the last message stay.
 *
 * @throws VoxboxError `input_invalid` when these alone are too long
 */
export function fitMessages(
  messages: readonly Message[],
  fits: (messages: readonly Message[]) => boolean,
): readonly Message[] {
  let kept = messages;
  while (!fits(kept)) {
    const oldest = kept.findIndex((message, at) => message.role !== 'system' && at < kept.length - 1);
    if (oldest < 0) throw new VoxboxError('input_invalid', 'the prompt is longer than the model can read');
    kept = kept.toSpliced(oldest, 1);
  }
  return kept;
}

/** Sequences of one context: each keeps the prompt it worked on last, so that a growing dialogue is read once. */
class Generator {
  readonly #model: LlamaModel;
  readonly #free: LlamaContextSequence[];

  constructor(model: LlamaModel, sequences: readonly LlamaContextSequence[]) {
    this.#model = model;
    this.#free = [...sequences];
  }

  async generate(work: Extract<Work, { kind: 'generate' }>, context: RunContext): Promise<GenerateResult> {
    const startedMs = performance.now();
    const maxTokens = Math.min(work.maxTokens, contextTokens / 2);
    const room = contextTokens - maxTokens - 1;
    const messages = fitMessages(work.messages, (kept) => promptTokens(this.#model, kept).length <= room);
    const prompt = promptTokens(this.#model, messages);
    const sequence = this.#takeSequence(prompt);
    try {
      return await this.#run(sequence, { prompt, maxTokens, startedMs, work, context });
    } finally {
      this.#free.push(sequence);
    }
  }

  /** The free sequence that has read most of the prompt already. */
  #takeSequence(prompt: readonly Token[]): LlamaContextSequence {
    const best = this.#free
      .map((sequence, at) => ({ at, common: commonPrefix(sequence.contextTokens, prompt) }))
      .sort((a, b) => b.common - a.common)[0];
    const [sequence] = best ? this.#free.splice(best.at, 1) : [];
    if (!sequence) throw new Error('every sequence is busy');
    return sequence;
  }

  async #run(
    sequence: LlamaContextSequence,
    request: {
      readonly prompt: Token[];
      readonly maxTokens: number;
      readonly startedMs: number;
      readonly work: Extract<Work, { kind: 'generate' }>;
      readonly context: RunContext;
    },
  ): Promise<GenerateResult> {
    const { prompt, maxTokens, startedMs, work, context } = request;
    // the last token is always evaluated: its output is where the answer starts
    const common = Math.min(commonPrefix(sequence.contextTokens, prompt), prompt.length - 1);
    if (common < sequence.contextTokens.length) {
      await sequence.eraseContextTokenRanges([{ start: common, end: sequence.contextTokens.length }]);
    }
    const said: Token[] = [];
    let text = '';
    let firstTokenMs = 0;
    const evaluation = sequence.evaluate(prompt.slice(common), {
      temperature: work.temperature,
      topP: 0.9,
      repeatPenalty: { punishTokens: () => said.slice(-64), penalty: 1.1 },
      evaluationPriority: context.live ? 5 : 1,
    });
    for await (const token of evaluation) {
      context.signal.throwIfAborted();
      if (said.length === 0) firstTokenMs = performance.now() - startedMs;
      if (this.#model.isEogToken(token)) break;
      said.push(token);
      const whole = this.#model.detokenize(said);
      // a character may be spread over several tokens
      if (!whole.endsWith('\ufffd') && whole.length > text.length) {
        context.onText(whole.slice(text.length));
        text = whole;
      }
      if (said.length >= maxTokens) break;
    }
    return { text, tokens: said.length, firstTokenMs, modelMs: performance.now() - startedMs };
  }
}

/** @throws VoxboxError `model_missing` or `model_corrupted` */
export async function loadLlm(
  modelsDir: string,
  llama: Llama,
  plan: { readonly llmSlots: number; readonly llmThreads: number },
): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const model = await llama.loadModel({
    modelPath: modelFile(modelsDir, modelId, 'SmolLM2-135M-Instruct.Q4_1.gguf'),
  });
  const context = await model.createContext({
    contextSize: contextTokens,
    batchSize: 512,
    sequences: plan.llmSlots,
    threads: plan.llmThreads,
  });
  const generator = new Generator(
    model,
    Array.from({ length: plan.llmSlots }, () => context.getSequence()),
  );
  const warmUp = { role: 'user', content: 'Hello.' } as const;
  await generator.generate(
    { kind: 'generate', messages: [warmUp], maxTokens: 2, temperature: 0, stream: false },
    { signal: new AbortController().signal, onText: () => {}, live: false },
  );
  const loaded = {
    id: modelId,
    use: 'llm',
    device: deviceName(llama),
    loadMs: performance.now() - startedMs,
  } as const;
  return {
    models: (): LoadedModel[] => [loaded],
    run: async (work, runContext) => {
      if (work.kind !== 'generate') throw new TypeError(`a language model cannot ${work.kind}`);
      return await generator.generate(work, runContext);
    },
  };
}
