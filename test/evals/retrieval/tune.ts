/**
 * Finds the weights of `engine/knowledge/fitness.ts` from the tuning questions.
 * Run: node test/evals/retrieval/tune.ts
 */
import { logistic } from '../../../engine/speech/turn/logistic.ts';
import { type Example, regress, written } from '../turn-taking/regression.ts';
import { type Weighing, weighingOf } from './measure.ts';
import { type Library, openLibrary, type Question, questionSet } from './set.ts';

interface Known extends Weighing {
  readonly isAnswerable: boolean;
  readonly isSmall: boolean;
}

/** Both sides weigh about the same, the threshold decides; the questions stand again for each small business. */
const shares = { answerable: 1, unanswerable: 0.86, small: 0.4 } as const;

const exampleOf = ({ fitness, isAnswerable, isSmall }: Known): Example => ({
  features: [1, fitness.sentence, fitness.coverage, fitness.unheard, fitness.asked],
  isTrue: isAnswerable,
  share: (isAnswerable ? shares.answerable : shares.unanswerable) * (isSmall ? shares.small : 1),
});

const rateOf = (values: readonly boolean[]): string =>
  `${((values.filter(Boolean).length / Math.max(1, values.length)) * 100).toFixed(1)} %`;

const whole = await openLibrary();
try {
  const { answerable, unanswerable } = questionSet('questions');
  const known: Known[] = [];
  const ask = async (library: Library, questions: readonly Question[]): Promise<void> => {
    for (const asked of [...questions, ...unanswerable]) {
      const weighing = await weighingOf(asked, library);
      const more = { isAnswerable: typeof asked !== 'string', isSmall: library !== whole };
      if (weighing) known.push({ ...weighing, ...more });
    }
  };
  await ask(whole, answerable);
  const businesses = answerable.map(({ document }) => document).filter((path) => path.startsWith('test/'));
  for (const document of new Set(businesses)) {
    const own = answerable.filter((question) => question.document === document);
    await ask(await whole.withOnly(document), own);
  }
  const weights = regress(known.map(exampleOf), { rounds: 40_000, rate: 1, decay: 0.0001 });
  process.stdout.write(`bias, sentence, coverage, unheard, asked: ${written(weights)}`);
  for (let least = 0.3; least < 0.7; least += 0.02) {
    const rates = [false, true].map((isSmall) => {
      const answered = (isAnswerable: boolean): boolean[] =>
        known
          .filter((one) => one.isSmall === isSmall && one.isAnswerable === isAnswerable)
          .map((one) => logistic(weights, exampleOf(one).features) >= least);
      return `wrong ${rateOf(answered(false))}, answered ${rateOf(answered(true))}`;
    });
    process.stdout.write(`${least.toFixed(2)}: ${rates.join('; small businesses: ')}\n`);
  }
} finally {
  await whole.close();
}
