import { setTimeout as sleep } from 'node:timers/promises';
import type { Spoken } from '../text-call.ts';
import type { PhoneCall } from './caller-phone.ts';
import type { CallerVoice } from './caller-voice.ts';
import type { LineCaller } from './line-caller.ts';

export interface LineCallParts {
  readonly call: PhoneCall;
  readonly caller: LineCaller;
  readonly voice: CallerVoice;
  /** The record of the call so far. */
  readonly transcript: () => readonly Spoken[];
  /** Whether a person has been put through to. */
  readonly isConnected: () => boolean;
}

const lookMs = 40;
/** The line has to be quiet for so long before the caller speaks: the agent may begin another sentence. */
const quietMs = 400;
/** The agent may think for so long before the caller speaks up; whoever is silent on purpose waits for it to. */
const patienceMs = 12_000;
const silentPatienceMs = 20_000;
/** After that the other side is no longer waited for at the end of a call. */
const leaveMs = 12_000;
const mostNudges = 2;
const mostTurns = 45;
const longestMs = 300_000;

/** Holds the conversation of a case. Resolves with why it did not come to its end, or null. */
export async function holdCall(parts: LineCallParts): Promise<string | null> {
  const { call, caller, isConnected } = parts;
  const startedMs = performance.now();
  const ear = new TranscriptEar(parts);
  let nudges = 0;
  let turns = 0;
  let patience = patienceMs;
  let isLeaving = false;
  while (!call.isOver) {
    if (performance.now() - startedMs > longestMs) return `the call took longer than ${longestMs / 1000} s`;
    if (isConnected()) return null;
    const said = await ear.listen(patience);
    if (call.isOver || isConnected()) return null;
    if (said === null && isLeaving) return null;
    if (said === null && ++nudges > mostNudges) return 'the agent fell silent';
    if (said !== null) nudges = 0;
    const turn = said === null ? caller.nudge() : caller.hear(said);
    isLeaving = turn.kind === 'listens' && said !== null && caller.isLeaving;
    patience = turn.kind === 'is-silent' ? silentPatienceMs : isLeaving ? leaveMs : patienceMs;
    if (turn.kind === 'listens') continue;
    if (++turns > mostTurns) return `no end after ${mostTurns} turns`;
    ear.forget();
    if (turn.kind === 'hangs-up') await call.hangUp();
    else if (turn.kind === 'keys') call.press(turn.keys);
    else if (turn.kind === 'says') await speak(turn.text, parts, ear);
  }
  return null;
}

/** Whatever the agent says while the words are being made is heard first. */
async function speak(text: string, { call, voice }: LineCallParts, ear: TranscriptEar): Promise<void> {
  const samples = await voice.speak(text);
  await ear.untilQuiet();
  ear.catchUp();
  if (!call.isOver) await call.say(samples);
}

/**
 * The caller's ear: when, by the sound on the line; what, by the engine's own record of the call, into which each turn
 * of the agent is written as soon as it has been heard to its end.
 */
class TranscriptEar {
  readonly #parts: LineCallParts;
  #heard = 0;
  #said: string[] = [];

  constructor(parts: LineCallParts) {
    this.#parts = parts;
  }

  /** The caller speaks: what was said so far has been answered. */
  forget(): void {
    this.#said = [];
  }

  /** What was said while the caller made up their mind is answered with the same words. */
  catchUp(): void {
    this.#heard = this.#parts.transcript().filter(({ by }) => by === 'agent').length;
  }

  /** Everything since the caller last spoke, once the agent is silent; null when nothing more is said for so long. */
  async listen(patience: number): Promise<string | null> {
    const { call } = this.#parts;
    let sinceMs = performance.now();
    while (!call.isOver && !this.#parts.isConnected()) {
      sinceMs = Math.max(sinceMs, call.lastVoicedMs);
      const lines = this.#parts.transcript().filter(({ by }) => by === 'agent');
      if (lines.length > this.#heard && this.#isQuiet()) {
        this.#said.push(...lines.slice(this.#heard).map(({ text }) => text));
        this.#heard = lines.length;
        return this.#said.join(' ');
      }
      if (performance.now() - sinceMs > patience) return null;
      await sleep(lookMs);
    }
    return null;
  }

  async untilQuiet(): Promise<void> {
    while (!this.#parts.call.isOver && !this.#isQuiet()) await sleep(lookMs);
  }

  #isQuiet(): boolean {
    return performance.now() - this.#parts.call.lastVoicedMs >= quietMs;
  }
}
