import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakeReadyLine } from './fake-engine.ts';
import { crashWindowMs, firstWatch, mostCrashes, type Watch, type WatchEvent, watch } from './watchdog.ts';

const engine = fakeReadyLine;
const exited: WatchEvent = { kind: 'exited', exit: 'code 1', lastWords: 'port 7070 is taken' };

/** Applies events one after the other, all at the same time. */
const sent = (events: readonly WatchEvent[], nowMs = 0, from: Watch = firstWatch): Watch =>
  events.reduce((current, event) => watch(current, event, nowMs), from);

const delayOf = ({ state }: Watch): number | null => (state.kind === 'waiting' ? state.delayMs : null);

describe('watch', () => {
  it('is running once the engine is ready', () => {
    expect(sent([{ kind: 'ready', engine }]).state).toEqual({ kind: 'running', engine });
  });

  it('starts an engine again that ended, each time after a longer wait', () => {
    let current = firstWatch;
    const delaysMs: (number | null)[] = [];
    for (let n = 1; n < mostCrashes; n += 1) {
      current = sent([exited], n, current);
      delaysMs.push(delayOf(current));
      current = sent([{ kind: 'due' }], n, current);
      expect(current.state.kind).toBe('starting');
    }
    expect(delaysMs).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('gives up after so many crashes within the time, and tells the last words', () => {
    let current = firstWatch;
    for (let n = 1; n <= mostCrashes; n += 1) current = sent([{ kind: 'due' }, exited], n, current);
    expect(current.state).toEqual({
      kind: 'given-up',
      fault: { exit: 'code 1', lastWords: 'port 7070 is taken', hadCalls: false },
    });
    expect(sent([{ kind: 'due' }], 0, current)).toBe(current);
  });

  it('forgets crashes that are long ago', () => {
    let current = firstWatch;
    for (let n = 0; n < 3 * mostCrashes; n += 1) {
      current = sent([exited], n * crashWindowMs, current);
      expect(delayOf(current)).toBe(500);
      current = sent([{ kind: 'due' }], n * crashWindowMs, current);
    }
  });

  it('knows whether calls were taken before', () => {
    const { state } = sent([{ kind: 'ready', engine }, exited]);
    expect(state).toMatchObject({ kind: 'waiting', fault: { hadCalls: true } });
  });

  it('begins anew when a person restarts it, but leaves one alone that runs', () => {
    let current = firstWatch;
    for (let n = 1; n <= mostCrashes; n += 1) current = sent([{ kind: 'due' }, exited], n, current);
    expect(sent([{ kind: 'restart' }], 0, current)).toEqual(firstWatch);
    const running = sent([{ kind: 'ready', engine }]);
    expect(sent([{ kind: 'restart' }], 0, running)).toBe(running);
  });

  it('waits for the engine to end before it is stopped', () => {
    const stopping = sent([{ kind: 'ready', engine }, { kind: 'quit' }]);
    expect(stopping.state.kind).toBe('stopping');
    expect(sent([exited], 0, stopping).state.kind).toBe('stopped');
    expect(sent([exited, { kind: 'quit' }]).state.kind).toBe('stopped');
  });

  it('never starts an engine again once it was told to quit', () => {
    const event: fc.Arbitrary<WatchEvent> = fc.constantFrom<WatchEvent>(
      { kind: 'ready', engine },
      exited,
      { kind: 'due' },
      { kind: 'restart' },
    );
    fc.assert(
      fc.property(fc.array(event), fc.array(event), (before, then) => {
        const { state } = sent([...before, { kind: 'quit' }, ...then]);
        return state.kind === 'stopping' || state.kind === 'stopped';
      }),
    );
  });
});
