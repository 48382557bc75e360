import type { HeardFrame } from './rtp-endpoint.ts';

/** Samples at 8 kHz → the words in them. */
export type Recognise = (samples: Int16Array) => Promise<string>;

/** What the agent said from the end of the caller's words until it fell silent. */
export interface HeardTurn {
  readonly text: string;
  /** Arrival of its first voiced packet, monotonic milliseconds. */
  readonly firstVoicedMs: number;
  readonly lastVoicedMs: number;
}

const sampleRateHz = 8000;
/** A pause as long as this may split what is recognised, so that most of it is done before the turn ends. */
const splitPauseMs = 300;
const longestPieceMs = 12_000;
const paddingFrames = 10;
/** Packets may be missing while the other side is silent: the gap is filled up to this. */
const longestFillMs = 1000;

/**
 * The caller's hearing. Turns are ended by silence alone, on the clock of arrival, so that a side which
 * sends nothing while it is silent is understood like one that sends silence.
 */
export class Ear {
  readonly #recognise: Recognise;
  readonly #quietMs: number;
  #frames: Int16Array[] = [];
  #pieces: Promise<string>[] = [];
  #pieceVoiced = false;
  #firstVoicedMs: number | null = null;
  #lastVoicedMs = 0;
  #lastFrameMs: number | null = null;

  /** @param options `quietMs`: silence that ends a turn of the agent */
  constructor(recognise: Recognise, { quietMs = 650 }: { quietMs?: number } = {}) {
    this.#recognise = recognise;
    this.#quietMs = quietMs;
  }

  /** Arrival of the first voiced packet since the last turn was taken; null while there is none. */
  get firstVoicedMs(): number | null {
    return this.#firstVoicedMs;
  }

  hear(frame: HeardFrame): void {
    this.#fillGap(frame.atMs);
    this.#lastFrameMs = frame.atMs;
    this.#frames.push(frame.samples);
    if (frame.voiced) {
      this.#firstVoicedMs ??= frame.atMs;
      this.#lastVoicedMs = frame.atMs;
      this.#pieceVoiced = true;
    }
    if (!this.#pieceVoiced) {
      if (this.#frames.length > paddingFrames) this.#frames.shift();
      return;
    }
    const pieceMs = this.#frames.length * 20;
    if (frame.atMs - this.#lastVoicedMs >= splitPauseMs || pieceMs >= longestPieceMs) this.#endPiece();
  }

  /** Takes the turn if the agent has been silent for long enough; null while it has not. */
  async take(nowMs: number): Promise<HeardTurn | null> {
    const firstVoicedMs = this.#firstVoicedMs;
    if (firstVoicedMs === null || nowMs - this.#lastVoicedMs < this.#quietMs) return null;
    this.#endPiece();
    const pieces = this.#pieces;
    const lastVoicedMs = this.#lastVoicedMs;
    this.#pieces = [];
    this.#firstVoicedMs = null;
    const texts = await Promise.all(pieces);
    return { text: texts.filter(Boolean).join(' '), firstVoicedMs, lastVoicedMs };
  }

  #endPiece(): void {
    if (!this.#pieceVoiced) return;
    const length = this.#frames.reduce((sum, part) => sum + part.length, 0);
    const samples = new Int16Array(length);
    let at = 0;
    for (const part of this.#frames) {
      samples.set(part, at);
      at += part.length;
    }
    this.#pieces.push(this.#recognise(samples));
    this.#frames = [];
    this.#pieceVoiced = false;
  }

  #fillGap(atMs: number): void {
    if (this.#lastFrameMs === null) return;
    const missingMs = Math.min(atMs - this.#lastFrameMs - 20, longestFillMs);
    if (missingMs > 60) this.#frames.push(new Int16Array(Math.round((missingMs * sampleRateHz) / 1000)));
  }
}
