import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import type { Completeness, Exchange } from '../messages.ts';
import { keepCommon } from './prompt-prefix.ts';

/** The caller's words stand in a quotation, whatever template the model was trained with. */
const opening = (asked: string): string => `The receptionist asked: "${asked}" The caller said: "`;
/** What may follow a sentence's last word here. */
const marks = ['.', '?', '!', '"', '."', '?"', '!"'] as const;
/** More words than that say nothing more about whether the last one was the last. */
const longestTokens = 64;
/** Tokens of context that this needs. */
export const completenessTokens = 256;

/**
 * Asks a language model whether a sentence is at its end: how likely the next thing in a text is the mark that
 * closes it (Ekstedt and Skantze, TurnGPT, 2020). Words alone: a sentence that could end here may go on.
 */
export class CompletenessJudge {
  readonly #model: LlamaModel;
  readonly #sequence: LlamaContextSequence;
  readonly #marks: readonly Token[];
  /** One after the other: they share a sequence. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(model: LlamaModel, sequence: LlamaContextSequence) {
    this.#model = model;
    this.#sequence = sequence;
    this.#marks = marks.flatMap((mark) => {
      const [token, more] = model.tokenize(mark);
      return token === undefined || more !== undefined ? [] : [token];
    });
  }

  judge(exchange: Exchange, signal: AbortSignal): Promise<Completeness> {
    const judged = this.#last.then(() => this.#judge(exchange, signal));
    this.#last = judged.catch(() => {});
    return judged;
  }

  async #judge({ asked, said }: Exchange, signal: AbortSignal): Promise<Completeness> {
    signal.throwIfAborted();
    const startedMs = performance.now();
    const words = this.#model.tokenize(unmarked(said)).slice(-longestTokens);
    const last = words.pop();
    const prompt = [...this.#model.tokenize(opening(asked)).slice(-longestTokens), ...words];
    const unread = prompt.slice(await keepCommon(this.#sequence, prompt, prompt.length));
    if (last === undefined) {
      if (unread.length > 0) await this.#sequence.evaluateWithoutGeneratingNewTokens(unread);
      return { probability: 0, modelMs: performance.now() - startedMs };
    }
    const output = await this.#sequence.controlledEvaluate(
      [...unread, [last, { generateNext: { probabilities: true } }]],
      { evaluationPriority: 5 },
    );
    const next = output.at(-1)?.next.probabilities;
    const probability = this.#marks.reduce((sum, mark) => sum + (next?.get(mark) ?? 0), 0);
    return { probability: Math.min(1, probability), modelMs: performance.now() - startedMs };
  }
}

/** Without the marks that a recogniser wrote at the end: whether they belong there is the question. */
const unmarked = (text: string): string => text.trim().replace(/[\s.,;:!?…–-]+$/u, '');
