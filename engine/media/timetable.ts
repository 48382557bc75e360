import type { Clock } from '../foundation/index.ts';
import { frameMs } from './frame.ts';

/** One who has something to do in each 20 ms slot. */
export interface Rider {
  /** Called first for all riders, a moment before the slot: everything that takes time. */
  prepare(slot: Slot): void;
  /** Called for all riders after everybody has prepared: enciphers what is to be sent. */
  protect(): void;
  /** Called for all riders when the slot is due. */
  send(): void;
  /** Called for all riders after everybody has sent. */
  receive(slot: Slot): void;
}

export interface Slot {
  /** Slots that went by since this rider's last one because the process was held up; usually 0. */
  readonly missed: number;
}

/** Calls back after `delayMs`, or up to two milliseconds earlier; returns how to take that back. */
export type Alarm = (delayMs: number, callback: () => void) => () => void;

/** An alarm that rings this much early is on time: the clock counts in fractions. */
const toleranceMs = 0.01;
/** Before a slot is due, and before what its preparation lately took: timers are late by up to a millisecond. */
const leadMs = 1;
/** How much earlier than asked for a timer may ring. */
const earlyMs = 2;
/** So often there is a pause that can be used, ten times a second. */
const slotsBetweenPauses = 5;
/** Of a slot this much must be left for the pause to be given away. */
const leastPauseMs = 8;
/** Of the longest preparation, from slot to slot: half is forgotten in half a second. */
const forgetting = 0.972;
/** The lead is never more than this: what comes to be played later than that waits for the next slot. */
const mostLeadMs = 4;

/** Timers know whole milliseconds only, counted from the last turn of the event loop: they ring early or late by one. */
const systemAlarm: Alarm = (delayMs, callback) => {
  const timer = setTimeout(callback, Math.floor(delayMs));
  return () => clearTimeout(timer);
};

/** Nobody wakes who waits for this. */
const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Sleeps to the fraction of a millisecond, which timers cannot. The thread does nothing else meanwhile: the timer has
 * rung and what remains is short. To poll in the event loop instead is no more even and takes up to 5 % of a core; on
 * a busy machine a thread that polls is made to wait longer than one that sleeps.
 */
const systemRest = (ms: number): void => {
  Atomics.wait(never, 0, 0, ms);
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
  private readonly rest: (ms: number) => void;
  private readonly onPause: () => void;
  /** Each rider with the slot it last had. */
  private readonly riders = new Map<Rider, number>();
  private startMs = 0;
  private slot = 0;
  /** What preparations took lately: the longest one, slowly forgotten. */
  private preparationMs = 0;
  private cancelAlarm: (() => void) | null = null;

  constructor(options: {
    readonly clock: Pick<Clock, 'monotonicMs'>;
    /** Told of what a rider throws; the others go on. */
    readonly onError: (error: unknown) => void;
    readonly alarm?: Alarm;
    /** Blocks for this long. */
    readonly rest?: (ms: number) => void;
    /** Told some times a second when nobody has anything to do for the next milliseconds. */
    readonly onPause?: () => void;
  }) {
    this.clock = options.clock;
    this.onError = options.onError;
    this.alarm = options.alarm ?? systemAlarm;
    this.rest = options.rest ?? systemRest;
    this.onPause = options.onPause ?? (() => {});
  }

  /** Its first slot is the next one. */
  add(rider: Rider): void {
    if (this.riders.size === 0) {
      this.startMs = this.clock.monotonicMs();
      this.slot = 0;
      this.wait();
    }
    this.riders.set(rider, Math.max(this.slot, this.slotAt(this.clock.monotonicMs())));
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
    const dueMs = this.dueMsOf(this.slot + 1);
    const delayMs = Math.max(0, dueMs - this.lead - this.clock.monotonicMs());
    this.cancelAlarm?.();
    this.cancelAlarm = this.alarm(delayMs, () => this.ring());
  }

  private get lead(): number {
    return Math.min(mostLeadMs, leadMs + this.preparationMs);
  }

  private ring(): void {
    // Whatever is due by the time that everything is prepared; an alarm that rang far too early is set again.
    const due = this.slotAt(this.clock.monotonicMs() + this.lead + earlyMs);
    if (due > this.slot) this.run(due);
    if (this.riders.size > 0) this.wait();
    else this.cancelAlarm = null;
  }

  private dueMsOf(slot: number): number {
    return this.startMs + slot * frameMs;
  }

  private slotAt(ms: number): number {
    return Math.floor((ms - this.startMs + toleranceMs) / frameMs);
  }

  private run(due: number): void {
    this.slot = due;
    const turns = [...this.riders].map(([rider, last]) => ({ rider, slot: { missed: due - last - 1 } }));
    for (const { rider } of turns) this.riders.set(rider, due);
    const beganMs = this.clock.monotonicMs();
    for (const { rider, slot } of turns) this.guard(rider, () => rider.prepare(slot));
    for (const { rider } of turns) this.guard(rider, () => rider.protect());
    const preparedMs = this.clock.monotonicMs();
    this.preparationMs = Math.max(this.preparationMs * forgetting, preparedMs - beganMs);
    const restMs = this.dueMsOf(due) - preparedMs;
    if (restMs > toleranceMs) this.rest(restMs);
    for (const { rider } of turns) this.guard(rider, () => rider.send());
    for (const { rider, slot } of turns) this.guard(rider, () => rider.receive(slot));
    const leftMs = this.dueMsOf(due + 1) - this.lead - this.clock.monotonicMs();
    if (due % slotsBetweenPauses === 0 && leftMs >= leastPauseMs) this.onPause();
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
