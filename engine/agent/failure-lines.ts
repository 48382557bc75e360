import type { Speaker, Speech } from '../speech/index.ts';
import type { Receptionist, Saying } from './model.ts';

/** Said when something behind the agent failed; kept as ready audio, so that they need no model. */
export const apologyLine = "I'm sorry, could you say that again?";
export const troubleLine =
  "I'm sorry, we are having technical trouble. Please call back in a few minutes. Goodbye.";
/** Leaving a message needs no model but a voice: it is in the recording. */
export const recordLine =
  "I'm sorry, we are having technical trouble. Please say your name, your number and your message after the tone.";
export const recordedLine = 'Thank you. We will call you back. Goodbye.';

/** A line that nobody hangs up must not be kept from other callers. */
export const timeUpLine =
  "I'm sorry, we have been talking for very long, and I have to let other callers through now. Goodbye!";

/** Said while an answer takes its time. */
export const fillerLines = [
  'One moment, please.',
  'Just a moment longer.',
  'Thank you for waiting.',
] as const;

/** All of them, to be made ready with the greeting; what is needed first comes first. */
export const readyLines: readonly string[] = [
  ...fillerLines,
  apologyLine,
  troubleLine,
  recordLine,
  recordedLine,
  timeUpLine,
];

/** Another filler each time, of those that need nobody to make them now; null when none is ready. */
export function readyFiller(
  speaker: Pick<Speaker, 'ready'>,
  times: number,
): { readonly text: string; readonly speech: Speech } | null {
  const ready = fillerLines.flatMap((text) => {
    const speech = speaker.ready(text);
    return speech ? [{ text, speech }] : [];
  });
  return ready[times % ready.length] ?? null;
}

/** A single line. */
export async function* one(text: string): AsyncGenerator<Saying> {
  yield { kind: 'say', text, fixed: true };
}

/** The agent gives up: the call ends as failed. */
export async function* troubleAndEnd(): AsyncGenerator<Saying> {
  yield* one(troubleLine);
  yield { kind: 'end-call', failed: true };
}

/** What is said after so many failures in a row: silence is never the answer. */
export function wayOut(
  failures: number,
  { handOver }: Pick<Receptionist, 'handOver'>,
): AsyncIterable<Saying> {
  if (failures === 1) return one(apologyLine);
  return failures === 2 && handOver ? handOver() : troubleAndEnd();
}

/** What was understood is kept for a call back, as where nobody speaks any more; only the words are others. */
export async function* timeUp(receptionist: Pick<Receptionist, 'silence'>): AsyncGenerator<Saying> {
  yield* one(timeUpLine);
  for await (const _ of receptionist.silence(Number.POSITIVE_INFINITY));
  yield { kind: 'end-call' };
}

/** A last line: the call ends after it. */
export async function* oneAndEnd(text: string): AsyncGenerator<Saying> {
  yield* one(text);
  yield { kind: 'end-call' };
}
