/** Timers, passed in so that tests move time by hand. */
export interface Schedule {
  /** Runs once after the delay; the returned function withdraws it. */
  after(delayMs: number, run: () => void): () => void;
}

/** Real time. `stop` withdraws everything that is due and takes nothing more. */
export function createSchedule(): Schedule & { stop(): void } {
  const due = new Set<NodeJS.Timeout>();
  let stopped = false;
  return {
    after: (delayMs, run) => {
      if (stopped) return () => {};
      const timer = setTimeout(() => {
        due.delete(timer);
        run();
      }, delayMs).unref();
      due.add(timer);
      return () => {
        clearTimeout(timer);
        due.delete(timer);
      };
    },
    stop: () => {
      stopped = true;
      for (const timer of due) clearTimeout(timer);
      due.clear();
    },
  };
}

/** RFC 3261 §17.1.1.1, table 4. */
export interface SipTimers {
  /** Estimate of the round trip. */
  readonly t1Ms: number;
  /** Longest pause between repetitions. */
  readonly t2Ms: number;
  /** How long a message may stay in the network. */
  readonly t4Ms: number;
}

export const standardTimers: SipTimers = { t1Ms: 500, t2Ms: 4000, t4Ms: 5000 };

/** 64·T1: timers B, F, H, J, L and M, and the wait for an ACK. */
export const transactionTimeoutMs = (timers: SipTimers): number => 64 * timers.t1Ms;

/**
 * Repeats at T1, 2·T1, 4·T1 … until withdrawn.
 *
 * @param capMs longest pause; Infinity for an INVITE's timer A, which only doubles
 */
export function repeat(
  schedule: Schedule,
  options: { readonly firstMs: number; readonly capMs: number; readonly run: () => void },
): () => void {
  let cancel = () => {};
  const next = (pauseMs: number): void => {
    cancel = schedule.after(pauseMs, () => {
      next(Math.min(pauseMs * 2, options.capMs));
      options.run();
    });
  };
  next(options.firstMs);
  return () => cancel();
}
