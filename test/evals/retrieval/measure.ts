import { weigh } from '../../../engine/knowledge/answer.ts';
import type { Fitness } from '../../../engine/knowledge/fitness.ts';
import { search } from '../../../engine/knowledge/retrieve.ts';
import { topicWords } from '../../../engine/knowledge/words.ts';
import type { Passage } from '../../../engine/store/index.ts';
import type { Library, Question } from './set.ts';

/** Whether the right passage is among the first three, by each way of searching. */
export interface Hits {
  readonly fused: boolean;
  readonly words: boolean;
  readonly meaning: boolean;
}

const first = 3;

export async function hitsOf(asked: Question, library: Library): Promise<Hits> {
  const { store, embed } = library;
  const [vector = new Float32Array(384)] = await embed([asked.question]);
  const isHit = (passages: readonly Passage[]): boolean =>
    passages.some((passage) => isRight(passage, asked, library));
  const byId = (found: readonly { readonly id: number }[]): Passage[] =>
    store.passages.get(found.map(({ id }) => id));
  const fused = await search(asked.question, vector, { store, limit: first });
  return {
    fused: isHit(fused.map(({ passage }) => passage)),
    words: isHit(byId(store.passages.byWords(topicWords(asked.question), first))),
    meaning: isHit(byId(store.passages.nearest(vector, first))),
  };
}

/** Of the document, and with the phrase that tells it from the others. */
export const isRight = (
  { sourceName, heading, text }: Passage,
  { document, phrase }: Question,
  library: Library,
): boolean =>
  library.documentOf(sourceName) === document && `${heading} ${text}`.replace(/\s+/g, ' ').includes(phrase);

export interface Weighing {
  readonly fitness: Fitness;
  readonly text: string;
  /** The passage that the answer is from is the right one. */
  readonly isRight: boolean;
}

/** @param asked a question, or the words of one that nothing answers */
export async function weighingOf(asked: Question | string, library: Library): Promise<Weighing | null> {
  const weighed = await weigh(typeof asked === 'string' ? asked : asked.question, library);
  if (!weighed) return null;
  const [best] = weighed.matches;
  const right = typeof asked !== 'string' && best !== undefined && isRight(best.passage, asked, library);
  return { fitness: weighed.fitness, text: weighed.text, isRight: right };
}
