/**
 * Finds the weights of the judge of turns (`engine/speech/turn/judge.ts`) from the training half of the set.
 * Run: node test/evals/turn-taking/train-end-of-turn.ts
 */
import { loadConfig, silentLog } from '../../../engine/foundation/index.ts';
import { startInference } from '../../../engine/inference/index.ts';
import { asksForSentence, soundFeature, turnFeatures } from '../../../engine/speech/turn/judge.ts';
import { logistic } from '../../../engine/speech/turn/logistic.ts';
import { judgedSilences } from './end-of-turn.ts';
import { hearTurns, openHearing } from './measure.ts';
import { type Example, regress, written } from './regression.ts';

interface Silence extends Example {
  readonly turn: number;
}

/**
 * The weight of the sound is given: synthetic voices hardly fall at an end as people do, so that the set says too
 * little of it.
 */
const options = { rounds: 4000, rate: 0.5, decay: 0.005, given: new Map([[soundFeature, 0.15]]) } as const;
const folds = 10;

/** How often an end gets the higher probability of the two, judged by weights that have not seen the turn. */
function separation(examples: readonly Silence[]): number {
  const judged = Array.from({ length: folds }, (_, fold) => {
    const weights = regress(
      examples.filter(({ turn }) => turn % folds !== fold),
      options,
    );
    const others = examples.filter(({ turn }) => turn % folds === fold);
    return others.map(({ features, isTrue }) => ({ isEnd: isTrue, value: logistic(weights, features) }));
  }).flat();
  const ends = judged.filter(({ isEnd }) => isEnd);
  const pauses = judged.filter(({ isEnd }) => !isEnd);
  const won = ends.reduce((sum, end) => sum + pauses.filter(({ value }) => end.value > value).length, 0);
  return won / (ends.length * pauses.length);
}

const inference = await startInference({
  modelsDir: loadConfig().modelsDir,
  log: silentLog,
  uses: ['stt', 'turn', 'tts', 'llm'],
});
try {
  const tell = (text: string): boolean => process.stderr.write(`${text}\n`);
  const hearing = await openHearing(inference);
  const turns = await hearTurns(hearing, { half: 'training', inference, every: 1, tell });
  const examples = turns.flatMap(({ heard, scene }, turn) =>
    judgedSilences(heard, scene)
      .filter(({ evidence }) => asksForSentence(evidence))
      .map(({ evidence, untilMs }): Silence => {
        const isTrue = untilMs === Number.POSITIVE_INFINITY;
        return { turn, features: turnFeatures(evidence), isTrue, share: 1 };
      }),
  );
  tell(`${examples.length} silences, ${examples.filter(({ isTrue }) => isTrue).length} of them ends`);
  tell(`an end looks likelier than a pause: ${(100 * separation(examples)).toFixed(1)} %`);
  process.stdout.write(written(regress(examples, options)));
} finally {
  await inference.stop();
}
