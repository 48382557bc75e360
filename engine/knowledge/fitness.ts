/** How well the best answer there is answers a question, in figures from 0 to 1. */
export interface Fitness {
  /** Cosine of the question and the passage nearest to it. */
  readonly passage: number;
  /** Cosine of the question and the best sentence. */
  readonly sentence: number;
  /** Share of the question's topic words that the answer and the headings above it hold; a half where it has none. */
  readonly coverage: number;
  /** Share of them that no passage at all holds, less of it where the business has written little. */
  readonly unheard: number;
}

/**
 * Logistic regression over the tuning questions, asked of all documents together and of one business's alone;
 * made by test/evals/retrieval/tune.ts.
 */
const weights = { passage: 3.52, sentence: 4.36, coverage: 3.22, unheard: -1.84, bias: -4.49 } as const;

/** Probability that what was found answers the question. */
export function probabilityOfFit({ passage, sentence, coverage, unheard }: Fitness): number {
  const sum =
    weights.bias +
    weights.passage * passage +
    weights.sentence * sentence +
    weights.coverage * coverage +
    weights.unheard * unheard;
  return 1 / (1 + Math.exp(-sum));
}

/**
 * Below it nothing fits: the agent says so, and the question is kept for the owner. Of the tuning questions that
 * nothing answers, one in eleven is above it.
 */
export const leastProbability = 0.46;
