import { type BargeInOptions, createBargeInJudge } from '../../../engine/speech/turn/barge-in.ts';
import { windowMs, windowSamples } from '../../../engine/speech/vad/vad.ts';
import type { HeardTurn } from './hearing.ts';
import type { SoundScene } from './scenes.ts';

export interface SoundOutcome {
  readonly scene: SoundScene;
  /** From the first sound until the agent gives way, as soon as the VAD is sure of a voice; null when it never is. */
  readonly yieldMs: number | null;
  /** From the first sound to the judge's "stop"; null when it let the sound pass. */
  readonly stopMs: number | null;
  /** The words that were known by then. */
  readonly text: string;
}

/** Plays a sound to the judge as a call does while the agent talks. */
export function judgeSound(heard: HeardTurn, scene: SoundScene, options: BargeInOptions = {}): SoundOutcome {
  const judge = createBargeInJudge(options);
  const voice = heard.speech.find(({ speaking, atMs }) => speaking && atMs >= scene.onsetMs);
  const yieldMs = voice ? voice.atMs - scene.onsetMs : null;
  let next = 0;
  let text = '';
  for (const [index, { probability, voiced }] of heard.windows.entries()) {
    const nowMs = (index + 1) * windowMs;
    for (let told = heard.texts[next]; told && told.atMs <= nowMs; told = heard.texts[next]) {
      next += 1;
      text = told.text;
      if (judge.read(text, told.confidence) === 'stop')
        return { scene, yieldMs, stopMs: told.atMs - scene.onsetMs, text };
    }
    const samples = scene.samples.subarray(index * windowSamples, (index + 1) * windowSamples);
    if (judge.hear({ samples, probability, voiced }) === 'stop') {
      return { scene, yieldMs, stopMs: nowMs - scene.onsetMs, text };
    }
  }
  for (const told of heard.texts.slice(next)) {
    text = told.text;
    if (judge.read(text, told.confidence) === 'stop')
      return { scene, yieldMs, stopMs: told.atMs - scene.onsetMs, text };
  }
  return { scene, yieldMs, stopMs: null, text };
}
