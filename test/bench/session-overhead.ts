/**
 * What the voice loop itself costs: N sessions in one process, models and VAD replaced by instant ones, each
 * with a caller who speaks and gets a short, ready answer. Measured from the last voiced frame in, plus the
 * configured end-pointing wait, to the first frame out.
 * Run: node test/bench/session-overhead.ts [--json] [--turns 8] [--sessions 1,20,50]
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FakeCallAudio } from '../../engine/agent/fake-call-audio.ts';
import { localEar } from '../../engine/agent/fake-session.ts';
import {
  type ProfileSnapshot,
  type Receptionist,
  type SessionTurn,
  startAgentSession,
} from '../../engine/agent/index.ts';
import { silentLog, systemClock } from '../../engine/foundation/index.ts';
import {
  defaultWaitLimits,
  FakeInference,
  FakeSpeaker,
  FakeVad,
  judgeEndOfTurn,
  patienceMs,
  shortestEndOfTurnMs,
} from '../../engine/speech/index.ts';
import type { Bench, Figure } from './figure.ts';
import { startLiveKitCall } from './livekit-peer.ts';

/** By the number of sessions. */
const limitMs = (sessions: number): number => (sessions <= 1 ? 15 : sessions <= 20 ? 25 : 40);

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
  const { turns = 8, sessions = [1, 20, 50] } = options;
  const figures: Record<string, number> = {};
  // The first call of a process compiles the code; the others are what counts.
  await measure(1, 2);
  for (const count of sessions) {
    Object.assign(figures, await withCost(`${count}`, () => measure(count, turns)));
  }
  await peerCall(2);
  for (const count of sessions.filter((each) => each <= 20)) {
    const peer = () => inParallel(count, () => peerCall(turns));
    Object.assign(figures, await withCost(`livekit-${count}`, peer));
  }
  const limits = sessions.map((count) => ({ figure: `${count}.overheadP95Ms`, most: limitMs(count) }));
  const passed = limits.every(({ figure, most }) => (figures[figure] ?? Number.POSITIVE_INFINITY) <= most);
  return { name: 'session-overhead', figures, limits, passed };
}

async function withCost(
  name: string,
  run: () => Promise<number[]>,
): Promise<Readonly<Record<string, number>>> {
  const cpuBefore = process.cpuUsage();
  const beganMs = performance.now();
  const overheads = (await run()).sort((a, b) => a - b);
  const cpu = process.cpuUsage(cpuBefore);
  const at = (share: number) =>
    Math.round(overheads[Math.floor((overheads.length - 1) * share)] ?? Number.NaN);
  return {
    [`${name}.overheadP50Ms`]: at(0.5),
    [`${name}.overheadP95Ms`]: at(0.95),
    [`${name}.overheadMaxMs`]: at(1),
    [`${name}.turns`]: overheads.length,
    [`${name}.cpuPercent`]: Math.round((cpu.user + cpu.system) / 10 / (performance.now() - beganMs)),
    [`${name}.load`]: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

/** The same as figures of the bench's table. */
export const sessionOverhead: Bench = async ({ quick, tell }) => {
  const sessions = [1, 20, 50];
  tell(`overhead of ${sessions.join(', ')} voice sessions with instant models, and of LiveKit's`);
  const { figures } = await bench({ sessions, turns: quick ? 4 : 8 });
  return sessions.flatMap((count): Figure[] => {
    const value = (name: string) => figures[name] ?? null;
    const cost = (of: string) =>
      `p50 ${value(`${of}.overheadP50Ms`)} ms, ${value(`${of}.turns`)} turns, ${value(`${of}.cpuPercent`)} % of a core, load ${value(`${of}.load`)}`;
    const ours = value(`${count}.overheadP95Ms`);
    const named = `session overhead p95, ${count} sessions`;
    const figure = {
      name: named,
      value: ours,
      unit: 'ms',
      limit: limitMs(count),
      note: cost(`${count}`),
    } as const;
    const peer = value(`livekit-${count}.overheadP95Ms`);
    if (peer === null) return [figure];
    const note = `the peer, same turns: ${cost(`livekit-${count}`)}`;
    return [
      figure,
      { name: `LiveKit AgentSession p95, ${count} sessions`, value: peer, unit: 'ms', limit: null, note },
    ];
  });
};

const said = 'Yes please, a cleaning tomorrow.';

/** The wait that the detector chooses for these words and this certainty; the bench is about what comes on top. */
const chosenWaitMs = patienceMs({
  probability: judgeEndOfTurn({
    sound: 0.95,
    sentence: 0.5,
    stretchMs: 1500,
    stretches: 1,
    expecting: 'open',
    text: said,
  }).probability,
  expecting: 'open',
  limits: defaultWaitLimits,
});

/** 600 ms of the caller's. */
const spoken = Int16Array.from({ length: 4800 }, (_, i) =>
  Math.round(6000 * Math.sin((2 * Math.PI * 180 * i) / 8000)),
);

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
  async *returned() {},
  hint() {},
  expecting: () => 'open',
  slots: () => null,
};

/** Calls that do not come in step. */
async function inParallel(count: number, call: () => Promise<number[]>): Promise<number[]> {
  const all = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await sleep((index * 617) % 2000);
      return call();
    }),
  );
  return all.flat();
}

async function measure(count: number, turns: number): Promise<number[]> {
  const inference = new FakeInference({ transcribe: () => ({ text: said }) });
  const speaker = new FakeSpeaker();
  await speaker.prepare(['Sure.', snapshot.greeting], { priority: 'greeting' });
  return inParallel(count, () => call({ inference, speaker, turns }));
}

async function call(options: {
  readonly inference: FakeInference;
  readonly speaker: FakeSpeaker;
  readonly turns: number;
}): Promise<number[]> {
  const { inference, speaker, turns } = options;
  const audio = new FakeCallAudio();
  const agentTurns: SessionTurn[] = [];
  const { signal } = new AbortController();
  const session = startAgentSession({
    audio,
    receptionist,
    snapshot,
    recognise: localEar(inference, signal),
    endOfTurn: inference,
    speaker,
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
    signal,
  });
  audio.start();
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
    typeof latency?.totalMs === 'number' ? [latency.totalMs - chosenWaitMs] : [],
  );
}

/** The same turns through LiveKit's AgentSession. */
async function peerCall(turns: number): Promise<number[]> {
  const audio = new FakeCallAudio();
  const peer = await startLiveKitCall(audio, shortestEndOfTurnMs);
  audio.start();
  try {
    for (let turn = 0; turn < turns; turn++) {
      await audio.speak(spoken);
      await until(() => peer.answersMs.length > turn);
    }
  } finally {
    audio.stop();
    await peer.stop();
  }
  return peer.answersMs.map((totalMs) => totalMs - shortestEndOfTurnMs);
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
