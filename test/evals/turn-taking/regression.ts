import { logistic } from '../../../engine/speech/turn/logistic.ts';

/** What is known of one moment, and what it turned out to be. */
export interface Example {
  readonly features: readonly number[];
  readonly isTrue: boolean;
  /** How much it counts beside the others. */
  readonly share: number;
}

export interface RegressionOptions {
  readonly rounds: number;
  readonly rate: number;
  /** Keeps weights small that few examples speak for. */
  readonly decay: number;
  /** Weights that are not learnt, by index. */
  readonly given?: ReadonlyMap<number, number>;
}

/** Logistic regression by gradient descent; few examples, no hurry. The first feature is the constant. */
export function regress(examples: readonly Example[], options: RegressionOptions): number[] {
  const { rounds, rate, decay, given = new Map() } = options;
  const all = examples.reduce((sum, { share }) => sum + share, 0);
  const weights: number[] = (examples[0]?.features ?? []).map((_, index) => given.get(index) ?? 0);
  for (let round = 0; round < rounds; round += 1) {
    const gradient = weights.map((weight, index) => (index === 0 ? 0 : decay * weight));
    for (const { features, isTrue, share } of examples) {
      const error = ((logistic(weights, features) - (isTrue ? 1 : 0)) * share) / all;
      for (const [index, value] of features.entries())
        gradient[index] = (gradient[index] ?? 0) + error * value;
    }
    for (const [index, slope] of gradient.entries()) {
      if (!given.has(index)) weights[index] = (weights[index] ?? 0) - rate * slope;
    }
  }
  return weights;
}

/** As they stand in the source. */
export const written = (weights: readonly number[]): string =>
  `[${weights.map((weight) => Number(weight.toFixed(2))).join(', ')}]\n`;
