import type { IntentExample, IntentReading } from './intents.ts';

/** The wishes whose examples are nearest, the nearest first, each with the distance to the next. */
export function nearestIntents(
  examples: readonly IntentExample[],
  vector: Float32Array,
): readonly IntentReading[] {
  const best = new Map<string, { example: IntentExample; score: number }>();
  for (const example of examples) {
    const key = `${example.intent} ${example.skillId ?? ''}`;
    const score = cosine(example.vector, vector);
    if (score > (best.get(key)?.score ?? -1)) best.set(key, { example, score });
  }
  const ranked = [...best.values()].sort((a, b) => b.score - a.score);
  return ranked.map(({ example: { intent: name, skillId }, score }, i) => {
    return { name, skillId, score, margin: score - (ranked[i + 1]?.score ?? 0) };
  });
}

export const nearestIntent = (
  examples: readonly IntentExample[],
  vector: Float32Array,
): IntentReading | null => nearestIntents(examples, vector)[0] ?? null;

export function cosine(a: Float32Array, b: Float32Array): number {
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa === 0 || bb === 0 ? 0 : dot / Math.sqrt(aa * bb);
}
