import { describe, expect, it } from 'vitest';
import { type Slot, Timetable } from './timetable.ts';

/** Time moved by hand; alarms ring `lateMs` after they are due. */
function world() {
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

const rider = (onSend: (slot: Slot) => void = () => {}, onReceive: (slot: Slot) => void = () => {}) => ({
  send: onSend,
  receive: onReceive,
});

describe('timetable', () => {
  it('holds its slots although alarms ring late', () => {
    const { timetable, ring, nowMs } = world();
    const sentMs: number[] = [];
    timetable.add(rider(() => sentMs.push(nowMs())));
    for (const lateMs of [0.3, 2, 0, 5, 1, 0.1]) ring(lateMs);
    // The lateness of one slot is not in the next.
    expect(
      sentMs.map((ms, index) => ms - 1000.25 - (index + 1) * 20).every((late) => late >= 0 && late < 7),
    ).toBe(true);
    expect((sentMs.at(-1) ?? 0) - 1000.25).toBeLessThan(121.5);
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
    ring(-3);
    expect(slots).toBe(0);
    ring();
    expect(slots).toBe(1);
  });

  it('lets everybody send before anybody receives', () => {
    const { timetable, ring } = world();
    const order: string[] = [];
    for (const name of ['a', 'b']) {
      timetable.add(
        rider(
          () => order.push(`send ${name}`),
          () => order.push(`receive ${name}`),
        ),
      );
    }
    ring();
    expect(order).toEqual(['send a', 'send b', 'receive a', 'receive b']);
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
