/**
 * What the voice loop itself costs: N sessions in one process, models and VAD replaced by instant ones, each
 * with a caller who speaks and gets a short, ready answer. Measured from the last voiced frame in, plus the
 * configured end-pointing wait, to the first frame out.
 * Run: node test/bench/session-overhead.ts [--json] [--turns 8] [--sessions 1,10,50]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FakeCallAudio } from '../../engine/agent/fake-call-audio.ts';
import {
  type ProfileSnapshot,
  type Receptionist,
  type SessionTurn,
  shortestEndOfTurnMs,
  startAgentSession,
} from '../../engine/agent/index.ts';
import { silentLog, systemClock } from '../../engine/foundation/index.ts';
import { createPhraseCache, FakeInference, FakeVad, type PhraseCache } from '../../engine/speech/index.ts';
import type { Bench, Figure } from './figure.ts';

/** By the number of sessions: a call of its own must stay within 40 ms. */
const limitMs = (sessions: number): number => (sessions <= 1 ? 40 : 60);

export interface BenchResult {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  readonly limits: readonly { readonly figure: string; readonly most: number }[];
  readonly passed: boolean;
}

/** Figures are named `<sessions>.<figure>`. */
export async function bench(
  options: { readonly turns?: number; readonly sessions?: readonly number[] } = {},
): Promise<BenchResult> {
  const { turns = 8, sessions = [1, 10, 50] } = options;
  const directory = mkdtempSync(join(tmpdir(), 'voxbox-overhead-'));
  const figures: Record<string, number> = {};
  try {
    // The first call of a process compiles the code; the others are what counts.
    await measure(1, 2, directory);
    for (const count of sessions) {
      const cpuBefore = process.cpuUsage();
      const beganMs = performance.now();
      const overheads = (await measure(count, turns, directory)).sort((a, b) => a - b);
      const cpu = process.cpuUsage(cpuBefore);
      const at = (share: number) =>
        Math.round(overheads[Math.floor((overheads.length - 1) * share)] ?? Number.NaN);
      Object.assign(figures, {
        [`${count}.overheadP50Ms`]: at(0.5),
        [`${count}.overheadP95Ms`]: at(0.95),
        [`${count}.overheadMaxMs`]: at(1),
        [`${count}.turns`]: overheads.length,
        [`${count}.cpuPercent`]: Math.round((cpu.user + cpu.system) / 10 / (performance.now() - beganMs)),
        [`${count}.load`]: Math.round((loadavg()[0] ?? 0) * 10) / 10,
      });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  const limits = sessions.map((count) => ({ figure: `${count}.overheadP95Ms`, most: limitMs(count) }));
  const passed = limits.every(({ figure, most }) => (figures[figure] ?? Number.POSITIVE_INFINITY) <= most);
  return { name: 'session-overhead', figures, limits, passed };
}

/** The same as figures of the bench's table. */
export const sessionOverhead: Bench = async ({ quick, tell }) => {
  const sessions = [1, 10, 50];
  tell(`overhead of ${sessions.join(', ')} voice sessions with instant models`);
  const { figures } = await bench({ sessions, turns: quick ? 4 : 8 });
  return sessions.flatMap((count): Figure[] => {
    const value = (name: string) => figures[`${count}.${name}`] ?? null;
    const note = `${value('turns')} turns of ${count} sessions, ${value('cpuPercent')} % of a core, load ${value('load')}`;
    const named = `session overhead p95, ${count} sessions`;
    return [{ name: named, value: value('overheadP95Ms'), unit: 'ms', limit: limitMs(count), note }];
  });
};

const snapshot: ProfileSnapshot = {
  tenantId: 't',
  tenantName: 'Bench',
  timeZone: 'UTC',
  language: 'en-US',
  agentName: 'Ava',
  greeting: 'Hi.',
  voice: 'fake-voice',
  skills: [],
  prompt: '',
  hours: [],
  services: [],
};

const receptionist: Receptionist = {
  greeting: () => snapshot.greeting,
  async *reply() {
    yield { kind: 'say', text: 'Sure.', fixed: true };
  },
  async *keypad() {},
  async *silence() {},
  async *transferFailed() {},
  expecting: () => 'open',
  slots: () => null,
};

async function measure(count: number, turns: number, directory: string): Promise<number[]> {
  const inference = new FakeInference({ transcribe: () => ({ text: 'I need a cleaning tomorrow.' }) });
  const phrases = createPhraseCache({ inference, directory, log: silentLog });
  await phrases.prepare(['Sure.', snapshot.greeting], { voice: snapshot.voice });
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      // Calls do not come in step.
      await sleep((index * 617) % 2000);
      return call({ inference, phrases, turns });
    }),
  );
  return all.flat();
}

async function call(options: {
  readonly inference: FakeInference;
  readonly phrases: PhraseCache;
  readonly turns: number;
}): Promise<number[]> {
  const { inference, phrases, turns } = options;
  const audio = new FakeCallAudio();
  const agentTurns: SessionTurn[] = [];
  const session = await startAgentSession({
    audio,
    receptionist,
    inference,
    snapshot,
    phrases,
    vad: new FakeVad(),
    clock: systemClock,
    log: silentLog,
    on: {
      turn: (turn) => turn.speaker === 'agent' && agentTurns.push(turn),
      interim: () => {},
      slots: () => {},
      endCall: () => {},
      transfer: () => {},
    },
    signal: new AbortController().signal,
  });
  audio.start();
  const spoken = Int16Array.from({ length: 4800 }, (_, i) =>
    Math.round(6000 * Math.sin((2 * Math.PI * 180 * i) / 8000)),
  );
  try {
    for (let turn = 0; turn < turns; turn++) {
      await until(() => agentTurns.length > turn);
      await audio.speak(spoken);
    }
    await until(() => agentTurns.length > turns);
  } finally {
    await session.stop();
    audio.stop();
  }
  return agentTurns.flatMap(({ latency }) =>
    latency?.totalMs === null || latency?.totalMs === undefined
      ? []
      : [latency.totalMs - shortestEndOfTurnMs],
  );
}

async function until(what: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!what()) {
    if (performance.now() > deadline) throw new Error('a session of the bench does not answer');
    await sleep(10);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, turns: { type: 'string' }, sessions: { type: 'string' } },
  });
  const result = await bench({
    ...(values.turns ? { turns: Number(values.turns) } : {}),
    ...(values.sessions ? { sessions: values.sessions.split(',').map(Number) } : {}),
  });
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.table(result.figures);
    console.log(result.passed ? 'within the limits' : 'over a limit');
  }
  process.exitCode = result.passed ? 0 : 1;
}
