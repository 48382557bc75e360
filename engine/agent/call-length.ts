import { setTimeout as sleep } from 'node:timers/promises';

const longestMs = 30 * 60_000;
const againMs = 1000;

/**
 * Resolves when a call has gone on for too long and may be ended, which it is asked again and again until it may.
 *
 * @throws AbortError when the signal comes first
 */
export async function untilTooLong(options: {
  /** Absent: half an hour. */
  readonly longestMs?: number | undefined;
  readonly mayEnd: () => boolean;
  readonly signal: AbortSignal;
}): Promise<void> {
  const until = { signal: options.signal, ref: false };
  await sleep(options.longestMs ?? longestMs, null, until);
  while (!options.mayEnd()) await sleep(againMs, null, until);
}
