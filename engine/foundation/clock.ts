/** Time is passed in, never taken: tests move it by hand and media logic counts audio time. */
export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch (UTC). */
  nowMs(): number;
  /** Monotonic time in milliseconds, for durations and deadlines; its zero is arbitrary. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
