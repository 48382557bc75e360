import type { Saying } from './model.ts';

/** What becomes of the sayings of one reply. */
export interface SpokenWordsEvents {
  /** Before its words are handed on. */
  say(saying: Extract<Saying, { kind: 'say' }>): void;
  endCall(): void;
  transfer(targetId: string): void;
  /** @returns what is said instead */
  failed(error: unknown): string;
  /** After the last word, and after a cancellation. */
  over(): void;
}

/** Sayings as text for the synthesiser, one line each. Cancelling the stream ends them; failures become an apology. */
export function spokenWords(
  sayings: (signal: AbortSignal) => AsyncIterable<Saying>,
  on: SpokenWordsEvents,
): ReadableStream<string> {
  const abort = new AbortController();
  const start = async (controller: ReadableStreamDefaultController<string>): Promise<void> => {
    const tell = (text: string): void => {
      if (!abort.signal.aborted) controller.enqueue(`${text.trim()}\n`);
    };
    try {
      for await (const saying of sayings(abort.signal)) {
        if (abort.signal.aborted) return;
        if (saying.kind === 'end-call') on.endCall();
        else if (saying.kind === 'transfer') on.transfer(saying.targetId);
        else {
          on.say(saying);
          tell(saying.text);
        }
      }
    } catch (error) {
      if (!abort.signal.aborted) tell(on.failed(error));
    } finally {
      on.over();
      if (!abort.signal.aborted) controller.close();
    }
  };
  return new ReadableStream<string>({ start, cancel: () => abort.abort() });
}

/** Nothing is answered while somebody else has the caller. */
export const silentReply = (): ReadableStream<string> =>
  new ReadableStream<string>({ start: (controller) => controller.close() });
