/**
 * Says line by line what was judged wrongly, for whoever works on the judges.
 * Run: node test/evals/turn-taking/report.ts [test|training] [--turns] [--sounds] [--every N]
 */
import { parseArgs } from 'node:util';
import { loadConfig, silentLog } from '../../../engine/foundation/index.ts';
import { startInference } from '../../../engine/inference/index.ts';
import { ours } from './end-of-turn.ts';
import {
  hearSounds,
  hearTurns,
  judgeSounds,
  judgeTurns,
  openHearing,
  soundTable,
  turnTable,
} from './measure.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'boolean', default: false },
    sounds: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
  },
});
const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const ms = (value: number | null): string => (value === null ? '-' : `${Math.round(value)} ms`);

const inference = await startInference({
  modelsDir: loadConfig().modelsDir,
  log: silentLog,
  uses: ['stt', 'turn', 'tts', 'llm'],
});
try {
  const hearing = await openHearing(inference);
  const half = positionals[0] === 'training' ? 'training' : 'test';
  const options = { half, inference, every: Number(values.every), tell: say } as const;
  if (values.turns || !values.sounds) {
    const turns = await hearTurns(hearing, options);
    for (const [index, { scene, cutOff, waitMs }] of judgeTurns(ours, turns).entries()) {
      if (!cutOff && (waitMs ?? 0) < 900) continue;
      const heard = turns[index]?.heard;
      const asked = heard?.answers.map(
        ({ silenceMs, probability }) => `${silenceMs}:${probability.toFixed(2)}`,
      );
      const texts = heard?.texts.filter(({ settled }) => settled).map(({ text }) => text);
      say(`${cutOff ? 'CUT' : 'late'} ${ms(waitMs)} [${scene.expecting}] ${scene.name}`);
      say(`    ${texts?.join(' / ')}   ${asked?.join(' ')}`);
    }
    say(turnTable(turns));
  }
  if (values.sounds || !values.turns) {
    const sounds = judgeSounds(await hearSounds(hearing, options));
    for (const { scene, stopMs, text } of sounds) {
      const isBargeIn = scene.sound.kind === 'barge-in';
      if (isBargeIn ? (stopMs ?? 9999) > 300 : stopMs !== null) {
        say(`${scene.sound.kind} ${ms(stopMs)} ${scene.name}: ${text}`);
      }
    }
    say(soundTable(sounds));
  }
} finally {
  await inference.stop();
}
