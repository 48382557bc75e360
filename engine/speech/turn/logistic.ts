/** What a logistic regression makes of features, 0–1: one weight each, the first of them for the constant. Pure. */
export const logistic = (weights: readonly number[], features: readonly number[]): number =>
  1 / (1 + Math.exp(-features.reduce((sum, value, index) => sum + value * (weights[index] ?? 0), 0)));
