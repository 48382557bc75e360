import type { TurnLatency } from '../store/index.ts';

/**
 * Takes the times of one reply, from the caller's last voiced packet to the agent's first. All times are
 * monotonic milliseconds of this process, as the media leg tells them. The stages follow each other: end of
 * turn, understanding, voice and output together are the total.
 */
export class TurnClock {
  #lastVoicedInMs: number | null;
  readonly #committedMs: number;
  readonly #sttMs: number | null;
  #understoodMs: number | null = null;
  #firstAudioMs: number | null = null;
  #firstVoicedOutMs: number | null = null;

  constructor(turn: {
    readonly lastVoicedInMs: number | null;
    readonly committedMs: number;
    /** Time that the decode took whose text was committed. */
    readonly sttMs: number | null;
  }) {
    this.#lastVoicedInMs = turn.lastVoicedInMs;
    this.#committedMs = turn.committedMs;
    this.#sttMs = turn.sttMs;
  }

  /** The first words of the reply are known. */
  understood(nowMs: number): void {
    this.#understoodMs ??= nowMs;
  }

  /**
   * The first audio of the reply was handed to the leg.
   *
   * @param lastVoicedInMs the caller's last voiced packet until then: they may have gone on after the commit
   */
  firstAudio(nowMs: number, lastVoicedInMs: number | null): void {
    if (this.#firstAudioMs !== null) return;
    this.#firstAudioMs = nowMs;
    // A filler comes before any words are known.
    this.#understoodMs ??= nowMs;
    if (lastVoicedInMs !== null) this.#lastVoicedInMs = Math.max(this.#lastVoicedInMs ?? 0, lastVoicedInMs);
  }

  /** @param atMs departure of the first voiced packet, as the leg knows it; null where nothing left */
  firstVoicedOut(atMs: number | null): void {
    // A time from before the turn belongs to an earlier stretch: nothing voiced left in this one.
    if (atMs !== null && atMs >= this.#committedMs) this.#firstVoicedOutMs ??= atMs;
  }

  latency(): TurnLatency {
    const from = this.#lastVoicedInMs;
    const committedMs = from === null ? null : Math.max(from, this.#committedMs);
    const understoodMs = later(committedMs ?? this.#committedMs, this.#understoodMs);
    const firstAudioMs = later(understoodMs, this.#firstAudioMs);
    return {
      totalMs: between(from, later(firstAudioMs, this.#firstVoicedOutMs)),
      endOfTurnMs: between(from, committedMs),
      sttMs: this.#sttMs === null ? null : Math.round(this.#sttMs),
      understandingMs: between(committedMs, understoodMs),
      ttsMs: between(understoodMs, firstAudioMs),
      outputMs: between(firstAudioMs, later(firstAudioMs, this.#firstVoicedOutMs)),
    };
  }
}

/** A stage that was over before the one ahead of it took no time. */
const later = (beforeMs: number | null, atMs: number | null): number | null =>
  atMs === null ? null : Math.max(beforeMs ?? atMs, atMs);

const between = (fromMs: number | null, toMs: number | null): number | null =>
  fromMs === null || toMs === null ? null : Math.max(0, Math.round(toMs - fromMs));
