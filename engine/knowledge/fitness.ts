/** How well the best passage answers a question, in figures from 0 to 1. */
export interface Fitness {
  /** Cosine of the question and the passage nearest to it. */
  readonly passage: number;
  /** Cosine of the question and the best sentence. */
  readonly sentence: number;
  /** Share of the question's topic words that the best passage holds; 1 where it has none. */
  readonly coverage: number;
  /** Share of them that no passage at all holds: the business has written nothing of it. */
  readonly unheard: number;
}

/** Logistic regression over the tuning half of the question set; made by test/evals/retrieval/tune.ts. */
const weights = { passage: 4.02, sentence: 3.42, coverage: 2.61, unheard: -2.29, bias: -3.55 } as const;

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

/** Below it nothing fits: the agent says so, and the question is kept for the owner. */
export const leastProbability = 0.5;
