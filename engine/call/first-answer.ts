import { type ErrorCode, isVoxboxError, VoxboxError } from '../foundation/index.ts';

/** Rings one of several; rejects with a VoxboxError when it does not answer, also after an abort. */
export type RingOne<T> = (signal: AbortSignal) => Promise<T>;

export interface FirstAnswerOptions<T> {
  readonly strategy: 'all' | 'in-turn';
  /** How long each is rung, `all` together. */
  readonly ringMs: number;
  /** Ends the ringing; whoever has answered in the meantime is let go. */
  readonly signal: AbortSignal;
  /** Lets go of somebody who answered although another was first. */
  readonly release: (answer: T) => Promise<void>;
}

/**
 * Rings several and gives the first who answers; all others are cancelled, and one who answers at the same
 * moment is hung up. When it settles nothing rings any more.
 *
 * @throws VoxboxError the most telling failure: `callee_busy` and `callee_no_answer` go before `leg_unreachable`;
 *   `aborted` when `signal` ended it
 */
export async function firstAnswer<T>(
  rings: readonly RingOne<T>[],
  options: FirstAnswerOptions<T>,
): Promise<T> {
  const failures: unknown[] = [];
  const groups = options.strategy === 'all' ? [rings] : rings.map((ring) => [ring]);
  for (const group of groups) {
    if (options.signal.aborted) throw aborted();
    const { answer, failed } = await ringTogether(group, options);
    if (answer) return answer.value;
    failures.push(...failed);
  }
  if (options.signal.aborted) throw aborted();
  throw mostTelling(failures);
}

async function ringTogether<T>(
  rings: readonly RingOne<T>[],
  { ringMs, signal, release }: FirstAnswerOptions<T>,
): Promise<{ answer: { readonly value: T } | null; failed: readonly unknown[] }> {
  const over = new AbortController();
  const stop = (): void => over.abort();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const timer = setTimeout(stop, ringMs);
  let first: { readonly value: T } | null = null;
  const failed: unknown[] = [];
  try {
    await Promise.all(
      rings.map(async (ring) => {
        try {
          const value = await ring(over.signal);
          if (first === null && !signal.aborted) {
            first = { value };
            over.abort();
          } else await release(value);
        } catch (error) {
          failed.push(error);
        }
      }),
    );
    return { answer: first, failed };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

const telling: readonly ErrorCode[] = [
  'callee_busy',
  'callee_no_answer',
  'outbound_not_allowed',
  'outbound_limit_reached',
];

function mostTelling(failures: readonly unknown[]): unknown {
  for (const code of telling) {
    const found = failures.find((failure) => isVoxboxError(failure) && failure.code === code);
    if (found) return found;
  }
  const known = failures.find((failure) => isVoxboxError(failure) && failure.code !== 'aborted');
  return known ?? new VoxboxError('callee_no_answer', 'nobody answered');
}

const aborted = (): VoxboxError => new VoxboxError('aborted', 'the ringing was cancelled');
