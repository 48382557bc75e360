import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Passage, TenantStore } from '../store/index.ts';
import type { KnowledgeParts } from './ingest.ts';
import { coverage, topicWords } from './words.ts';

export interface Found {
  readonly passageId: string;
  readonly sourceId: string;
  readonly sourceName: string;
  /** The headings that it stands under in the first line, where it has any. */
  readonly text: string;
  /** Of the fused order, 0–1: 1 is first by meaning and by words. */
  readonly score: number;
}

export interface Match extends Found {
  readonly passage: Passage;
  /** With the question; null for one that only its words brought up. */
  readonly cosine: number | null;
}

/** Each way of searching names this many; later places would not count. */
const ranked = 20;
/**
 * Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009): how much the first places count, and each way of
 * searching. By the tuning half of the question set.
 */
const fusion = { flatness: 5, meaning: 1, words: 0.8 } as const;
const usualLimit = 5;

/** Passages that fit a question best, the best first. */
export async function retrieve(
  question: string,
  { store, embed }: Pick<KnowledgeParts, 'store' | 'embed'>,
  { limit = usualLimit }: { limit?: number } = {},
): Promise<readonly Found[]> {
  const [vector] = await embed([question]);
  const matches = vector ? await search(question, vector, { store, limit }) : [];
  return matches.map(asFound);
}

/** The same for a question that was embedded before. */
export async function search(
  question: string,
  vector: Float32Array,
  { store, limit }: { readonly store: Pick<TenantStore, 'passages'>; readonly limit: number },
): Promise<Match[]> {
  const byMeaning = store.passages.nearest(vector, ranked);
  // a few milliseconds each: packets and other calls go between
  await nextTurn();
  const words = topicWords(question);
  const byWords = store.passages.byWords(words, ranked).map(({ id }) => id);
  const holding = new Map(
    store.passages.get(byWords).map((passage) => [passage.id, shareOf(words, passage)]),
  );
  const scores = fused([
    { weight: () => fusion.meaning, ids: byMeaning.map(({ id }) => id) },
    // one word of many says little, however rare it is
    { weight: (id) => fusion.words * (holding.get(id) ?? 0), ids: byWords },
  ]);
  const best = [...scores].toSorted(([, one], [, other]) => other - one).slice(0, limit);
  const passages = store.passages.get(best.map(([id]) => id));
  const cosines = new Map(byMeaning.map(({ id, cosine }) => [id, cosine]));
  return passages.map((passage) => ({
    passage,
    cosine: cosines.get(passage.id) ?? null,
    passageId: String(passage.id),
    sourceId: passage.sourceId,
    sourceName: passage.sourceName,
    text: passage.heading === '' ? passage.text : `${passage.heading}\n${passage.text}`,
    score: scores.get(passage.id) ?? 0,
  }));
}

/** What the room's door shows of a match. */
export const asFound = ({ passage: _passage, cosine: _cosine, ...found }: Match): Found => found;

/** Share of a question's topic words that a passage and its headings hold. */
export const shareOf = (
  words: readonly string[],
  { heading, text }: Pick<Passage, 'heading' | 'text'>,
): number => coverage(words, `${heading} ${text}`);

interface Order {
  readonly weight: (id: number) => number;
  readonly ids: readonly number[];
}

function fused(orders: readonly Order[]): Map<number, number> {
  const most = (fusion.meaning + fusion.words) / (fusion.flatness + 1);
  const scores = new Map<number, number>();
  for (const { weight, ids } of orders) {
    for (const [rank, id] of ids.entries()) {
      scores.set(id, (scores.get(id) ?? 0) + weight(id) / (fusion.flatness + rank + 1) / most);
    }
  }
  return scores;
}
