import type { Clock } from '../foundation/index.ts';
import type { Speech } from '../speech/index.ts';
import type { CallAudio } from './session-model.ts';

/** After `clear` the leg tells at once what was played; this is only for one that has stopped meanwhile. */
const clearedTimeoutMs = 250;
/** A sentence that was stopped for nothing goes on from a quiet moment at most this long before. */
const rewindMs = 600;
const blockMs = 20;
/** How long what is still being made is taken to be. */
const unmadeMs = 1000;

/** One turn of the agent's speech, when it is over. */
export interface SpokenStretch {
  /** What the caller heard of it. */
  readonly text: string;
  /** UTC, from the first audio to the end of what was heard. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly interrupted: boolean;
}

export interface CallAudioOutputOptions {
  readonly audio: Pick<CallAudio, 'play' | 'finish' | 'clear' | 'soften' | 'onPlayed'>;
  readonly clock: Clock;
  /** First audio of a turn was handed to the leg. */
  readonly onStarted: () => void;
  readonly onFinished: (stretch: SpokenStretch) => void;
}

interface Clause {
  readonly text: string;
  readonly pieces: Speech[];
}

/** What the agent says in one turn: clauses, and how much of them was heard. */
interface Stretch {
  readonly clauses: Clause[];
  readonly startedAtMs: number;
  /** Heard before the audio that plays now. */
  heardMs: number;
  /** UTC, when last something was known to have been played; it may have been silent in between. */
  playedAtMs: number;
  /** Monotonic: when the audio that the leg has will all have been played. */
  soundsUntilMs: number;
  /** The leg's id of what plays; null while nothing does. */
  legId: number | null;
  /** Everything was said. */
  complete: boolean;
  state: 'playing' | 'held' | 'over';
}

/** The agent's voice on its way to the leg: one turn at a time. What was played is what the leg says was played. */
export class CallAudioOutput {
  readonly #options: CallAudioOutputOptions;
  #stretch: Stretch | null = null;
  readonly #legIds = new Map<number, (playedMs: number, cut: boolean) => void>();
  #nextId = 1;
  #isSoft = false;
  #closed = false;

  constructor(options: CallAudioOutputOptions) {
    this.#options = options;
    options.audio.onPlayed(({ id, playedMs, cut }) => this.#legIds.get(id)?.(playedMs, cut));
  }

  /** True from the first audio of a turn until the leg has played it or it was cut; also while it is held. */
  get speaking(): boolean {
    return this.#stretch !== null && this.#stretch.clauses.length > 0;
  }

  /** True while something is on its way to the caller's ear. */
  get audible(): boolean {
    return this.soundsForMs > 0;
  }

  /** Audio that the leg has still to play, by the clock; 0 when nothing plays. */
  get soundsForMs(): number {
    const stretch = this.#stretch;
    if (!stretch || stretch.legId === null) return 0;
    return Math.max(0, stretch.soundsUntilMs - this.#options.clock.monotonicMs());
  }

  get held(): boolean {
    return this.#stretch?.state === 'held';
  }

  /** What the caller has still to hear of the turn, also of what is held or still being made; 0 when there is none. */
  get remainingMs(): number {
    const stretch = this.#stretch;
    if (!stretch || stretch.clauses.length === 0) return 0;
    return durationOf(stretch.clauses) - this.#heardMs(stretch) + (stretch.complete ? 0 : unmadeMs);
  }

  /** A clause's audio, or more of it. `text` is what it says, for its first piece; a turn begins with its first clause. */
  say(piece: Speech, text: string | null): void {
    if (this.#closed) return;
    const first = this.#stretch === null;
    const stretch = this.#stretch ?? this.#begin();
    const last = stretch.clauses.at(-1);
    if (text === null && last) last.pieces.push(piece);
    else stretch.clauses.push({ text: text ?? '', pieces: [piece] });
    if (stretch.state === 'playing') this.#play(stretch, piece);
    if (first) this.#options.onStarted();
  }

  /** The turn is complete: it is over when its last audio was played. */
  finish(): void {
    const stretch = this.#stretch;
    if (!stretch) return;
    stretch.complete = true;
    if (stretch.state === 'playing' && stretch.legId !== null) this.#options.audio.finish(stretch.legId);
  }

  /** Makes way for somebody who may want to speak, or does so no longer. Idempotent. */
  soften(on: boolean): void {
    if (this.#isSoft === on) return;
    this.#isSoft = on;
    this.#options.audio.soften(on);
  }

  /** Falls silent, so that it may go on; resolves when the leg has told what was heard. */
  async hold(): Promise<void> {
    const stretch = this.#stretch;
    if (stretch?.state !== 'playing') return;
    stretch.state = 'held';
    await this.#silence(stretch);
    this.soften(false);
  }

  /** Goes on with what was held, from a quiet moment shortly before. */
  resume(): void {
    const stretch = this.#stretch;
    if (stretch?.state !== 'held' || this.#closed) return;
    const total = durationOf(stretch.clauses);
    stretch.heardMs = quietMomentBefore(stretch.clauses, Math.min(stretch.heardMs, total));
    stretch.state = 'playing';
    let atMs = 0;
    for (const piece of stretch.clauses.flatMap(({ pieces }) => pieces)) {
      const fromMs = Math.max(0, stretch.heardMs - atMs);
      const lengthMs = lengthOf(piece);
      atMs += lengthMs;
      if (fromMs >= lengthMs) continue;
      const from = Math.round((fromMs * piece.sampleRateHz) / 1000);
      this.#play(stretch, { samples: piece.samples.subarray(from), sampleRateHz: piece.sampleRateHz });
    }
    if (stretch.legId === null) {
      if (stretch.complete) this.#over(stretch, false);
    } else if (stretch.complete) this.#options.audio.finish(stretch.legId);
  }

  /** Ends the turn where it is; resolves when it was told. Idempotent. */
  async cut(): Promise<void> {
    const stretch = this.#stretch;
    if (!stretch) return;
    if (stretch.legId !== null) await this.#silence(stretch);
    this.#over(stretch, !isHeard(stretch));
  }

  /** Tells the end of whatever plays; nothing is played any more. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const stretch = this.#stretch;
    if (!stretch) return;
    if (stretch.legId !== null) this.#options.audio.clear();
    // The leg may have told it at once.
    if (this.#stretch !== stretch) return;
    stretch.heardMs = this.#heardMs(stretch);
    if (stretch.legId !== null) stretch.playedAtMs = this.#options.clock.nowMs();
    this.#over(stretch, !isHeard(stretch));
  }

  #begin(): Stretch {
    const startedAtMs = this.#options.clock.nowMs();
    const stretch: Stretch = {
      clauses: [],
      startedAtMs,
      heardMs: 0,
      playedAtMs: startedAtMs,
      soundsUntilMs: 0,
      legId: null,
      complete: false,
      state: 'playing',
    };
    this.#stretch = stretch;
    return stretch;
  }

  #play(stretch: Stretch, piece: Speech): void {
    const { samples, sampleRateHz } = piece;
    const nowMs = this.#options.clock.monotonicMs();
    stretch.soundsUntilMs = Math.max(nowMs, stretch.soundsUntilMs) + lengthOf(piece);
    if (stretch.legId === null) {
      const id = this.#nextId++;
      stretch.legId = id;
      this.#legIds.set(id, (playedMs, cut) => {
        this.#legIds.delete(id);
        stretch.heardMs += playedMs;
        stretch.playedAtMs = this.#options.clock.nowMs();
        stretch.legId = null;
        stretch.soundsUntilMs = 0;
        if (!cut && stretch.state === 'playing') this.#over(stretch, false);
      });
    }
    this.#options.audio.play({ id: stretch.legId, samples, sampleRateHz });
  }

  /** Takes from the leg what it has not played yet; a leg that tells nothing has played by the wall clock. */
  async #silence(stretch: Stretch): Promise<void> {
    const id = stretch.legId;
    if (id === null) return;
    const told = this.#legIds.get(id);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#legIds.set(id, (playedMs, cut) => {
      told?.(playedMs, cut);
      resolve();
    });
    const timer = setTimeout(() => {
      this.#legIds.get(id)?.(this.#heardMs(stretch) - stretch.heardMs, true);
    }, clearedTimeoutMs);
    this.#options.audio.clear();
    await promise;
    clearTimeout(timer);
  }

  #heardMs(stretch: Stretch): number {
    if (stretch.legId === null) return stretch.heardMs;
    const aheadMs = Math.max(0, stretch.soundsUntilMs - this.#options.clock.monotonicMs());
    return Math.max(stretch.heardMs, durationOf(stretch.clauses) - aheadMs);
  }

  #over(stretch: Stretch, interrupted: boolean): void {
    if (stretch.state === 'over') return;
    stretch.state = 'over';
    if (this.#stretch === stretch) this.#stretch = null;
    this.soften(false);
    const { clauses, heardMs, startedAtMs, playedAtMs } = stretch;
    const endedAtMs = Math.max(startedAtMs + heardMs, playedAtMs);
    const spoken = clauses.map(({ text, pieces }) => ({ text, durationMs: durationOf([{ pieces }]) }));
    const text = interrupted ? heardText(spoken, heardMs) : spoken.map((clause) => clause.text).join(' ');
    this.#options.onFinished({ text, startedAtMs, endedAtMs, interrupted });
  }
}

const lengthOf = ({ samples, sampleRateHz }: Speech): number => (samples.length / sampleRateHz) * 1000;

const durationOf = (clauses: readonly Pick<Clause, 'pieces'>[]): number =>
  clauses.reduce((sum, { pieces }) => sum + pieces.reduce((length, piece) => length + lengthOf(piece), 0), 0);

/** True when what was cut had been said and heard to its end, and the leg had only not told yet. */
const isHeard = ({ complete, clauses, heardMs }: Stretch): boolean =>
  complete && heardMs >= durationOf(clauses) - blockMs;

/** Where the quietest 20 ms of the last moments before `atMs` lie: speech goes on there without a broken word. */
function quietMomentBefore(clauses: readonly Pick<Clause, 'pieces'>[], atMs: number): number {
  let quietestMs = atMs;
  let least = Number.POSITIVE_INFINITY;
  let pieceAtMs = 0;
  for (const piece of clauses.flatMap(({ pieces }) => pieces)) {
    const block = Math.round((piece.sampleRateHz * blockMs) / 1000);
    const first = Math.max(0, Math.floor((atMs - rewindMs - pieceAtMs) / blockMs));
    for (let index = first; (index + 1) * block <= piece.samples.length; index++) {
      const blockAtMs = pieceAtMs + index * blockMs;
      if (blockAtMs > atMs - blockMs) break;
      let energy = 0;
      for (let i = index * block; i < (index + 1) * block; i++) energy += (piece.samples[i] ?? 0) ** 2;
      // Of equally quiet ones the last: less is said twice.
      if (energy <= least) {
        least = energy;
        quietestMs = blockAtMs;
      }
    }
    pieceAtMs += lengthOf(piece);
  }
  return quietestMs;
}

/** The words that fit into the time that was played: whole clauses, and of the one that was cut as many as fit by their letters. */
export function heardText(
  clauses: readonly { readonly text: string; readonly durationMs: number }[],
  playedMs: number,
): string {
  const heard: string[] = [];
  let left = playedMs;
  for (const { text, durationMs } of clauses) {
    if (left <= 0) break;
    const share = Math.min(1, left / durationMs);
    const words = text.split(/\s+/).filter(Boolean);
    const letters = words.reduce((sum, word) => sum + word.length + 1, 0);
    let said = 0;
    for (const word of words) {
      said += word.length + 1;
      // A word counts when most of it was heard.
      if (said - word.length / 3 > letters * share) break;
      heard.push(word);
    }
    left -= durationMs;
  }
  return heard.join(' ');
}
