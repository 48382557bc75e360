import { describe, expect, it } from 'vitest';
import { type Slot, Timetable } from './timetable.ts';

/** Time moved by hand; alarms ring `lateMs` after they were asked to, a little before each slot. */
function world(onPause: () => void = () => {}) {
  let nowMs = 1000.25;
  let alarm: { readonly atMs: number; readonly callback: () => void } | null = null;
  const errors: unknown[] = [];
  const timetable = new Timetable({
    clock: { monotonicMs: () => nowMs },
    onError: (error) => errors.push(error),
    alarm: (delayMs, callback) => {
      const set = { atMs: nowMs + delayMs, callback };
      alarm = set;
      return () => {
        if (alarm === set) alarm = null;
      };
    },
    onPause,
    rest: (ms) => {
      nowMs += ms;
    },
  });
  return {
    timetable,
    errors,
    isWaiting: () => alarm !== null,
    nowMs: () => nowMs,
    ring(lateMs = 0) {
      const set = alarm;
      if (!set) throw new Error('no alarm is set');
      alarm = null;
      nowMs = Math.max(nowMs, set.atMs) + lateMs;
      set.callback();
    },
    spend(ms: number) {
      nowMs += ms;
    },
  };
}

const rider = (
  onPrepare: (slot: Slot) => void = () => {},
  onReceive: (slot: Slot) => void = () => {},
  onSend: () => void = () => {},
) => ({ prepare: onPrepare, protect: () => {}, send: onSend, receive: onReceive });

describe('timetable', () => {
  it('sends when a slot is due, not when the alarm rings', () => {
    const { timetable, ring, nowMs } = world();
    const sentMs: number[] = [];
    timetable.add(rider(undefined, undefined, () => sentMs.push(nowMs())));
    const latenesses = [0.3, 0, 0.9, -1.5, 1, 0.1];
    for (const lateMs of latenesses) ring(lateMs);
    for (const [index, ms] of sentMs.entries()) expect(ms).toBeCloseTo(1000.25 + (index + 1) * 20, 6);
    expect(sentMs).toHaveLength(latenesses.length);
  });

  it('does not carry the lateness of one slot into the next', () => {
    const { timetable, ring, nowMs } = world();
    const lateMs: number[] = [];
    timetable.add(rider(undefined, undefined, () => lateMs.push((nowMs() - 1000.25) % 20)));
    for (const late of [6, 0, 3, 0]) ring(late);
    expect(lateMs.map((ms) => Math.round(ms * 1000) / 1000)).toEqual([5, 0, 2, 0]);
  });

  it('begins to prepare as much earlier as preparation takes, within bounds', () => {
    const { timetable, ring, nowMs, spend } = world();
    const sentMs: number[] = [];
    let workMs = 2.5;
    timetable.add(
      rider(
        () => spend(workMs),
        undefined,
        () => sentMs.push(nowMs() - 1000.25),
      ),
    );
    for (let slot = 0; slot < 3; slot += 1) ring();
    workMs = 30;
    ring();
    // Far too long for a slot; the lead stays shorter than one.
    workMs = 0;
    for (let slot = 0; slot < 2; slot += 1) ring();
    expect(sentMs.map((ms) => Math.round(ms * 10) / 10)).toEqual([21.5, 40, 60, 106.5, 106.5, 120]);
  });

  it('tells of the pause after every fifth slot, unless the slot took nearly all the time there is', () => {
    let pauses = 0;
    const { timetable, ring, spend } = world(() => (pauses += 1));
    let workMs = 4;
    timetable.add(rider(undefined, () => spend(workMs)));
    for (let slot = 0; slot < 14; slot += 1) ring();
    expect(pauses).toBe(2);
    workMs = 13;
    ring();
    expect(pauses).toBe(2);
  });

  it('skips missed slots, never makes up for them in a burst, and says how many', () => {
    const { timetable, ring } = world();
    const missed: number[] = [];
    timetable.add(rider((slot) => missed.push(slot.missed)));
    ring();
    ring(47);
    ring();
    ring();
    expect(missed).toEqual([0, 2, 0, 0]);
  });

  it('goes on waiting when an alarm rings early', () => {
    const { timetable, ring } = world();
    let slots = 0;
    timetable.add(rider(() => (slots += 1)));
    ring(-4);
    expect(slots).toBe(0);
    ring();
    expect(slots).toBe(1);
  });

  it('lets everybody prepare before anybody sends, and send before anybody receives', () => {
    const { timetable, ring } = world();
    const order: string[] = [];
    for (const name of ['a', 'b']) {
      timetable.add(
        rider(
          () => order.push(`prepare ${name}`),
          () => order.push(`receive ${name}`),
          () => order.push(`send ${name}`),
        ),
      );
    }
    ring();
    expect(order).toEqual(['prepare a', 'prepare b', 'send a', 'send b', 'receive a', 'receive b']);
  });

  it('keeps one rider’s failure from the others', () => {
    const { timetable, ring, errors } = world();
    let slots = 0;
    timetable.add(
      rider(() => {
        throw new Error('broken');
      }),
    );
    timetable.add(rider(() => (slots += 1)));
    ring();
    ring();
    expect([slots, errors.length]).toEqual([2, 2]);
  });

  it('does not tell a newcomer of slots missed before it came', () => {
    const { timetable, ring, spend } = world();
    const missed: number[] = [];
    timetable.add(rider());
    ring();
    spend(70);
    timetable.add(rider((slot) => missed.push(slot.missed)));
    ring();
    expect(missed[0]).toBeLessThanOrEqual(0);
    ring();
    expect(missed.at(-1)).toBe(0);
  });

  it('stands still without riders and starts again', () => {
    const { timetable, ring, isWaiting } = world();
    let slots = 0;
    const first = rider();
    const second = rider(() => (slots += 1));
    timetable.add(rider(() => timetable.remove(first)));
    timetable.add(first);
    ring();
    timetable.stop();
    timetable.stop();
    expect(isWaiting()).toBe(false);
    timetable.add(second);
    ring();
    expect(slots).toBe(1);
    timetable.remove(second);
    expect(isWaiting()).toBe(false);
  });

  it('sets one alarm when the only rider is exchanged within a slot', () => {
    const { timetable, ring } = world();
    let slots = 0;
    const next = rider(() => (slots += 1));
    const only = rider(() => {
      timetable.remove(only);
      timetable.add(next);
    });
    timetable.add(only);
    ring();
    ring();
    ring();
    expect(slots).toBe(2);
  });
});
