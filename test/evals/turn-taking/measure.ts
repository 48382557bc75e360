import { join } from 'node:path';
import { loadConfig } from '../../../engine/foundation/index.ts';
import type { Inference } from '../../../engine/inference/index.ts';
import { loadVad } from '../../../engine/speech/vad/silero.ts';
import { percentile } from '../../caller/percentiles.ts';
import { judgeSound, type SoundOutcome } from './barge-in.ts';
import { judgeTurn, modelAlone, ours, type Policy, type TurnOutcome, vadAlone } from './end-of-turn.ts';
import { askedAfterMs, type HeardTurn, type Hearing, hear, KeptAnswers } from './hearing.ts';
import { voicesOf } from './render.ts';
import { type SoundScene, soundScene, type TurnScene, turnScene } from './scenes.ts';
import { type SoundLine, soundLines, type TurnLine, turnLines } from './set.ts';
import type { Half } from './speakers.ts';

export interface Heard<S> {
  readonly scene: S;
  readonly heard: HeardTurn;
}

export interface MeasureOptions {
  readonly half: Half;
  readonly inference: Inference;
  /** Of so many lines one is taken. */
  readonly every: number;
  readonly tell?: (text: string) => void;
  /** Only voices that every machine has: the same turns everywhere, whatever was rendered. */
  readonly quickVoices?: boolean;
}

function voicesFor({ half, inference, quickVoices }: MeasureOptions, of: 'turns' | 'sounds') {
  const voices = voicesOf(half, of, inference);
  return quickVoices ? voices.map((voice) => ({ ...voice, keeps: () => false })) : voices;
}

export async function openHearing(inference: Inference): Promise<Hearing> {
  const { modelsDir } = loadConfig();
  const file = join(modelsDir, '..', 'turn-taking', 'answers.json');
  return { inference, vad: await loadVad({ modelsDir }), answers: new KeptAnswers(file) };
}

/** Two at a time: the models have a thread each. */
const atOnce = 2;

/** Every line of the half as it was heard, with all that the models made of it. */
async function hearAll<L, S extends { readonly samples: Float32Array }>(
  hearing: Hearing,
  options: MeasureOptions & {
    readonly lines: readonly L[];
    /** Null where no turn is judged. */
    readonly expecting: (scene: S) => TurnScene['expecting'] | null;
    readonly make: (line: L, index: number) => Promise<S>;
  },
): Promise<Heard<S>[]> {
  const { lines, every, expecting, make, tell } = options;
  const chosen = lines.flatMap((line, index) => (index % every === 0 ? [{ line, index }] : []));
  const heard: Heard<S>[] = [];
  let done = 0;
  const work = async (first: number): Promise<void> => {
    for (let at = first; at < chosen.length; at += atOnce) {
      const one = chosen[at];
      if (!one) return;
      const scene = await make(one.line, one.index);
      heard[at] = { scene, heard: await hear(scene.samples, hearing, expecting(scene)) };
      done += 1;
      if (done % 20 !== 0) continue;
      tell?.(`${done} of ${chosen.length}`);
      hearing.answers.save();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, first) => work(first)));
  hearing.answers.save();
  return heard;
}

export function hearTurns(hearing: Hearing, options: MeasureOptions): Promise<Heard<TurnScene>[]> {
  const voices = voicesFor(options, 'turns');
  const make = (line: TurnLine, index: number) => turnScene(line, { index, voices });
  return hearAll(hearing, {
    ...options,
    lines: turnLines(options.half),
    make,
    expecting: (scene) => scene.expecting,
  });
}

export function hearSounds(hearing: Hearing, options: MeasureOptions): Promise<Heard<SoundScene>[]> {
  const voices = voicesFor(options, 'sounds');
  const make = (line: SoundLine, index: number) => soundScene(line, { index, voices });
  return hearAll(hearing, { ...options, lines: soundLines(options.half), make, expecting: () => null });
}

export const judgeSounds = (sounds: readonly Heard<SoundScene>[]): SoundOutcome[] =>
  sounds.map(({ scene, heard }) => judgeSound(heard, scene));

export const judgeTurns = (policy: Policy, turns: readonly Heard<TurnScene>[]): TurnOutcome[] =>
  turns.map(({ scene, heard }) => judgeTurn(policy, heard, scene));

const share = (some: number, all: number): number => (all === 0 ? 0 : (100 * some) / all);

/**
 * How well the end-of-turn model alone tells an end from a pause, by sound: how often an end gets the higher
 * probability of the two (area under the curve; 0.5 is chance).
 */
export function separation(turns: readonly Heard<TurnScene>[]): number {
  const told = turns.flatMap(({ scene, heard }) =>
    heard.answers
      .filter(({ silenceMs }) => silenceMs === askedAfterMs[0])
      .map(({ voicedMs, probability }) => {
        const isPause = scene.pauses.some(({ fromMs, toMs }) => voicedMs > fromMs - 250 && voicedMs < toMs);
        return { probability, kind: isPause ? 'pause' : voicedMs > scene.endMs - 250 ? 'end' : 'neither' };
      }),
  );
  const of = (kind: string) => told.filter((one) => one.kind === kind).map(({ probability }) => probability);
  const pauses = of('pause');
  const wins = of('end').map(
    (end) =>
      pauses.filter((pause) => end > pause).length + pauses.filter((pause) => end === pause).length / 2,
  );
  return share(
    wins.reduce((sum, won) => sum + won, 0),
    wins.length * pauses.length,
  );
}

export const isKokoro = ({ voice }: { readonly voice: string }): boolean => voice.startsWith('kokoro-');

const byKokoro = (outcomes: readonly { readonly scene: { readonly voice: string } }[]): number =>
  outcomes.filter(({ scene }) => isKokoro(scene)).length;

/** The turns that a policy cut off, of all and of those with a pause in them, and how long the others waited. */
export function turnFigures(outcomes: readonly TurnOutcome[]) {
  const waits = outcomes.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]));
  const cut = outcomes.filter(({ cutOff }) => cutOff).length;
  return {
    turns: outcomes.length,
    paused: outcomes.filter(({ scene }) => scene.pauses.length > 0).length,
    byKokoro: byKokoro(outcomes),
    cutPercent: share(cut, outcomes.length),
    cutOfPausedPercent: share(cut, outcomes.filter(({ scene }) => scene.pauses.length > 0).length),
    meanWaitMs: waits.reduce((sum, wait) => sum + wait, 0) / Math.max(1, waits.length),
    waitP95Ms: percentile(waits, 95),
    leastWaitMs: Math.min(...waits),
  };
}

/** A barge-in whose first sound no listener could take for "mm-hm" or "okay". */
export const isClear = (text: string): boolean => !/^(?:yeah|okay|right|mm|oh|yes)\b/i.test(text);

export function soundFigures(outcomes: readonly SoundOutcome[]) {
  const bargeIns = outcomes.filter(({ scene }) => scene.sound.kind === 'barge-in');
  const stops = (some: readonly SoundOutcome[]) =>
    some.flatMap(({ stopMs }) => (stopMs === null ? [] : [stopMs]));
  const clear = bargeIns.filter(({ scene }) => 'text' in scene.sound && isClear(scene.sound.text));
  const yields = bargeIns.flatMap(({ yieldMs }) => (yieldMs === null ? [] : [yieldMs]));
  const falseStops = (kinds: readonly string[]) => {
    const these = outcomes.filter(({ scene }) => kinds.includes(scene.sound.kind));
    return {
      of: these.length,
      percent: share(these.filter(({ stopMs }) => stopMs !== null).length, these.length),
    };
  };
  return {
    bargeIns: bargeIns.length,
    byKokoro: byKokoro(bargeIns),
    yieldP50Ms: percentile(yields, 50),
    yieldP95Ms: percentile(yields, 95),
    yieldIn200Percent: share(yields.filter((ms) => ms <= 200).length, bargeIns.length),
    missedPercent: share(bargeIns.filter(({ stopMs }) => stopMs === null).length, bargeIns.length),
    stopP50Ms: percentile(stops(bargeIns), 50),
    stopP95Ms: percentile(stops(bargeIns), 95),
    clear: clear.length,
    clearP50Ms: percentile(stops(clear), 50),
    clearP95Ms: percentile(stops(clear), 95),
    clearIn200Percent: share(stops(clear).filter((ms) => ms <= 200).length, clear.length),
    backchannels: falseStops(['backchannel', 'hum']),
    laughter: falseStops(['laughter']),
    noises: falseStops(['noise']),
    background: falseStops(['background']),
  };
}

const policies: Readonly<Record<string, Policy>> = {
  ours,
  'VAD 500 ms': vadAlone(500),
  'Smart Turn alone': modelAlone,
};

export const turnTable = (turns: readonly Heard<TurnScene>[]): string =>
  Object.entries(policies)
    .map(([name, policy]) => `${name}: ${JSON.stringify(turnFigures(judgeTurns(policy, turns)))}`)
    .join('\n');

export const soundTable = (outcomes: readonly SoundOutcome[]): string =>
  JSON.stringify(soundFigures(outcomes));
