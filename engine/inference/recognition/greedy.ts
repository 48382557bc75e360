import type { NextTokens } from './beam.ts';

/** The most probable token of one row of logits, and its probability (softmax). */
export function bestToken(logits: Float32Array): Best {
  const { length } = logits;
  let token = 0;
  let top = logits[0] as number;
  for (let i = 1; i < length; i += 1) {
    const logit = logits[i] as number;
    if (logit > top) {
      top = logit;
      token = i;
    }
  }
  // terms under e^-20 cannot be seen in the sum
  const least = top - 20;
  let sum = 0;
  for (let i = 0; i < length; i += 1) {
    const logit = logits[i] as number;
    if (logit > least) sum += Math.exp(logit - top);
  }
  return { token, probability: 1 / sum };
}

/** The probabilities in one row of logits (log-softmax). */
export function nextTokens(logits: Float32Array): NextTokens {
  const { token, probability } = bestToken(logits);
  const sum = (logits[token] ?? 0) - Math.log(probability);
  return { best: token, of: (one) => (logits[one] ?? Number.NEGATIVE_INFINITY) - sum };
}

/** Tokens that are guessed at once after a guess was wrong: each costs a tenth of a step of its own. */
const carefulGuess = 6;
/** How far words may have moved, and how many may be new. */
const shiftTokens = 4;

/** What is still guessed to come, and how much of that the next step is asked about. */
export interface Guess {
  readonly rest: readonly number[];
  /** Left out of the question: a word that `token` stands for. */
  readonly skip: number;
  readonly width: number;
  /** Words in a row that were not among those expected next. */
  readonly missed: number;
}

/** Goes on after the step that was right `accepted` times and then gave `token`, which was not asked about. */
export function guessOn({ rest, skip, missed }: Guess, accepted: number, token: number): Guess {
  const left = accepted > 0 ? rest.slice(skip + accepted) : rest;
  const moved = left.slice(0, shiftTokens).indexOf(token);
  if (moved >= 0) {
    const after = left.slice(moved + 1);
    return { rest: after, skip: 0, width: moved === 0 ? after.length : carefulGuess, missed: 0 };
  }
  if (accepted > 0 || missed === 0) return { rest: left, skip: 1, width: carefulGuess, missed: 1 };
  // wrong twice: nothing is asked any more until a word is heard again that was expected
  return { rest: missed < shiftTokens ? left : left.slice(1), skip: 0, width: 0, missed: missed + 1 };
}

/**
 * Where the best token is less probable than this, another one may win when several tokens are read at once: the
 * decoder's 8-bit arithmetic rounds by the whole step (measured: every token that differed was below 0.57).
 */
const sureProbability = 0.6;

export interface Greedy {
  readonly said: readonly number[];
  /** Sum of the tokens' probabilities. */
  readonly probability: number;
  /** Natural logarithm of the whole text's, its end included. */
  readonly logProbability: number;
}

interface Best {
  readonly token: number;
  readonly probability: number;
}

/**
 * One step of a decoder.
 *
 * @param position how many tokens it has read before and keeps; what it read beyond is forgotten
 * @returns what it holds most probable behind each of `tokens`, by their place among them
 */
export type DecoderStep = (tokens: readonly number[], position: number) => Promise<(at: number) => Best>;

/**
 * Greedy decoding that is offered a guess: one step judges all of it, and what differs is decoded from there on
 * (speculative decoding, Leviathan et al. 2023). A token that is in doubt is asked for again by itself, and so is
 * the first, whose numbers are so large that the others' would be lost beside them.
 */
export async function decodeGreedily(
  step: DecoderStep,
  options: {
    readonly guess: readonly number[];
    /** Tokens before the first and after the last. */
    readonly start: number;
    readonly end: number;
    readonly limit: number;
    readonly signal: AbortSignal;
  },
): Promise<Greedy> {
  const said: number[] = [];
  let guess: Guess = { rest: options.guess, skip: 0, width: options.guess.length, missed: 0 };
  let probability = 0;
  let logProbability = 0;
  let next = options.start;
  let isAlone = true;
  for (;;) {
    options.signal.throwIfAborted();
    const asked: readonly number[] = isAlone ? [] : guess.rest.slice(guess.skip, guess.skip + guess.width);
    const bestAfter = await step([next, ...asked], said.length);
    for (let at = 0; ; at += 1) {
      const best = bestAfter(at);
      isAlone = asked.length > 0 && best.probability < sureProbability;
      if (isAlone) {
        next = asked[at - 1] ?? next;
        if (at > 0) guess = { ...guess, rest: guess.rest.slice(guess.skip + at), skip: 0 };
        break;
      }
      logProbability += Math.log(best.probability);
      if (best.token === options.end) return { said, probability, logProbability };
      said.push(best.token);
      probability += best.probability;
      if (said.length >= options.limit) return { said, probability, logProbability };
      if (best.token === asked[at]) continue;
      next = best.token;
      guess = guessOn(guess, at, next);
      break;
    }
  }
}
