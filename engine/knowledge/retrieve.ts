import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Nearness, Passage, Passages, TenantStore } from '../store/index.ts';
import type { KnowledgeParts } from './ingest.ts';
import { namesFor } from './same-thing.ts';
import { tellsWhatIsAsked } from './what-is-asked.ts';
import { coverage, coverageOf, topicWords } from './words.ts';

export interface Found {
  readonly passageId: string;
  readonly sourceId: string;
  readonly sourceName: string;
  /** The headings that it stands under in the first line, where it has any. */
  readonly text: string;
  /** 0–1, of its meaning, its best sentence's and its words: 1 where all are those of the question. */
  readonly score: number;
}

export interface Match extends Found {
  readonly passage: Passage;
  /** Of the question with the whole, and with each of its sentences. */
  readonly nearness: Nearness;
}

/** How many passages are looked at closely: the nearest by meaning, and the best by their words. */
const looked = { meaning: 20, words: 20 } as const;
/** What a passage's score is made of. By the tuning questions. */
const worth = { passage: 0.5, sentence: 1, words: 0.35, asked: 0.08 } as const;
/**
 * Words are looked up from the rarest on while they stand in no more passages than this, all together: each of
 * them is weighed, and a word that stands everywhere tells nothing apart.
 */
const weighedPassages = 1_000;
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
  { store: { passages }, limit }: { readonly store: Pick<TenantStore, 'passages'>; readonly limit: number },
): Promise<Match[]> {
  const words = topicWords(question);
  const byMeaning = passages.nearest(vector, looked.meaning);
  const rare = await rareWords(words.flatMap(namesFor), passages);
  // a few milliseconds each: packets and other calls go between
  await nextTurn();
  const byWords = passages.byWords(rare, looked.words);
  await nextTurn();
  const ids = [...new Set([...byMeaning, ...byWords].map(({ id }) => id))];
  const nearness = new Map(passages.nearnessTo(vector, ids).map((one) => [one.id, one]));
  await nextTurn();
  const judges = { covers: coverageOf(words), tells: tellsWhatIsAsked(question) };
  return passages
    .get(ids)
    .flatMap((passage) => {
      const near = nearness.get(passage.id);
      return near ? [matchOf(passage, near, judges)] : [];
    })
    .toSorted((one, other) => other.score - one.score)
    .slice(0, limit);
}

function matchOf(
  passage: Passage,
  nearness: Nearness,
  { covers, tells }: { readonly covers: (text: string) => number; readonly tells: (text: string) => number },
): Match {
  const sum =
    worth.passage * nearness.cosine +
    worth.sentence * Math.max(...nearness.sentences) +
    worth.words * covers(`${passage.heading} ${passage.text}`) +
    worth.asked * Math.max(0, tells(passage.text));
  return {
    ...{ passage, nearness },
    passageId: String(passage.id),
    sourceId: passage.sourceId,
    sourceName: passage.sourceName,
    text: passage.heading === '' ? passage.text : `${passage.heading}\n${passage.text}`,
    score: Math.max(0, sum / (worth.passage + worth.sentence + worth.words + worth.asked)),
  };
}

async function rareWords(words: readonly string[], passages: Passages): Promise<string[]> {
  if (passages.count() <= weighedPassages) return [...words];
  const counted: { word: string; count: number }[] = [];
  for (const word of words) {
    await nextTurn();
    counted.push({ word, count: passages.holding(word, weighedPassages) });
  }
  let room = weighedPassages;
  return counted
    .toSorted((one, other) => one.count - other.count)
    .filter(({ count }) => {
      room -= count;
      return count > 0 && room > 0;
    })
    .map(({ word }) => word);
}

/** What the room's door shows of a match. */
export const asFound = ({ passage: _passage, nearness: _nearness, ...found }: Match): Found => found;

/** Share of a question's topic words that a passage and its headings hold. */
export const shareOf = (
  words: readonly string[],
  { heading, text }: Pick<Passage, 'heading' | 'text'>,
): number => coverage(words, `${heading} ${text}`);
