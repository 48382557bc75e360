import { callRecordOf } from '../agent/index.ts';
import { type Clock, hasCode, isVoxboxError, type Log } from '../foundation/index.ts';
import type { Inference } from '../inference/index.ts';
import type { AfterCallWork, Box, TenantStore } from '../store/index.ts';
import { stepWork } from './after-call-steps.ts';

/** Works through what is left to do after calls: one step of one call at a time. */
export interface AfterCallRunner {
  /** Resolves when nothing is due any more. */
  settled(): Promise<void>;
  /** Idempotent. The step under way is let finish, or is done anew after the next start. */
  stop(): Promise<void>;
}

export interface AfterCallParts {
  readonly box: Box;
  /** Null while the models are not there. */
  readonly inference: () => Inference | null;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long after each failure a step is tried again; after the last it is given up. */
const retriesMs: readonly number[] = [5_000, 30_000, 120_000, 600_000, 3_600_000];
/** Longest rest: clocks are put forward, and timers drift. */
const longestRestMs = 60_000;
const shortestRestMs = 250;

/** What a dead engine left undone is taken up at once. */
export function startAfterCall(parts: AfterCallParts): AfterCallRunner {
  const { box, clock, log } = parts;
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  let asked = false;

  /** A tenant whose file is broken does not keep the others waiting. */
  const stores = (): TenantStore[] =>
    box.tenants.list().flatMap(({ id }) => {
      try {
        return [box.tenant(id)];
      } catch (error) {
        log.debug({ err: error, tenantId: id }, 'the work after its calls waits');
        return [];
      }
    });

  const wake = (): void => {
    if (stopping.signal.aborted) return;
    clearTimeout(timer);
    if (running) {
      asked = true;
      return;
    }
    running = drain()
      .catch((error: unknown) => log.error({ err: error }, 'the work after calls could not go on'))
      .finally(() => {
        running = null;
        rest();
      });
  };

  const drain = async (): Promise<void> => {
    do {
      asked = false;
      for (let due = nextDue(); due && !stopping.signal.aborted; due = nextDue()) {
        await doStep(due.store, due.work, { ...parts, signal: stopping.signal });
        // Calls go before: their turn at the loop comes between any two steps.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } while (asked && !stopping.signal.aborted);
  };

  const nextDue = (): { store: TenantStore; work: AfterCallWork } | null => {
    const due = stores().flatMap((store) => {
      const work = store.afterCall.next(clock.nowMs());
      return work ? [{ store, work }] : [];
    });
    return due.toSorted((one, other) => one.work.dueAtMs - other.work.dueAtMs)[0] ?? null;
  };

  const restMs = (): number => {
    try {
      const times = stores().flatMap((store) => store.afterCall.nextDueMs() ?? []);
      const waitMs = Math.min(longestRestMs, ...times.map((atMs) => atMs - clock.nowMs()));
      // What is due all the same could not be done just now.
      return Math.max(shortestRestMs, waitMs);
    } catch {
      return longestRestMs;
    }
  };

  const rest = (): void => {
    if (stopping.signal.aborted) return;
    timer = setTimeout(wake, restMs());
    timer.unref();
  };

  const unlisten = box.onEvent((event) => {
    if (event.type === 'call.ended') setImmediate(wake);
  });
  wake();
  return {
    async settled() {
      while (running) await running;
    },
    async stop() {
      if (stopping.signal.aborted) return running ?? undefined;
      unlisten();
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}

async function doStep(
  store: TenantStore,
  { callId, step, attempts }: AfterCallWork,
  { box, inference, dataDir, clock, log, signal }: AfterCallParts & { readonly signal: AbortSignal },
): Promise<void> {
  const about = { callId, step, attempts };
  try {
    const language = box.tenants.find(store.tenantId)?.language ?? 'en-US';
    const record = callRecordOf(store, callId, { language });
    if (!record) throw new Error('there is work for a call that is not there');
    const save = await stepWork[step]({ box, store, record, dataDir, inference: inference(), signal });
    // A caller who was forgotten meanwhile: the step is done anew, of what is left.
    if (store.calls.find(callId)?.callerNumber !== record.call.callerNumber) return;
    store.afterCall.finish(callId, step, save);
  } catch (error) {
    // Taken up after the next start.
    if (signal.aborted || hasCode(error, 'aborted')) return;
    const failure = isVoxboxError(error) ? error.code : 'after_call_failed';
    const waitMs = isVoxboxError(error) && error.entry.permanent ? undefined : retriesMs[attempts];
    if (waitMs !== undefined) {
      log[step === 'embed' ? 'debug' : 'warn'](
        { ...about, err: error },
        'a step after the call is tried again',
      );
      store.afterCall.postpone(callId, { dueAtMs: clock.nowMs() + waitMs, failure });
      return;
    }
    log.error({ ...about, err: error }, 'a step after the call was given up');
    // Everything that matters is there without the vector.
    if (step === 'embed') store.afterCall.finish(callId, step, () => {});
    else store.afterCall.fail(callId, failure);
  }
}
