import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeEngines, fakeReadyLine } from './fake-engine.ts';
import { Supervisor, startLimitMs, stopLimitMs } from './supervisor.ts';
import { mostCrashes } from './watchdog.ts';

describe('Supervisor', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const started = () => {
    const engines = new FakeEngines();
    const states: string[] = [];
    const supervisor = new Supervisor({
      launch: engines.launch,
      nowMs: () => Date.now(),
      onState: ({ kind }) => states.push(kind),
    });
    supervisor.start();
    return { engines, states, supervisor };
  };

  it('launches an engine and tells its states', () => {
    const { engines, states } = started();
    engines.last.onReady(fakeReadyLine);
    expect(engines.launched).toHaveLength(1);
    expect(states).toEqual(['starting', 'running']);
  });

  it('launches the next one when the wait is over', () => {
    const { engines, states } = started();
    engines.last.onExit('signal SIGKILL', '');
    expect(engines.launched).toHaveLength(1);
    vi.advanceTimersByTime(500);
    expect(engines.launched).toHaveLength(2);
    expect(states).toEqual(['starting', 'waiting', 'starting']);
  });

  it('launches none once it has given up, until a person asks for it', () => {
    const { engines, supervisor } = started();
    for (let n = 0; n < mostCrashes; n += 1) {
      engines.last.onExit('code 1', '');
      vi.advanceTimersByTime(60_000);
    }
    expect(supervisor.state.kind).toBe('given-up');
    expect(engines.launched).toHaveLength(mostCrashes);
    supervisor.restart();
    expect(engines.launched).toHaveLength(mostCrashes + 1);
  });

  it('kills one that does not get ready, and leaves one alone that did', () => {
    const { engines } = started();
    vi.advanceTimersByTime(startLimitMs);
    expect(engines.asked).toEqual(['kill']);
    engines.last.onExit('signal SIGKILL', '');
    vi.advanceTimersByTime(500);
    engines.last.onReady(fakeReadyLine);
    vi.advanceTimersByTime(2 * startLimitMs);
    expect(engines.asked).toEqual(['kill']);
  });

  it('stops in order, and is stopped when the engine has ended', async () => {
    const { engines, supervisor } = started();
    engines.last.onReady(fakeReadyLine);
    const stopped = supervisor.stop();
    expect(engines.asked).toEqual(['stop']);
    engines.last.onExit('code 0', '');
    await stopped;
    await supervisor.stop();
    vi.advanceTimersByTime(stopLimitMs);
    expect(engines.asked).toEqual(['stop']);
    expect(engines.launched).toHaveLength(1);
  });

  it('kills an engine that does not stop', () => {
    const { engines, supervisor } = started();
    void supervisor.stop();
    vi.advanceTimersByTime(stopLimitMs);
    expect(engines.asked).toEqual(['stop', 'kill']);
  });
});
