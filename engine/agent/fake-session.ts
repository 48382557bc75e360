import type { TestContext } from 'vitest';
import { createHealthBook, silentLog, systemClock } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import {
  createCallRecogniser,
  createLocalStt,
  FakeInference,
  type FakeInferenceOptions,
  FakeSpeaker,
  FakeVad,
  type RecogniserEvents,
} from '../speech/index.ts';
import { FakeCallAudio } from './fake-call-audio.ts';
import type {
  Expecting,
  HandBack,
  Heard,
  ProfileSnapshot,
  Receptionist,
  Saying,
  TransferFailure,
} from './model.ts';
import { startAgentSession } from './session.ts';
import type { SessionTurn } from './session-model.ts';

/* A call through the real voice loop, in real time, with fake models and a fake leg. For tests. */

const snapshot: ProfileSnapshot = {
  tenantId: 't',
  tenantName: 'Smile Dental',
  timeZone: 'America/New_York',
  language: 'en-US',
  agentName: 'Ava',
  greeting: 'Hello.',
  voice: 'fake-voice',
  skills: [],
  prompt: '',
  hours: [],
  services: [],
};

type Script = (heard: Heard) => AsyncIterable<Saying>;

/** Answers by script and remembers what it was given. */
export class FakeReceptionist implements Receptionist {
  readonly heard: Heard[] = [];
  readonly keys: string[] = [];
  readonly silences: number[] = [];
  expected: Expecting = 'open';
  readonly #script: Script;

  constructor(
    script: Script = async function* () {
      yield { kind: 'say', text: 'Sure.', fixed: true };
    },
  ) {
    this.#script = script;
  }

  anticipate?: NonNullable<Receptionist['anticipate']>;

  greeting(): string {
    return 'Hello.';
  }
  async *handOver(): AsyncIterable<Saying> {
    yield { kind: 'say', text: 'Somebody will help you.', fixed: true };
    yield { kind: 'transfer', targetId: 'desk' };
  }
  reply(heard: Heard): AsyncIterable<Saying> {
    this.heard.push(heard);
    return this.#script(heard);
  }
  async *keypad(keys: string): AsyncIterable<Saying> {
    this.keys.push(keys);
    yield { kind: 'say', text: 'Got it.', fixed: true };
  }
  readonly hints: string[] = [];
  readonly said: string[] = [];
  async *returned(after: TransferFailure | HandBack, said: string): AsyncIterable<Saying> {
    this.said.push(said);
    const text = after === 'given-back' || after === 'left-alone' ? 'I am back.' : `Not connected: ${after}.`;
    yield { kind: 'say', text, fixed: true };
  }
  async *silence(times: number): AsyncIterable<Saying> {
    this.silences.push(times);
    yield { kind: 'say', text: 'Are you there?', fixed: true };
  }
  hint(text: string): void {
    this.hints.push(text);
  }
  expecting(): Expecting {
    return this.expected;
  }
  slots() {
    if (this.heard.length === 0) return null;
    return { skill: 'booking', slots: { turns: String(this.heard.length) } };
  }
}

/** A tone of the caller's, loud enough for the fake VAD. */
export function tone(ms: number): Int16Array {
  return Int16Array.from({ length: ms * 8 }, (_, i) =>
    Math.round(6000 * Math.sin((2 * Math.PI * 180 * i) / 8000)),
  );
}

/** The recogniser of a call with one provider: these models. */
export function localEar(inference: Pick<Inference, 'transcribe'>, signal: AbortSignal) {
  const health = createHealthBook({ clock: systemClock }).of('local');
  const providers = [{ provider: createLocalStt({ inference }), health, lastResort: true }];
  return (events: RecogniserEvents) => createCallRecogniser({ providers, language: 'en-US', signal, events });
}

export async function startCall(
  test: TestContext,
  options: { receptionist?: FakeReceptionist; inference?: FakeInferenceOptions; longestMs?: number } = {},
) {
  const audio = new FakeCallAudio();
  const inference = new FakeInference(options.inference);
  const receptionist = options.receptionist ?? new FakeReceptionist();
  const turns: SessionTurn[] = [];
  const transfers: string[] = [];
  const interims: string[] = [];
  const slots: unknown[] = [];
  let ends = 0;
  const speaker = new FakeSpeaker();
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
      turn: (turn) => turns.push(turn),
      interim: (text) => interims.push(text),
      slots: (understood) => slots.push(understood),
      transfer: (targetId) => transfers.push(targetId),
      endCall: () => ends++,
    },
    signal,
    ...(options.longestMs === undefined ? {} : { longestMs: options.longestMs }),
  });
  audio.start();
  test.onTestFinished(async () => {
    await session.stop();
    audio.stop();
  });
  return {
    ...{ audio, inference, speaker, receptionist, turns, interims, slots, transfers, session },
    ends: () => ends,
  };
}

export async function until(what: () => boolean, timeoutMs = 4000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!what()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const words = (turns: readonly SessionTurn[]) =>
  turns.map(({ speaker, text }) => `${speaker}: ${text}`);
