import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Fitness, leastProbability, probabilityOfFit } from './fitness.ts';
import type { KnowledgeParts } from './ingest.ts';
import { asFound, type Found, type Match, search, shareOf } from './retrieve.ts';
import { namesFor } from './same-thing.ts';
import { sentencesOfPassage } from './sentences.ts';
import { speakable, wordCount } from './speakable.ts';
import { tellsWhatIsAsked } from './what-is-asked.ts';
import { coverageOf, topicWords } from './words.ts';

export interface Answer {
  /** One or two sentences, at most about 45 words, as they are spoken. */
  readonly text: string;
  readonly passages: readonly Found[];
}

/** A sentence of a passage that was found, and how well it answers. */
interface Candidate {
  readonly match: Match;
  readonly place: number;
  readonly text: string;
  readonly cosine: number;
  readonly score: number;
}

const limits = { matches: 3, words: 45 } as const;
/** What a sentence's score is made of beside its cosine. */
const worth = { coverage: 0.25, laterPassage: -0.04, secondSentence: 0.08 } as const;
/** Passages of a business that has written of half of what it could be asked. */
const muchWritten = 50;

/**
 * The sentences of what the business has written that answer a question. Null where nothing fits well enough:
 * then the question is kept as unanswered, where it came in a call (`callId` given; null for one without a record).
 */
export async function answer(
  question: string,
  { store, embed }: Omit<KnowledgeParts, 'signal'>,
  { callId }: { callId?: string | null } = {},
): Promise<Answer | null> {
  const weighed = await weigh(question, { store, embed });
  if (weighed && probabilityOfFit(weighed.fitness) >= leastProbability) {
    return { text: weighed.text, passages: weighed.matches.map(asFound) };
  }
  if (callId !== undefined && question.trim() !== '') store.unanswered.record(question, callId);
  return null;
}

interface Weighed {
  readonly text: string;
  readonly matches: readonly Match[];
  readonly fitness: Fitness;
}

/** The best answer there is, however bad; null where nothing was found at all. */
export async function weigh(
  question: string,
  { store, embed }: Pick<KnowledgeParts, 'store' | 'embed'>,
): Promise<Weighed | null> {
  const [vector] = await embed([question]);
  if (!vector) return null;
  const matches = await search(question, vector, { store, limit: limits.matches });
  const words = topicWords(question);
  const covers = coverageOf(words);
  const candidates = matches.flatMap((match, rank) => sentencesOfMatch(match, { rank, covers }));
  const best = candidates.toSorted((one, other) => other.score - one.score)[0];
  if (!best) return null;
  const text = speakable(phrased(best, candidates), limits.words);
  const said = { heading: best.match.passage.heading, text };
  const fitness: Fitness = {
    sentence: Math.max(0, ...candidates.map(({ cosine }) => cosine)),
    coverage: words.length === 0 ? 0.5 : shareOf(words, said),
    unheard: await unheardShare(words, best.match, store),
    asked: tellsWhatIsAsked(question)(text),
  };
  const cited = [best.match, ...matches.filter((match) => match !== best.match)];
  return { text, matches: cited, fitness };
}

/**
 * Only words that the passage lacks are looked for elsewhere. The less a business has written, the less it means
 * that it has not written of something.
 */
async function unheardShare(
  words: readonly string[],
  { passage }: Match,
  { passages }: KnowledgeParts['store'],
): Promise<number> {
  let unheard = 0;
  for (const word of words) {
    if (shareOf([word], passage) > 0) continue;
    await nextTurn();
    if (namesFor(word).every((name) => passages.holding(name, 1) === 0)) unheard += 1;
  }
  const written = passages.count();
  return words.length === 0 ? 0 : (unheard / words.length) * (written / (written + muchWritten));
}

function sentencesOfMatch(
  match: Match,
  { rank, covers }: { readonly rank: number; readonly covers: (text: string) => number },
): Candidate[] {
  return sentencesOfPassage(match.passage).map((text, place) => {
    const cosine = match.nearness.sentences[place] ?? match.nearness.cosine;
    const score = cosine + worth.coverage * covers(text) + worth.laterPassage * rank;
    return { match, place, text, cosine, score };
  });
}

const dangling =
  /^(it|its|they|their|them|this|that|these|those|he|she|both|then|so|but|and|also|however|otherwise|in that case|if so|if not)\b/i;

/** The best sentence, with a neighbour where it needs or adds one, in the passage's order. */
function phrased(best: Candidate, candidates: readonly Candidate[]): string {
  const units = sentencesOfPassage(best.match.passage);
  const room = limits.words - wordCount(best.text);
  const neighbours = [best.place - 1, best.place + 1].flatMap((place) => {
    const text = units[place];
    return text === undefined || wordCount(text) > room ? [] : [{ place, text }];
  });
  const previous = neighbours.find(({ place }) => place < best.place);
  // An answer to a question is understood from its beginning.
  const needsPrevious =
    dangling.test(best.text) || (best.match.passage.kind === 'answer' && best.place === 1);
  if (previous && needsPrevious) return `${previous.text} ${best.text}`;
  const worthy = neighbours.filter(({ place }) => {
    const score = candidates.find((one) => one.match === best.match && one.place === place)?.score;
    const isAnswer = best.match.passage.kind === 'answer' && place > best.place;
    return isAnswer || (score !== undefined && score >= best.score - worth.secondSentence);
  });
  const second = worthy.at(-1);
  if (!second) return best.text;
  return second.place < best.place ? `${second.text} ${best.text}` : `${best.text} ${second.text}`;
}
