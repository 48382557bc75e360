/**
 * Finds the weights of `engine/knowledge/fitness.ts` from the tuning half of the set.
 * Run: node test/evals/retrieval/tune.ts
 */
import { type Example, regress, written } from '../turn-taking/regression.ts';
import { type Weighing, weighingOf } from './measure.ts';
import { openLibrary, questionSet } from './set.ts';

/** A wrong answer to a caller is worse than a message taken. */
const shares = { answerable: 1, unanswerable: 4 } as const;

const exampleOf = ({ fitness }: Weighing, isTrue: boolean): Example => ({
  features: [1, fitness.passage, fitness.sentence, fitness.coverage, fitness.unheard],
  isTrue,
  share: isTrue ? shares.answerable : shares.unanswerable,
});

const library = await openLibrary();
try {
  const { answerable, unanswerable } = questionSet('tune');
  const examples: Example[] = [];
  for (const asked of [...answerable, ...unanswerable]) {
    const weighing = await weighingOf(asked, library);
    if (weighing) examples.push(exampleOf(weighing, typeof asked !== 'string'));
  }
  process.stdout.write('bias, passage, sentence, coverage, unheard: ');
  process.stdout.write(written(regress(examples, { rounds: 40_000, rate: 1, decay: 0.001 })));
} finally {
  await library.close();
}
