/**
 * Finds the weights of the judge of barge-ins (`engine/speech/turn/barge-in.ts`) from the training half of the set.
 * What the classifier of sounds says of a voice comes from one that has not heard that voice.
 * Run: node test/evals/turn-taking/train-barge-in-judge.ts
 */
import { loadConfig, silentLog } from '../../../engine/foundation/index.ts';
import { startInference } from '../../../engine/inference/index.ts';
import { bargeInFeatures, shortestVoiceMs } from '../../../engine/speech/turn/barge-in.ts';
import type { SoundWeights } from '../../../engine/speech/turn/barge-in-sound.ts';
import { UtteranceWatch } from '../../../engine/speech/turn/utterance-watch.ts';
import { windowMs, windowSamples } from '../../../engine/speech/vad/vad.ts';
import { type HeardTurn, hear } from './hearing.ts';
import { openHearing } from './measure.ts';
import { type Example, regress, written } from './regression.ts';
import { voicesOf } from './render.ts';
import { type SoundScene, soundScene } from './scenes.ts';
import { type SoundLine, soundLines } from './set.ts';
import { collect, train } from './train-barge-in.ts';

const folds = 5;
const options = { rounds: 2500, rate: 1, decay: 0.0007 } as const;

const foldOf = (name: string): number =>
  [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_536, 7) % folds;

/** Wordings from several people, other sounds once. */
const takesOf = ({ kind }: SoundLine): number => ({ backchannel: 6, 'barge-in': 3 })[kind as string] ?? 1;

/** What the judge knows, each time that it learns something. */
function moments(heard: HeardTurn, scene: SoundScene, weights: SoundWeights): readonly (readonly number[])[] {
  const watch = new UtteranceWatch(weights);
  const features: (readonly number[])[] = [];
  const note = (): void => {
    const { utterance } = watch;
    if (utterance.voicedMs >= shortestVoiceMs) features.push(bargeInFeatures(utterance));
  };
  let next = 0;
  for (const [index, { voiced }] of heard.windows.entries()) {
    for (; (heard.texts[next]?.atMs ?? Number.POSITIVE_INFINITY) <= (index + 1) * windowMs; next += 1) {
      const told = heard.texts[next];
      if (told) watch.read(told.text, told.confidence);
      note();
    }
    const samples = scene.samples.subarray(index * windowSamples, (index + 1) * windowSamples);
    if (watch.hear({ samples, voiced })) watch.reset();
    note();
  }
  return features;
}

const sounds = await collect();
const weightsOf = Array.from({ length: folds }, (_, fold) =>
  train(
    sounds.filter(({ voice, name }) => foldOf(voice.length > 2 ? voice : name) !== fold),
    `fold ${fold}`,
  ),
);
const { modelsDir } = loadConfig();
const inference = await startInference({ modelsDir, log: silentLog, uses: ['stt', 'tts'] });
try {
  const hearing = await openHearing(inference);
  const voices = voicesOf('training', 'sounds', inference);
  const examples: Example[] = [];
  for (const [index, line] of soundLines('training').entries()) {
    if (line.kind === 'background') continue;
    for (let take = 0; take < takesOf(line); take += 1) {
      const scene = await soundScene(line, { index, voices, take });
      const weights = weightsOf[foldOf('text' in line ? scene.voice : scene.name)];
      if (!weights) continue;
      const all = moments(await hear(scene.samples, hearing, null), scene, weights);
      const isTrue = line.kind === 'barge-in';
      examples.push(...all.map((features) => ({ features, isTrue, share: 1 / all.length })));
    }
  }
  hearing.answers.save();
  process.stderr.write(`${examples.length} moments\n`);
  process.stdout.write(written(regress(examples, options)));
} finally {
  await inference.stop();
}
