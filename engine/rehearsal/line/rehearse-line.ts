import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isVoxboxError, silentLog, VoxboxError } from '../../foundation/index.ts';
import type { Inference } from '../../inference/index.ts';
import { type Box, openBox, type TenantStore } from '../../store/index.ts';
import type { RehearsalCase } from '../case.ts';
import { grade, rowsThere } from '../grade.ts';
import { clockOf, furnish } from '../practice.ts';
import { type CaseResult, type RehearsalOptions, resultsOf } from '../rehearse.ts';
import type { Spoken } from '../text-call.ts';
import { type CallerPhone, openCallerPhone } from './caller-phone.ts';
import { type CallerVoice, openVoices } from './caller-voice.ts';
import { chanceOf } from './chance.ts';
import { holdCall } from './line-call.ts';
import { LineCaller } from './line-caller.ts';
import { type PracticeEngine, startPracticeEngine } from './practice-engine.ts';
import { trafficNoise } from './traffic.ts';

export interface LineRehearsalOptions extends RehearsalOptions {
  /** The engine's entry, `engine/main.ts`. */
  readonly script: string;
  readonly modelsDir: string;
  /** Speaks for the callers. */
  readonly inference: Pick<Inference, 'synthesise'>;
  /** Of the catalogue; those that suit where left out. */
  readonly voices?: readonly string[];
  /** Traffic behind the callers; none where left out. */
  readonly snrDb?: number;
  /** Of the packets in both directions, 0–1. */
  readonly lossShare?: number;
  /** What was said on each call is written there, as stereo WAV. */
  readonly audioDir?: string;
  /** No call is begun after that. */
  readonly mostMs?: number;
  /** Told what is being done. */
  readonly onStep?: (step: string) => void;
}

/** The engine's clock goes on while its calls last: after so many the next ones get an engine of their own. */
const mostCallsOfEngine = 25;

/**
 * Calls a whole engine for each case, by SIP and RTP in G.711: with voices, noise and loss. The engine is one of its
 * own, in a folder that is thrown away; what a business has of its own is copied and never touched.
 *
 * @throws VoxboxError `call_control_unreachable`, `model_missing`
 */
export async function rehearseOnLine(
  cases: readonly RehearsalCase[],
  options: LineRehearsalOptions,
): Promise<readonly CaseResult[]> {
  const phone = await openCallerPhone(silentLog);
  const results: CaseResult[] = [];
  const startedMs = performance.now();
  const isOver = (): boolean => performance.now() - startedMs > (options.mostMs ?? Number.POSITIVE_INFINITY);
  try {
    const voices = await openVoices({ ...options, wanted: options.voices });
    const [first] = voices;
    if (!first) throw new VoxboxError('model_missing', 'the callers have no voice');
    if (options.audioDir !== undefined) mkdirSync(options.audioDir, { recursive: true });
    for (const round of roundsOf(cases)) {
      if (isOver()) break;
      await playRound(round, {
        ...{ options, phone, isOver },
        // The same voice for the same case, whatever is called before it.
        voiceOf: (rehearsed) => voices[cases.indexOf(rehearsed) % voices.length] ?? first,
        onResult: (result) => {
          results.push(result);
          options.onResult?.(result, results.length, cases.length);
        },
      });
    }
  } finally {
    await phone.stop();
  }
  return results;
}

/** Those of the same time of day together. */
function roundsOf(cases: readonly RehearsalCase[]): readonly (readonly RehearsalCase[])[] {
  const ofTime = Map.groupBy(cases, ({ now }) => now);
  return [...ofTime.values()].flatMap((those) =>
    Array.from({ length: Math.ceil(those.length / mostCallsOfEngine) }, (_, i) =>
      those.slice(i * mostCallsOfEngine, (i + 1) * mostCallsOfEngine),
    ),
  );
}

interface RoundParts {
  readonly options: LineRehearsalOptions;
  readonly phone: CallerPhone;
  readonly voiceOf: (rehearsed: RehearsalCase) => CallerVoice;
  readonly isOver: () => boolean;
  readonly onResult: (result: CaseResult) => void;
}

/** A business of a case, and who calls it. */
interface Prepared {
  readonly rehearsed: RehearsalCase;
  readonly number: string;
  readonly tenantId: string;
  readonly caller: LineCaller;
  readonly voice: CallerVoice;
}

/** One engine, and the calls to it. */
async function playRound(cases: readonly RehearsalCase[], parts: RoundParts): Promise<void> {
  const { options, isOver, onResult } = parts;
  const { script, modelsDir, ids, original, onStep } = options;
  const [first] = cases;
  if (!first) return;
  const dataDir = mkdtempSync(join(tmpdir(), 'voxbox-rehearsal-line-'));
  try {
    onStep?.('setting the businesses up');
    const prepared = await prepareAll(cases, { ...parts, dataDir, first });
    onStep?.('making the voices ready');
    // Before the calls: a model that speaks takes the processor from the one that listens.
    for (const { caller, voice } of prepared) for (const line of caller.lines()) await voice.speak(line);
    onStep?.('starting the engine');
    const clock = clockOf(first, original?.tenant.timeZone);
    const shiftMs = clock.nowMs() - Date.now();
    const engine = await startPracticeEngine({ script, modelsDir, dataDir, shiftMs });
    const box = openBox({ dataDir, clock, ids, log: silentLog, readOnly: true });
    try {
      for (const one of prepared) {
        if (isOver()) break;
        onStep?.(`calling: ${one.rehearsed.id}`);
        onResult(await playOne(one, { ...parts, engine, box }));
      }
    } finally {
      box.close();
      await engine.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function prepareAll(
  cases: readonly RehearsalCase[],
  parts: RoundParts & { readonly dataDir: string; readonly first: RehearsalCase },
): Promise<readonly Prepared[]> {
  const { options, phone, voiceOf, dataDir, first } = parts;
  const { ids, embed, original } = options;
  const clock = clockOf(first, original?.tenant.timeZone);
  const box = openBox({ dataDir, clock, ids, log: silentLog });
  try {
    const prepared: Prepared[] = [];
    for (const [i, rehearsed] of cases.entries()) {
      const number = `+1212555${String(1000 + i)}`;
      const reached = { number, peoplePort: phone.port };
      const { tenant, store } = await furnish(box, rehearsed, { clock, ids, embed, original, ...reached });
      const { timeZone, language } = tenant;
      const caller = new LineCaller(rehearsed, { timeZone, language, playbook: store.playbook() });
      prepared.push({ rehearsed, number, tenantId: tenant.id, caller, voice: voiceOf(rehearsed) });
    }
    return prepared;
  } finally {
    box.close();
  }
}

async function playOne(
  prepared: Prepared,
  parts: RoundParts & { readonly engine: PracticeEngine; readonly box: Box },
): Promise<CaseResult> {
  const { rehearsed, tenantId } = prepared;
  const result = resultsOf(rehearsed);
  try {
    const store = parts.box.tenant(tenantId);
    const { failure, transfers } = await callOnce(prepared, store, parts);
    await whenOver(store);
    const conversation = { lines: transcriptOf(store), transfers, ended: failure === null };
    const faults = grade(rehearsed, { store }, conversation);
    return result(failure === null ? faults : [failure, ...faults], conversation, rowsThere({ store }));
  } catch (error) {
    if (!isVoxboxError(error)) throw error;
    return result([error.message]);
  }
}

async function callOnce(
  { rehearsed, number, caller, voice }: Prepared,
  store: TenantStore,
  { options, phone, engine, box }: RoundParts & { readonly engine: PracticeEngine; readonly box: Box },
): Promise<{ readonly failure: string | null; readonly transfers: readonly string[] }> {
  const { lossShare, snrDb, audioDir } = options;
  const transfers: string[] = [];
  const listenForPeople = (): boolean => {
    for (const username of phone.takeRung()) {
      const person = box.phones.findByUsername(username);
      if (person) transfers.push(person.label);
    }
    return transfers.length > 0;
  };
  listenForPeople();
  transfers.length = 0;
  const call = await phone.call({
    ...{ number, engine: engine.sip, from: rehearsed.number },
    ...(audioDir === undefined ? {} : { recordingPath: join(audioDir, `${rehearsed.id}.wav`) }),
    ...(snrDb === undefined ? {} : { background: trafficNoise(snrDb, chanceOf(rehearsed.id)) }),
    ...(lossShare ? { loss: { share: lossShare, chance: chanceOf(`${rehearsed.id} loss`) } } : {}),
  });
  try {
    const transcript = () => transcriptOf(store);
    const failure = await holdCall({ call, caller, voice, transcript, isConnected: listenForPeople });
    // Whoever was rung takes the call first.
    if (transfers.length > 0) await Promise.race([call.ended, sleep(takenWithinMs)]);
    return { failure, transfers };
  } finally {
    await call.hangUp();
  }
}

const takenWithinMs = 4000;
const overWithinMs = 10_000;

const transcriptOf = (store: TenantStore): readonly Spoken[] => {
  const [call] = store.calls.list({ limit: 1 });
  const turns = call ? store.transcript.list(call.id) : [];
  // Nobody of a staff is there to take a call over.
  return turns.flatMap(({ speaker, text }) => (speaker === 'staff' ? [] : [{ by: speaker, text }]));
};

/** The record is closed a moment after the line is. */
async function whenOver(store: TenantStore): Promise<void> {
  const untilMs = performance.now() + overWithinMs;
  while (performance.now() < untilMs) {
    const [call] = store.calls.list({ limit: 1 });
    if (call?.endedAtMs) return;
    await sleep(100);
  }
}
