import { voice } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { Clock } from '../foundation/index.ts';
import { spokenTextKey } from '../speech/index.ts';
import type { CallAudio } from './session-model.ts';

/** After `clear` the leg tells at once what was played; this is only for one that has stopped meanwhile. */
const clearedTimeoutMs = 250;

/** One stretch of the agent's speech, when it is over. */
export interface SpokenStretch {
  /** What the caller heard of it. */
  readonly text: string;
  /** UTC, from the first audio to the end of what was heard. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly interrupted: boolean;
}

export interface CallAudioOutputOptions {
  readonly audio: Pick<CallAudio, 'play' | 'finish' | 'clear' | 'onPlayed'>;
  readonly clock: Clock;
  /** First audio of a stretch was handed to the leg. */
  readonly onStarted: () => void;
  readonly onFinished: (stretch: SpokenStretch) => void;
}

interface Clause {
  readonly text: string;
  readonly durationMs: number;
}

interface Stretch {
  readonly id: number;
  readonly startedAtMs: number;
  readonly clauses: Clause[];
  finished: boolean;
}

/** The agent's voice on its way to the leg. What was played is what the leg says was played. */
export class CallAudioOutput extends voice.AudioOutput {
  readonly #options: CallAudioOutputOptions;
  #open: Stretch | null = null;
  /** Handed to the leg, end not told yet; in order. */
  readonly #playing = new Map<number, Stretch>();
  #nextId = 1;
  #closed = false;

  constructor(options: CallAudioOutputOptions) {
    super(undefined, undefined, { pause: false });
    this.#options = options;
    options.audio.onPlayed(({ id, playedMs, cut }) => this.#played(id, playedMs, cut));
  }

  /** True from the first audio of a stretch until the leg has played it. */
  get playing(): boolean {
    return this.#playing.size > 0;
  }

  /** Audio that has still to be played, by the wall clock; 0 when nothing plays. */
  get remainingMs(): number {
    let total = 0;
    for (const stretch of this.#playing.values()) {
      const elapsed = this.#options.clock.nowMs() - stretch.startedAtMs;
      total += Math.max(0, durationOf(stretch.clauses) - elapsed);
      // More of it is still being made.
      if (!stretch.finished) total += 1000;
    }
    return total;
  }

  override async captureFrame(frame: AudioFrame): Promise<void> {
    if (this.#closed) return;
    await super.captureFrame(frame);
    const text = frame.userdata[spokenTextKey];
    const durationMs = (frame.samplesPerChannel / frame.sampleRate) * 1000;
    const first = this.#open === null;
    const stretch = this.#open ?? this.#begin();
    stretch.clauses.push({ text: typeof text === 'string' ? text : '', durationMs });
    this.#options.audio.play({ id: stretch.id, samples: frame.data, sampleRateHz: frame.sampleRate });
    if (!first) return;
    this.#options.onStarted();
    this.onPlaybackStarted(Date.now());
  }

  override flush(): void {
    super.flush();
    const stretch = this.#open;
    if (!stretch) return;
    this.#open = null;
    stretch.finished = true;
    if (this.#playing.has(stretch.id)) this.#options.audio.finish(stretch.id);
  }

  clearBuffer(): void {
    if (!this.playing) return;
    const cut = [...this.#playing.keys()];
    this.#options.audio.clear();
    const timer = setTimeout(() => {
      for (const id of cut) this.#giveUp(id);
    }, clearedTimeoutMs);
    timer.unref();
  }

  /** Tells the end of whatever plays; nothing is played any more. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.playing) this.#options.audio.clear();
    for (const id of [...this.#playing.keys()]) this.#giveUp(id);
  }

  /** The leg tells no more: what was played goes by the wall clock. */
  #giveUp(id: number): void {
    const stretch = this.#playing.get(id);
    if (!stretch) return;
    const elapsedMs = this.#options.clock.nowMs() - stretch.startedAtMs;
    this.#played(id, Math.min(elapsedMs, durationOf(stretch.clauses)), true);
  }

  #begin(): Stretch {
    const stretch: Stretch = {
      id: this.#nextId++,
      startedAtMs: this.#options.clock.nowMs(),
      clauses: [],
      finished: false,
    };
    this.#open = stretch;
    this.#playing.set(stretch.id, stretch);
    return stretch;
  }

  #played(id: number, playedMs: number, cut: boolean): void {
    const stretch = this.#playing.get(id);
    if (!stretch) return;
    this.#playing.delete(id);
    const text = cut
      ? heardText(stretch.clauses, playedMs)
      : stretch.clauses.map(({ text }) => text).join(' ');
    this.#options.onFinished({
      text,
      startedAtMs: stretch.startedAtMs,
      endedAtMs: Math.max(stretch.startedAtMs + playedMs, stretch.startedAtMs),
      interrupted: cut,
    });
    this.onPlaybackFinished({
      playbackPosition: playedMs / 1000,
      interrupted: cut,
      synchronizedTranscript: text,
    });
  }
}

const durationOf = (clauses: readonly Clause[]): number =>
  clauses.reduce((sum, { durationMs }) => sum + durationMs, 0);

/** The words that fit into the time that was played: whole clauses, and of the one that was cut its share. */
export function heardText(clauses: readonly Clause[], playedMs: number): string {
  const heard: string[] = [];
  let left = playedMs;
  for (const { text, durationMs } of clauses) {
    if (left <= 0) break;
    const words = text.split(/\s+/).filter(Boolean);
    const share = Math.min(1, left / durationMs);
    heard.push(...words.slice(0, Math.round(words.length * share)));
    left -= durationMs;
  }
  return heard.join(' ');
}
