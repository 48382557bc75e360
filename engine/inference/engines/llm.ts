import type { Llama, LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import { verifyModels } from '../../../models/index.ts';
import { VoxboxError } from '../../foundation/index.ts';
import type { GenerateRequest, GenerateResult, LoadedModel } from '../contract.ts';
import type { DevicePlan } from '../device.ts';
import type { Work } from '../messages.ts';
import { CompletenessJudge, completenessTokens } from './completeness.ts';
import type { Engine, EngineStart, RunContext } from './engine.ts';
import { deviceOf, ggufFile } from './gguf-file.ts';
import { commonPrefix, keepCommon } from './prompt-prefix.ts';

/** Tokens of one conversation; the model was trained on 8192, a telephone call needs far fewer. */
const contextTokens = 2_048;

type Message = GenerateRequest['messages'][number];

/**
 * ChatML, SmolLM2's template. Contents are tokenised as plain text: what a caller says can never
 * become one of the marks between messages.
 */
export function promptTokens(model: LlamaModel, messages: readonly Message[]): Token[] {
  return [
    ...messages.flatMap((message) => [
      ...model.tokenize('<|im_start|>', true),
      ...model.tokenize(`${message.role}\n${message.content}`),
      ...model.tokenize('<|im_end|>', true),
      ...model.tokenize('\n'),
    ]),
    ...answerMark(model),
  ];
}

/** How the assistant's turn begins. */
const answerMark = (model: LlamaModel): Token[] => [
  ...model.tokenize('<|im_start|>', true),
  ...model.tokenize('assistant\n'),
];

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

type Generation = Extract<Work, { kind: 'generate' }>;

/** Tokens that are read between two looks at whether they are still wanted. */
const readAtOnce = 128;

/** One of the context's places, with the prompt that it worked on last. */
interface Place {
  readonly sequence: LlamaContextSequence;
  /** The open conversation that it is kept for. */
  dialogue: string | null;
  busy: boolean;
  /** Counts up with each use of any place. */
  usedAt: number;
}

/**
 * The place for a prompt: the dialogue's own, else the free one that has read most of it already. A place that
 * is kept for another dialogue gives way only when there is no other, the one that rested longest first.
 */
export function choosePlace<P extends Readonly<Pick<Place, 'dialogue' | 'busy' | 'usedAt'>>>(
  places: readonly P[],
  dialogue: string | null,
  commonWith: (place: P) => number,
): P | undefined {
  const free = places.filter(({ busy }) => !busy);
  const own = dialogue === null ? undefined : free.find((place) => place.dialogue === dialogue);
  if (own) return own;
  const loose = free
    .filter((place) => place.dialogue === null)
    .map((place) => ({ place, common: commonWith(place) }))
    .sort((a, b) => b.common - a.common || a.place.usedAt - b.place.usedAt)[0];
  return loose?.place ?? free.toSorted((a, b) => a.usedAt - b.usedAt)[0];
}

/** Sequences of one context: each keeps the prompt it worked on last, so that a growing dialogue is read once. */
class Generator {
  readonly #model: LlamaModel;
  readonly #places: readonly Place[];
  #uses = 0;

  constructor(model: LlamaModel, sequences: readonly LlamaContextSequence[]) {
    this.#model = model;
    this.#places = sequences.map((sequence) => ({ sequence, dialogue: null, busy: false, usedAt: 0 }));
  }

  async generate(work: Generation, context: RunContext): Promise<GenerateResult> {
    const startedMs = performance.now();
    const maxTokens = Math.min(work.maxTokens, contextTokens / 2);
    const prompt = this.#promptOf(work.messages, contextTokens - maxTokens - 1);
    return await this.#at(work.dialogue, prompt, async (sequence) => {
      // the last token is always evaluated: its output is where the answer starts
      const reusedTokens = await keepCommon(sequence, prompt, prompt.length - 1);
      const answer = await this.#answer(sequence, {
        unread: prompt.slice(reusedTokens),
        ...{ maxTokens, startedMs, work, context },
      });
      return { ...answer, promptTokens: prompt.length, reusedTokens };
    });
  }

  /** Reads how a dialogue's prompts will begin, a piece at a time so that callers' answers go in between. */
  async openDialogue(
    { id, prefix }: Extract<Work, { kind: 'open-dialogue' }>,
    { signal }: RunContext,
  ): Promise<void> {
    this.closeDialogue(id);
    const whole = this.#promptOf(prefix, contextTokens / 2);
    const prompt = whole.slice(0, whole.length - answerMark(this.#model).length);
    await this.#at(id, prompt, async (sequence) => {
      let read = await keepCommon(sequence, prompt, prompt.length);
      while (read < prompt.length) {
        signal.throwIfAborted();
        const piece = prompt.slice(read, read + readAtOnce);
        await sequence.evaluateWithoutGeneratingNewTokens(piece, { evaluationPriority: 2 });
        read += piece.length;
      }
    });
  }

  /** Its place keeps what it has read: the next call of the same agent begins alike. */
  closeDialogue(id: string): void {
    for (const place of this.#places) if (place.dialogue === id) place.dialogue = null;
  }

  #promptOf(messages: readonly Message[], room: number): Token[] {
    let prompt: Token[] = [];
    fitMessages(messages, (kept) => {
      prompt = promptTokens(this.#model, kept);
      return prompt.length <= room;
    });
    return prompt;
  }

  async #at<T>(
    dialogue: string | null,
    prompt: readonly Token[],
    work: (sequence: LlamaContextSequence) => Promise<T>,
  ): Promise<T> {
    const place = choosePlace(this.#places, dialogue, ({ sequence }) =>
      commonPrefix(sequence.contextTokens, prompt),
    );
    if (!place) throw new Error('every sequence is busy');
    this.#uses += 1;
    Object.assign(place, { dialogue, busy: true, usedAt: this.#uses });
    try {
      return await work(place.sequence);
    } finally {
      place.busy = false;
    }
  }

  async #answer(
    sequence: LlamaContextSequence,
    request: {
      readonly unread: Token[];
      readonly maxTokens: number;
      readonly startedMs: number;
      readonly work: Generation;
      readonly context: RunContext;
    },
  ): Promise<Pick<GenerateResult, 'text' | 'tokens' | 'firstTokenMs' | 'modelMs'>> {
    const { unread, maxTokens, startedMs, work, context } = request;
    const said: Token[] = [];
    let text = '';
    let firstTokenMs = 0;
    const evaluation = sequence.evaluate(unread, {
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
  { modelsDir, modelId, placement }: EngineStart,
  llama: Llama,
  plan: DevicePlan,
): Promise<Engine> {
  const startedMs = performance.now();
  await verifyModels({ modelsDir, ids: [modelId], full: false });
  const model = await llama.loadModel({
    modelPath: ggufFile(modelsDir, modelId),
    ...(placement.on === 'cpu' ? { gpuLayers: 0 } : {}),
  });
  const context = await model.createContext({
    contextSize: contextTokens,
    batchSize: 512,
    sequences: plan.llmDialogues,
    threads: plan.llmThreads,
  });
  const generator = new Generator(
    model,
    Array.from({ length: plan.llmDialogues }, () => context.getSequence()),
  );
  const judging = await model.createContext({
    contextSize: completenessTokens,
    batchSize: completenessTokens,
    threads: plan.llmThreads,
  });
  const completeness = new CompletenessJudge(model, judging.getSequence());
  const warmUp = { role: 'user', content: 'Hello.' } as const;
  await generator.generate(
    { kind: 'generate', messages: [warmUp], maxTokens: 2, temperature: 0, stream: false, dialogue: null },
    { signal: new AbortController().signal, onText: () => {}, live: false },
  );
  await completeness.judge({ asked: 'Hello?', said: 'Hello.' }, new AbortController().signal);
  const loaded: LoadedModel = {
    ...{ id: modelId, use: 'llm', loadMs: performance.now() - startedMs },
    ...deviceOf(llama, placement),
  };
  return {
    models: () => [loaded],
    run: async (work, runContext) => {
      if (work.kind === 'generate') return await generator.generate(work, runContext);
      if (work.kind === 'completeness') return await completeness.judge(work, runContext.signal);
      if (work.kind === 'open-dialogue') await generator.openDialogue(work, runContext);
      else if (work.kind === 'close-dialogue') generator.closeDialogue(work.id);
      else throw new TypeError(`a language model cannot ${work.kind}`);
      return null;
    },
    close: async () => {
      await context.dispose();
      await judging.dispose();
      await model.dispose();
    },
  };
}
