import { answer } from '../../engine/knowledge/answer.ts';
import { leastProbability, probabilityOfFit } from '../../engine/knowledge/fitness.ts';
import { search } from '../../engine/knowledge/retrieve.ts';
import { percentile } from '../caller/percentiles.ts';
import { crowd } from '../evals/retrieval/crowd.ts';
import { type Hits, hitsOf, type Weighing, weighingOf } from '../evals/retrieval/measure.ts';
import { isOf, type Library, openLibrary, questionSet } from '../evals/retrieval/set.ts';
import type { Bench, Figure } from './figure.ts';

const passages = 10_000;

/** What the agent knows: whether the right passage is found, whether it admits what it does not know, and how soon. */
export const retrieval: Bench = async ({ quick, tell }) => {
  const library = await openLibrary();
  try {
    tell('  the question set ...');
    const found = await quality(library);
    tell(`  ${passages} passages ...`);
    await crowd(library, passages);
    return [...found, ...(await speed(library, quick ? 40 : 200))];
  } finally {
    await library.close();
  }
};

async function quality(library: Library): Promise<Figure[]> {
  const { answerable, unanswerable } = questionSet();
  const hits: Hits[] = [];
  const known: Weighing[] = [];
  const unknown: (Weighing | null)[] = [];
  for (const asked of answerable) {
    hits.push(await hitsOf(asked, library));
    const weighing = await weighingOf(asked, library);
    if (weighing) known.push(weighing);
  }
  for (const asked of unanswerable) unknown.push(await weighingOf(asked, library));
  const isBusiness = answerable.map(({ document }) => document.startsWith('test/'));
  const measured = <T>(values: readonly T[]): T[] => values.filter(isOf('measure'));
  const [half, all] = [measured(hits), `${hits.length} questions`];
  const note = `${half.length} questions that nothing was tuned on`;
  const rate = (name: string, values: readonly boolean[], more: Partial<Figure> = {}): Figure => ({
    ...{ name, value: shareOf(values), unit: '%', limit: null, note: all, ...more },
  });
  const least = (limit: number) => ({ limit, limitIs: 'least' as const });
  return [
    rate(
      'right passage among three',
      half.map(({ fused }) => fused),
      { note, ...least(90) },
    ),
    rate(
      'the same, all questions',
      hits.map(({ fused }) => fused),
      least(90),
    ),
    rate(
      "the same, callers' questions",
      hits.filter((_, i) => isBusiness[i]).map(({ fused }) => fused),
      { note: 'over documents of businesses' },
    ),
    rate(
      'by words alone (FTS5)',
      hits.map(({ words }) => words),
    ),
    rate(
      'by meaning alone (vectors)',
      hits.map(({ meaning }) => meaning),
    ),
    rate('answered though nothing fits', measured(unknown).map(isAnswered), {
      note: `${measured(unknown).length} questions that nothing was tuned on`,
      limit: 10,
    }),
    rate('the same, all questions', unknown.map(isAnswered), {
      note: `${unknown.length} questions`,
      limit: 10,
    }),
    rate(
      '"I don\'t have that" though it is known',
      measured(known).map((one) => !isAnswered(one)),
      { note },
    ),
    rate(
      'answered from another passage',
      measured(known).map((one) => isAnswered(one) && !one.isRight),
      { note: `${note}; some say the right thing too` },
    ),
  ];
}

const isAnswered = (weighing: Weighing | null): boolean =>
  weighing !== null && probabilityOfFit(weighing.fitness) >= leastProbability;

const shareOf = (values: readonly boolean[]): number =>
  values.length === 0 ? 0 : (values.filter(Boolean).length / values.length) * 100;

async function speed(library: Library, rounds: number): Promise<Figure[]> {
  const { store, embed } = library;
  const { answerable } = questionSet();
  const alone: number[] = [];
  const whole: number[] = [];
  const answered: number[] = [];
  for (let round = -10; round < rounds; round += 1) {
    const asked = answerable[(round + 10) % answerable.length]?.question ?? '';
    const startMs = performance.now();
    const [vector = new Float32Array(384)] = await embed([asked]);
    const embeddedMs = performance.now();
    await search(asked, vector, { store, limit: 3 });
    const endMs = performance.now();
    await answer(asked, library);
    const answeredMs = performance.now();
    // the first ones fill the page cache
    if (round < 0) continue;
    alone.push(endMs - embeddedMs);
    whole.push(endMs - startMs);
    answered.push(answeredMs - endMs);
  }
  const note = `${rounds} questions, ${store.passages.count()} passages in the encrypted file`;
  const figure = (
    name: string,
    times: readonly number[],
    { rank, limit }: { rank: number; limit: number | null },
  ): Figure => ({
    ...{ name, value: percentile(times, rank), unit: 'ms', limit, note },
  });
  return [
    figure('retrieval, p50', alone, { rank: 50, limit: null }),
    figure('retrieval, p95', alone, { rank: 95, limit: 20 }),
    figure("with the question's embedding, p50", whole, { rank: 50, limit: null }),
    figure("with the question's embedding, p95", whole, { rank: 95, limit: null }),
    figure('a whole answer, p50', answered, { rank: 50, limit: null }),
    figure('a whole answer, p95', answered, { rank: 95, limit: null }),
  ];
}
