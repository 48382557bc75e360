import { isVoiced } from '../../../engine/media/index.ts';
import {
  asksForSentence,
  defaultWaitLimits,
  judgeEndOfTurn,
  patienceMs,
  type TurnEvidence,
} from '../../../engine/speech/turn/judge.ts';
import { windowMs } from '../../../engine/speech/vad/vad.ts';
import type { HeardTurn } from './hearing.ts';
import type { TurnScene } from './scenes.ts';

/** When a policy takes the caller's turn for finished, first; null when it never does. */
export type Policy = (heard: HeardTurn, scene: TurnScene) => number | null;

interface Silence {
  /** The speech before it: when the VAD told that it had begun, and the end of its last voiced window. */
  readonly startedMs: number;
  /** How many there have been, it included. */
  readonly stretches: number;
  readonly voicedMs: number;
  /** The VAD told that speech has ended. */
  readonly endedMs: number;
  /** It told that speech has begun again. */
  readonly untilMs: number;
}

/** The stretches in which the VAD hears nobody, after the first speech. */
function silences(heard: HeardTurn): readonly Silence[] {
  return heard.speech.flatMap(({ atMs, speaking }, index): Silence[] => {
    if (speaking) return [];
    const windows = heard.windows.slice(0, Math.round(atMs / windowMs));
    const voicedMs = (windows.findLastIndex(({ voiced }) => voiced) + 1) * windowMs;
    const startedMs = heard.speech[index - 1]?.atMs ?? voicedMs;
    const stretches = heard.speech.slice(0, index).filter((one) => one.speaking).length;
    const untilMs = heard.speech[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    return [{ startedMs, stretches, voicedMs, endedMs: atMs, untilMs }];
  });
}

/** As the leg's packets are: 20 ms of 16 kHz. */
const packetMs = 20;
const packetSamples = 320;
/** As the detector has it: a VAD that lags more hears something that the leg does not. */
const longestExcessMs = 5 * windowMs;

/** The last voiced packet until then, as the leg tells it; null where there is none. */
function lastPacketMs(samples: Float32Array, untilMs: number): number | null {
  for (let at = Math.floor(untilMs / packetMs) - 1; at >= 0; at -= 1) {
    const packet = samples.subarray(at * packetSamples, (at + 1) * packetSamples);
    if (isVoiced(Int16Array.from(packet, (sample) => sample * 32768))) return (at + 1) * packetMs;
  }
  return null;
}

/** When the silence began, of which the VAD's last voiced window tells: the leg knows it better. */
function silentFromMs({ vadLagMs }: HeardTurn, { samples }: TurnScene, voicedMs: number): number {
  const lastMs = lastPacketMs(samples, voicedMs);
  const isRecent = lastMs !== null && lastMs > voicedMs - vadLagMs - longestExcessMs;
  return isRecent ? Math.min(voicedMs, lastMs + vadLagMs) : voicedMs;
}

/** A silence of which everything became known that a judge goes by. */
interface JudgedSilence {
  readonly evidence: TurnEvidence;
  readonly knownMs: number;
  readonly silentFromMs: number;
  /** Infinity where nothing more is said. */
  readonly untilMs: number;
}

/** The silences of a turn, as the detector of a call knows them. */
export function judgedSilences(heard: HeardTurn, scene: TurnScene): readonly JudgedSilence[] {
  const { expecting } = scene;
  return silences(heard).flatMap((silence): JudgedSilence[] => {
    const { startedMs, stretches, voicedMs, endedMs, untilMs } = silence;
    const settled = heard.texts.find((text) => text.settled && text.atMs >= endedMs);
    if (!settled || settled.text === '' || settled.atMs >= untilMs) return [];
    const { text } = settled;
    const answer = heard.answers.find((one) => one.voicedMs === voicedMs);
    if (!answer) return [];
    const asked = asksForSentence({ expecting, text });
    const sentence = asked ? heard.sentences.find((one) => one.text === text) : undefined;
    return [
      {
        evidence: {
          ...{ expecting, text, sound: answer.probability },
          sentence: sentence?.probability ?? null,
          stretchMs: voicedMs - startedMs,
          stretches,
        },
        knownMs: Math.max(settled.atMs, answer.atMs, sentence?.atMs ?? 0),
        silentFromMs: silentFromMs(heard, scene, voicedMs),
        untilMs,
      },
    ];
  });
}

/** Ours, as the detector of a call does it: the recogniser's words, the models' opinions, what is waited for. */
export const ours: Policy = (heard, scene) => {
  for (const silence of judgedSilences(heard, scene)) {
    const { probability } = judgeEndOfTurn(silence.evidence);
    const { expecting } = scene;
    const patience = patienceMs({ probability, expecting, limits: defaultWaitLimits });
    const commitMs = Math.max(silence.knownMs, silence.silentFromMs + patience);
    if (commitMs < silence.untilMs) return commitMs;
  }
  return null;
};

/** Silence of the VAD alone. */
export const vadAlone =
  (silenceMs: number): Policy =>
  (heard) => {
    for (const { voicedMs, untilMs } of silences(heard)) {
      if (voicedMs + silenceMs < untilMs) return voicedMs + silenceMs;
    }
    return null;
  };

/** The end-of-turn model with its own defaults: asked after 200 ms of silence, 3 s when it says no. */
export const modelAlone: Policy = (heard) => {
  for (const { voicedMs, untilMs } of silences(heard)) {
    const answer = heard.answers.find((one) => one.voicedMs === voicedMs && one.silenceMs >= 192);
    const yes = (answer?.probability ?? 0) > 0.5;
    const commitMs = answer && yes ? answer.atMs : voicedMs + 3000;
    if (commitMs < untilMs) return commitMs;
  }
  return null;
};

export interface TurnOutcome {
  readonly scene: TurnScene;
  readonly cutOff: boolean;
  /** From the caller's last sound; null when cut off. */
  readonly waitMs: number | null;
}

/** A turn that is never taken for finished counts with the silence that the scene has. */
export function judgeTurn(policy: Policy, heard: HeardTurn, scene: TurnScene): TurnOutcome {
  const commitMs = policy(heard, scene) ?? heard.windows.length * windowMs;
  const cutOff = commitMs < scene.endMs;
  return { scene, cutOff, waitMs: cutOff ? null : commitMs - scene.endMs };
}
