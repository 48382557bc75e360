import { loadConfig, silentLog } from '../../engine/foundation/index.ts';
import { startInference } from '../../engine/inference/index.ts';
import { modelAlone, ours, type Policy, vadAlone } from '../evals/turn-taking/end-of-turn.ts';
import {
  hearSounds,
  hearTurns,
  isKokoro,
  judgeSounds,
  judgeTurns,
  openHearing,
  separation,
  soundFigures,
  turnFigures,
} from '../evals/turn-taking/measure.ts';
import type { Bench, Figure } from './figure.ts';

type Turns = Awaited<ReturnType<typeof hearTurns>>;

/** The limits are ours; what others make of the same sound stands beside them. */
function endOfTurn(
  name: string,
  policy: Policy,
  turns: Turns,
  isLimited = policy === ours,
): readonly Figure[] {
  const { cutPercent, cutOfPausedPercent, meanWaitMs, waitP95Ms, leastWaitMs, ...of } = turnFigures(
    judgeTurns(policy, turns),
  );
  const limits = isLimited ? { cut: 5, wait: 600 } : { cut: null, wait: null };
  const paused = `${Math.round(cutOfPausedPercent * 10) / 10} % of the ${of.paused} with a pause inside`;
  return [
    {
      name: `${name}: turns cut off`,
      value: cutPercent,
      unit: '%',
      limit: limits.cut,
      note: `of ${of.turns}, ${paused}; Kokoro says ${of.byKokoro}, shifted Piper the rest`,
    },
    {
      name: `${name}: wait, mean`,
      value: meanWaitMs,
      unit: 'ms',
      limit: limits.wait,
      note: `from the last sound; least ${Math.round(leastWaitMs)} ms`,
    },
    { name: `${name}: wait, p95`, value: waitP95Ms, unit: 'ms', limit: null, note: '' },
  ];
}

function bargeIn(sounds: Awaited<ReturnType<typeof hearSounds>>): readonly Figure[] {
  const all = soundFigures(judgeSounds(sounds));
  const stops = (name: string, value: number | null, limit: number | null, note: string): Figure => ({
    ...{ name, value, limit, note },
    unit: 'ms',
  });
  const falseStops = (name: string, { of, percent }: typeof all.noises, limit: number | null): Figure => ({
    ...{ name: `false stops: ${name}`, value: percent, unit: '%', limit },
    note: `of ${of}`,
  });
  const clear = `${all.clear} whose first sound is none of a backchannel; ${Math.round(all.clearIn200Percent)} % within 200 ms`;
  return [
    {
      name: 'barge-ins missed',
      value: all.missedPercent,
      unit: '%',
      limit: 2,
      note: `of ${all.bargeIns}, Kokoro says ${all.byKokoro}`,
    },
    stops('barge-in: the agent gives way, p50', all.yieldP50Ms, null, 'softer by 10 dB, whatever it is'),
    stops('barge-in: the agent gives way, p95', all.yieldP95Ms, 200, 'as soon as there is a voice'),
    stops('barge-in stop p50', all.stopP50Ms, null, 'from the first sound to the decision, all'),
    stops('barge-in stop p95', all.stopP95Ms, null, 'all'),
    stops('barge-in stop p50, clear', all.clearP50Ms, 200, clear),
    stops('barge-in stop p95, clear', all.clearP95Ms, 200, clear),
    falseStops('backchannels', all.backchannels, 5),
    falseStops('laughter', all.laughter, 5),
    falseStops('coughs, doors, keys', all.noises, 5),
    falseStops('talk in the background', all.background, null),
  ];
}

/** The model tells the pauses of some voices from their ends, and hardly those of others. */
const separates = (name: string, turns: Turns): Figure => ({
  name: `Smart Turn alone, ${name}: an end sounds likelier than a pause`,
  value: separation(turns),
  unit: '%',
  limit: null,
  note: 'of pairs, after 96 ms of silence; 50 is chance',
});

/** The judges of turns on a labelled set, in audio time: the models' answers arrive a fixed time after they are asked. */
export const turnTaking: Bench = async ({ quick, tell }) => {
  const inference = await startInference({
    modelsDir: loadConfig().modelsDir,
    log: silentLog,
    uses: ['stt', 'turn', 'tts', 'llm'],
  });
  try {
    const hearing = await openHearing(inference);
    const options = { half: 'test', inference, every: quick ? 3 : 1, tell } as const;
    const turns = await hearTurns(hearing, options);
    const sounds = await hearSounds(hearing, options);
    const [kokoro, piper] = [true, false].map((is) => turns.filter(({ scene }) => isKokoro(scene) === is));
    return [
      ...endOfTurn('end of turn', ours, turns),
      ...(kokoro?.length ? endOfTurn("end of turn, Kokoro's voice", ours, kokoro, false) : []),
      ...endOfTurn('VAD, 500 ms', vadAlone(500), turns),
      ...endOfTurn('Smart Turn alone', modelAlone, turns),
      ...(kokoro?.length ? [separates("Kokoro's voice", kokoro)] : []),
      ...(piper?.length ? [separates("Piper's", piper)] : []),
      ...bargeIn(sounds),
    ];
  } finally {
    await inference.stop();
  }
};
