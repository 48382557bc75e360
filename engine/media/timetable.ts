import type { Clock } from '../foundation/index.ts';
import { frameMs } from './frame.ts';

/** One who has something to do in each 20 ms slot. */
export interface Rider {
  /** Called first for all riders, so that nobody's audio work delays another one's packet. */
  send(slot: Slot): void;
  /** Called for all riders after everybody has sent. */
  receive(slot: Slot): void;
}

export interface Slot {
  /** Slots that went by since this rider's last one because the process was held up; usually 0. */
  readonly missed: number;
}

/** Calls back after `delayMs`, at the earliest; returns how to take that back. */
export type Alarm = (delayMs: number, callback: () => void) => () => void;

/** An alarm that rings this much early is on time: the clock counts in fractions. */
const toleranceMs = 0.01;
/** How long before a slot the process is awake. */
const awakeMs = 0.5;

/**
 * Sleeps until half a millisecond before the time, then polls once in each turn of the event loop, because timers
 * only know whole milliseconds. Longer polling was measured and rejected: on a quiet machine 1 ms of it is more
 * even (median error 0.0 instead of 0.2 ms) but costs 4-5 % of a core instead of 1 %, and on a busy one the
 * scheduler makes a process that polls wait longer than one that sleeps.
 */
export const systemAlarm =
  (clock: Pick<Clock, 'monotonicMs'>): Alarm =>
  (delayMs, callback) => {
    const dueMs = clock.monotonicMs() + delayMs;
    let immediate: NodeJS.Immediate | undefined;
    const poll = () => {
      if (clock.monotonicMs() >= dueMs) callback();
      else immediate = setImmediate(poll);
    };
    const timer = setTimeout(poll, Math.max(0, Math.ceil(delayMs - awakeMs)));
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  };

/**
 * The one ticker for all legs of a process. Slot n is due at start + n · 20 ms on the monotonic clock, so errors
 * of single alarms never add up. Slots that were missed are skipped, never made up for in a burst. It stands
 * still while nobody rides.
 */
export class Timetable {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private readonly onError: (error: unknown) => void;
  private readonly alarm: Alarm;
  /** Each rider with the slot it last had. */
  private readonly riders = new Map<Rider, number>();
  private startMs = 0;
  private slot = 0;
  private cancelAlarm: (() => void) | null = null;

  constructor(options: {
    readonly clock: Pick<Clock, 'monotonicMs'>;
    /** Told of what a rider throws; the others go on. */
    readonly onError: (error: unknown) => void;
    readonly alarm?: Alarm;
  }) {
    this.clock = options.clock;
    this.onError = options.onError;
    this.alarm = options.alarm ?? systemAlarm(options.clock);
  }

  /** Its first slot is the next one. */
  add(rider: Rider): void {
    if (this.riders.size === 0) {
      this.startMs = this.clock.monotonicMs();
      this.slot = 0;
      this.wait();
    }
    this.riders.set(rider, Math.max(this.slot, this.dueSlot()));
  }

  remove(rider: Rider): void {
    this.riders.delete(rider);
    if (this.riders.size === 0) this.stop();
  }

  stop(): void {
    this.riders.clear();
    this.cancelAlarm?.();
    this.cancelAlarm = null;
  }

  private wait(): void {
    const dueMs = this.startMs + (this.slot + 1) * frameMs;
    const delayMs = Math.max(0, dueMs - this.clock.monotonicMs());
    this.cancelAlarm?.();
    this.cancelAlarm = this.alarm(delayMs, () => this.ring());
  }

  private ring(): void {
    const due = this.dueSlot();
    if (due > this.slot) this.run(due);
    if (this.riders.size > 0) this.wait();
    else this.cancelAlarm = null;
  }

  private dueSlot(): number {
    return Math.floor((this.clock.monotonicMs() - this.startMs + toleranceMs) / frameMs);
  }

  private run(due: number): void {
    this.slot = due;
    const turns = [...this.riders].map(([rider, last]) => ({ rider, slot: { missed: due - last - 1 } }));
    for (const { rider } of turns) this.riders.set(rider, due);
    for (const { rider, slot } of turns) this.guard(rider, () => rider.send(slot));
    for (const { rider, slot } of turns) this.guard(rider, () => rider.receive(slot));
  }

  private guard(rider: Rider, turn: () => void): void {
    if (!this.riders.has(rider)) return;
    try {
      turn();
    } catch (error) {
      this.onError(error);
    }
  }
}
