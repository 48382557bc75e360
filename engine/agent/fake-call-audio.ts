import type { LegTimes } from '../media/index.ts';
import type { CallAudio } from './session-model.ts';

const frameMs = 20;
const frameSamples = 160;
const sampleRateHz = 8000 as const;

interface Stretch {
  readonly id: number;
  readonly pieces: { readonly samples: Int16Array; readonly sampleRateHz: number }[];
  totalMs: number;
  playedMs: number;
  finished: boolean;
}

/** What left the fake leg. */
export interface PlayedFrame {
  readonly atMs: number;
  readonly voiced: boolean;
}

/** A leg without a network: a clock tick takes 20 ms from each side, in real time. For tests and measurements. */
export class FakeCallAudio implements CallAudio {
  readonly played: PlayedFrame[] = [];
  /** When the agent was made softer, and when not any more. */
  readonly softened: { readonly atMs: number; readonly on: boolean }[] = [];
  readonly #audioListeners: Parameters<CallAudio['onAudio']>[0][] = [];
  readonly #dtmfListeners: ((key: string) => void)[] = [];
  readonly #playedListeners: Parameters<CallAudio['onPlayed']>[0][] = [];
  readonly #done = new Set<number>();
  #stretches: Stretch[] = [];
  #speech: Int16Array[] = [];
  #spoken: (() => void)[] = [];
  #lastVoicedInMs: number | null = null;
  #firstVoicedOutMs: number | null = null;
  #stretchVoiced = false;
  #timer: NodeJS.Timeout | undefined;
  #startedMs = 0;
  #ticks = 0;

  start(): void {
    this.#startedMs = performance.now();
    this.#next();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The caller says this, 8 kHz; resolves when its last frame went in. */
  speak(samples: Int16Array): Promise<void> {
    for (let at = 0; at < samples.length; at += frameSamples) {
      const frame = new Int16Array(frameSamples);
      frame.set(samples.subarray(at, at + frameSamples));
      this.#speech.push(frame);
    }
    return new Promise((resolve) => this.#spoken.push(resolve));
  }

  press(keys: string): void {
    for (const key of keys) for (const listener of this.#dtmfListeners) listener(key);
  }

  soften(on: boolean): void {
    this.softened.push({ atMs: performance.now(), on });
  }

  onAudio(listener: Parameters<CallAudio['onAudio']>[0]): void {
    this.#audioListeners.push(listener);
  }

  onDtmf(listener: (key: string) => void): void {
    this.#dtmfListeners.push(listener);
  }

  onPlayed(listener: Parameters<CallAudio['onPlayed']>[0]): void {
    this.#playedListeners.push(listener);
  }

  play(stretch: { readonly id: number; readonly samples: Int16Array; readonly sampleRateHz: number }): void {
    if (this.#done.has(stretch.id)) return;
    const known = this.#stretch(stretch.id);
    known.pieces.push(stretch);
    known.totalMs += (stretch.samples.length / stretch.sampleRateHz) * 1000;
  }

  finish(id: number): void {
    if (!this.#done.has(id)) this.#stretch(id).finished = true;
  }

  clear(): void {
    for (const stretch of this.#stretches.splice(0)) this.#tell(stretch, true);
  }

  times(): LegTimes {
    return {
      lastVoicedInMs: this.#lastVoicedInMs,
      firstVoicedOutMs: this.#firstVoicedOutMs,
      firstPacketInMs: this.#startedMs,
    };
  }

  #next(): void {
    const dueMs = this.#startedMs + this.#ticks * frameMs;
    this.#timer = setTimeout(
      () => {
        // A late tick makes up for those that were missed, as a real timetable does.
        while (this.#startedMs + this.#ticks * frameMs <= performance.now()) {
          this.#ticks++;
          this.#in();
          this.#out();
        }
        if (this.#timer) this.#next();
      },
      Math.max(0, dueMs - performance.now()),
    );
  }

  #in(): void {
    const frame = this.#speech.shift() ?? new Int16Array(frameSamples);
    if (isLoud(frame)) this.#lastVoicedInMs = performance.now();
    for (const listener of this.#audioListeners) listener(frame, sampleRateHz);
    if (this.#speech.length === 0) for (const resolve of this.#spoken.splice(0)) resolve();
  }

  #out(): void {
    const first = this.#stretches[0];
    if (!first) return;
    const left = first.totalMs - first.playedMs;
    if (left > 0) {
      const voiced = isLoud(this.#audioAt(first));
      if (voiced && !this.#stretchVoiced) {
        this.#stretchVoiced = true;
        this.#firstVoicedOutMs = performance.now();
      }
      this.played.push({ atMs: performance.now(), voiced });
      first.playedMs += Math.min(frameMs, left);
    }
    if (first.finished && first.playedMs >= first.totalMs) {
      this.#stretches.shift();
      this.#tell(first, false);
    }
  }

  #audioAt(stretch: Stretch): Int16Array {
    let fromMs = stretch.playedMs;
    for (const { samples, sampleRateHz } of stretch.pieces) {
      const from = Math.round((fromMs * sampleRateHz) / 1000);
      if (from < samples.length) return samples.subarray(from, from + (sampleRateHz * frameMs) / 1000);
      fromMs -= (samples.length / sampleRateHz) * 1000;
    }
    return new Int16Array(0);
  }

  #stretch(id: number): Stretch {
    const known = this.#stretches.find((stretch) => stretch.id === id);
    if (known) return known;
    const added: Stretch = { id, pieces: [], totalMs: 0, playedMs: 0, finished: false };
    this.#stretches.push(added);
    return added;
  }

  #tell({ id, playedMs }: Stretch, cut: boolean): void {
    this.#done.add(id);
    this.#stretchVoiced = false;
    for (const listener of this.#playedListeners) listener({ id, playedMs, cut });
  }
}

function isLoud(samples: Int16Array): boolean {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length > 0 && Math.sqrt(sum / samples.length) > 250;
}
