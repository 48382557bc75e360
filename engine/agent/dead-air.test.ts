import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeadAirGuard } from './dead-air.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A line on which fillers last 800 ms, where there are any. */
function open(options: { readonly ready?: boolean } = {}) {
  const log: string[] = [];
  const line = { quietSinceMs: performance.now() };
  const startedMs = performance.now();
  const guard = new DeadAirGuard({
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    quietSinceMs: () => line.quietSinceMs,
    onFill: (times) => {
      log.push(`${times} after ${Math.round(performance.now() - startedMs)} ms`);
      if (options.ready !== false) line.quietSinceMs = performance.now() + 800;
    },
    onGiveUp: () => log.push(`up after ${Math.round(performance.now() - startedMs)} ms`),
  });
  return { guard, log, line };
}

describe('DeadAirGuard', () => {
  it('fills every silence before it is two seconds long, and gives up at last', () => {
    const { guard, log } = open();
    guard.owe();
    vi.advanceTimersByTime(20_000);
    expect(log).toEqual([
      '0 after 1100 ms',
      '1 after 3000 ms',
      '2 after 4900 ms',
      '3 after 6800 ms',
      'up after 8700 ms',
    ]);
  });

  it('says nothing once the answer is heard, and counts anew for the next', () => {
    const { guard, log, line } = open();
    guard.owe();
    vi.advanceTimersByTime(1000);
    guard.paid();
    vi.advanceTimersByTime(5000);
    expect(log).toEqual([]);
    line.quietSinceMs = performance.now();
    guard.owe();
    guard.owe();
    vi.advanceTimersByTime(1500);
    expect(log).toEqual(['0 after 7100 ms']);
  });

  it('waits for what is being played, and tries again when nothing could be said', () => {
    const { guard, log, line } = open({ ready: false });
    line.quietSinceMs = performance.now() + 600;
    guard.owe();
    vi.advanceTimersByTime(1699);
    expect(log).toEqual([]);
    vi.advanceTimersByTime(500);
    expect(log).toEqual(['0 after 1700 ms', '1 after 1900 ms', '2 after 2100 ms']);
  });
});
