/**
 * Makes the speech of the labelled set ahead of time; what is there already is kept.
 * Kokoro's voices take seconds for each sentence; what they have not said by then is said by others.
 * Run: node test/evals/turn-taking/render.ts [test] [training]
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, silentLog } from '../../../engine/foundation/index.ts';
import { type Inference, startInference } from '../../../engine/inference/index.ts';
import { spokenLine } from './paused-speech.ts';
import { soundLines, turnLines } from './set.ts';
import { type Half, type Speaker, speakersOf } from './speakers.ts';

export function voicesOf(half: Half, of: 'turns' | 'sounds', inference: Inference): readonly Speaker[] {
  const { modelsDir } = loadConfig();
  const has = (voice: string): boolean => {
    const style = /^kokoro-(\w+)$/.exec(voice)?.[1];
    const file = style ? join('kokoro-82m-int8', `${style}.bin`) : voice;
    return existsSync(join(modelsDir, file));
  };
  return speakersOf({ half, of, inference, has, cacheDir: join(modelsDir, '..', 'caller-speech') });
}

/** Who says the line of this number: a slow voice only what was rendered ahead of time, the next one the rest. */
export function voiceOf(voices: readonly Speaker[], index: number, text: string): Speaker {
  const from = (some: readonly Speaker[]): Speaker | undefined => {
    const first = index % Math.max(1, some.length);
    const inTurn = [...some.slice(first), ...some.slice(0, first)];
    return inTurn.find(({ slow, keeps }) => !slow || keeps(text));
  };
  const voice = from(voices.filter(({ standIn }) => !standIn)) ?? from(voices);
  if (!voice) throw new Error('no voice on this machine can speak the set');
  return voice;
}

async function render(half: Half, inference: Inference): Promise<void> {
  const own = (of: 'turns' | 'sounds') => voicesOf(half, of, inference).filter(({ standIn }) => !standIn);
  const people = own('turns');
  const lines = turnLines(half);
  for (const [index, line] of lines.entries()) await people[index % people.length]?.speak(spokenLine(line));
  process.stderr.write(`${half}: ${lines.length} turns\n`);
  const voices = own('sounds');
  const sounds = soundLines(half);
  for (const [index, sound] of sounds.entries()) {
    if (!('text' in sound)) continue;
    // The classifier learns each wording from several people.
    const speakers = half === 'training' ? voices : voices.slice(index % voices.length).slice(0, 1);
    for (const speaker of speakers) await speaker.speak(sound.text);
  }
  process.stderr.write(`${half}: ${sounds.length} sounds\n`);
}

if (import.meta.main) {
  const { modelsDir } = loadConfig();
  const inference = await startInference({ modelsDir, log: silentLog, uses: ['tts'] });
  try {
    const asked = process.argv.slice(2).filter((half) => half === 'test' || half === 'training');
    for (const half of asked.length > 0 ? asked : (['training', 'test'] as const)) {
      await render(half, inference);
    }
  } finally {
    await inference.stop();
  }
}
