/** How well the best answer there is answers a question. */
export interface Fitness {
  /** Cosine of the question and the best sentence under its headings. */
  readonly sentence: number;
  /** Share of the question's topic words that the answer and the headings above it hold; a half where it has none. */
  readonly coverage: number;
  /** Share of them that no passage at all holds, less of it where the business has written little. */
  readonly unheard: number;
  /** 1 where an amount or a time is asked for and the answer tells one, -1 where it does not, 0 where neither is. */
  readonly asked: number;
}

/**
 * Logistic regression over the tuning questions, asked of all documents together and of one business's alone;
 * made by test/evals/retrieval/tune.ts.
 */
const weights = { sentence: 10.28, coverage: 4.17, unheard: -4.83, asked: 0.62, bias: -5.19 } as const;

/** Probability that what was found answers the question. */
export function probabilityOfFit({ sentence, coverage, unheard, asked }: Fitness): number {
  const sum =
    weights.bias +
    weights.sentence * sentence +
    weights.coverage * coverage +
    weights.unheard * unheard +
    weights.asked * asked;
  return 1 / (1 + Math.exp(-sum));
}

/**
 * Below it nothing fits: the agent says so, and the question is kept for the owner. Of the tuning questions that
 * nothing answers, one in ten is above it.
 */
export const leastProbability = 0.58;
