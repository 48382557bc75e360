import { answer } from '../../engine/knowledge/answer.ts';
import { leastProbability, probabilityOfFit } from '../../engine/knowledge/fitness.ts';
import { search } from '../../engine/knowledge/retrieve.ts';
import { percentile } from '../caller/percentiles.ts';
import { crowd } from '../evals/retrieval/crowd.ts';
import { type Hits, hitsOf, type Weighing, weighingOf } from '../evals/retrieval/measure.ts';
import { type Library, openLibrary, questionSet, type SetName } from '../evals/retrieval/set.ts';
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

interface Measured {
  readonly hits: readonly Hits[];
  readonly known: readonly Weighing[];
  readonly unknown: readonly (Weighing | null)[];
  /** Of each of the hits: whether it is about a document of a business. */
  readonly isBusiness: readonly boolean[];
}

async function measured(name: SetName, library: Library): Promise<Measured> {
  const { answerable, unanswerable } = questionSet(name);
  const hits: Hits[] = [];
  const known: Weighing[] = [];
  const unknown: (Weighing | null)[] = [];
  for (const asked of answerable) {
    hits.push(await hitsOf(asked, library));
    const weighing = await weighingOf(asked, library);
    if (weighing) known.push(weighing);
  }
  for (const asked of unanswerable) unknown.push(await weighingOf(asked, library));
  return { hits, known, unknown, isBusiness: answerable.map(({ document }) => document.startsWith('test/')) };
}

async function quality(library: Library): Promise<Figure[]> {
  const heldOut = await measured('held-out', library);
  const tuning = await measured('questions', library);
  const rates = ({ hits, known, unknown, isBusiness }: Measured, which: string) => {
    const note = `${hits.length} questions ${which}`;
    const rate = (name: string, values: readonly boolean[], more: Partial<Figure> = {}): Figure => ({
      ...{ name, value: shareOf(values), unit: '%', limit: null, note, ...more },
    });
    const fused = hits.map((one) => one.fused);
    const found = rate('right passage among three', fused);
    const callers = rate(
      "the same, callers' questions",
      fused.filter((_, i) => isBusiness[i]),
      { note: `over documents of businesses, ${which}` },
    );
    return {
      found,
      callers,
      byWords: rate(
        'by words alone (FTS5)',
        hits.map(({ words }) => words),
      ),
      byMeaning: rate(
        'by meaning alone (vectors)',
        hits.map(({ meaning }) => meaning),
      ),
      wrong: rate('answered though nothing fits', unknown.map(isAnswered), {
        note: `${unknown.length} questions ${which}`,
      }),
      missed: rate(
        '"I don\'t have that" though it is known',
        known.map((one) => !isAnswered(one)),
      ),
      elsewhere: rate(
        'answered from another passage',
        known.map((one) => isAnswered(one) && !one.isRight),
        { note: `${note}; some say the right thing too` },
      ),
    };
  };
  const proof = rates(heldOut, 'that nothing was tuned on');
  const old = rates(tuning, 'that it was tuned on');
  return [
    { ...proof.found, limit: 90, limitIs: 'least' },
    old.found,
    proof.callers,
    old.callers,
    proof.byWords,
    old.byWords,
    proof.byMeaning,
    old.byMeaning,
    { ...proof.wrong, limit: 10 },
    old.wrong,
    proof.missed,
    old.missed,
    proof.elsewhere,
    old.elsewhere,
  ];
}

const isAnswered = (weighing: Weighing | null): boolean =>
  weighing !== null && probabilityOfFit(weighing.fitness) >= leastProbability;

const shareOf = (values: readonly boolean[]): number =>
  values.length === 0 ? 0 : (values.filter(Boolean).length / values.length) * 100;

async function speed(library: Library, rounds: number): Promise<Figure[]> {
  const { store, embed } = library;
  const { answerable } = questionSet('questions');
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
