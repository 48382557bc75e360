import type { Saying } from './model.ts';

/** Said when something behind the agent failed; kept as ready audio, so that they need no model. */
export const apologyLine = "I'm sorry, could you say that again?";
export const troubleLine =
  "I'm sorry, we are having technical trouble. Please call back in a few minutes. Goodbye.";

/** True for a failure line, also for the beginning of one that was cut. */
export const isFailureLine = (text: string): boolean => text === apologyLine || troubleLine.startsWith(text);

/** A single line. */
export async function* one(text: string): AsyncGenerator<Saying> {
  yield { kind: 'say', text, fixed: true };
}

/** A last line: the call ends after it. */
export async function* oneAndEnd(text: string): AsyncGenerator<Saying> {
  yield* one(text);
  yield { kind: 'end-call' };
}
