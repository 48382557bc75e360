import { DialFailure } from './dial.ts';

/** A proxy says 100 within 200 ms (RFC 3261 §17.2.1); by now the INVITE was sent four times over UDP. */
const silenceMs = 4000;

/**
 * Runs a call over a trunk. One of which nothing at all is heard must not ring in vain until the caller gives up:
 * the trunk is asked whether it is there, and the call has failed where it is not.
 *
 * @throws DialFailure with status null where the trunk is silent; else what `run` throws
 */
export async function unlessSilent<T>(
  signal: AbortSignal,
  trunk: { answers(): Promise<boolean> },
  run: (signal: AbortSignal, onHeard: () => void) => Promise<T>,
): Promise<T> {
  const silent = new AbortController();
  let isOver = false;
  const settle = (): void => {
    isOver = true;
    clearTimeout(timer);
  };
  const timer = setTimeout(async () => {
    const answers = await trunk.answers();
    if (!answers && !isOver) silent.abort();
  }, silenceMs);
  try {
    return await run(AbortSignal.any([signal, silent.signal]), settle);
  } catch (error) {
    throw silent.signal.aborted && !signal.aborted ? new DialFailure(null) : error;
  } finally {
    settle();
  }
}
