/** Lost audio is replaced by the last frame, fading out over so many frames. */
const fadedFrames = 3;
/** As long as a codec is asked to make up audio itself; it fades on its own. */
const codecFrames = 5;

const nothing = new Int16Array(0);

/** Makes up audio in place of what is lost. */
export class Concealment {
  private readonly frameSamples: number;
  private last: Int16Array;
  private run = Number.POSITIVE_INFINITY;
  /** Made up already and not used: a gap may begin or end within a frame. */
  private made: Int16Array = nothing;

  constructor(frameSamples: number) {
    this.frameSamples = frameSamples;
    this.last = new Int16Array(frameSamples);
  }

  /** A whole frame was played, none of it missing. */
  heard(frame: Int16Array): void {
    this.last = frame;
    this.run = 0;
    this.made = nothing;
  }

  /** Nothing is to be repeated: another stream begins. */
  reset(): void {
    this.run = Number.POSITIVE_INFINITY;
    this.made = nothing;
  }

  /**
   * Writes into `frame` from `from` to `to`.
   * @param byCodec 20 ms made by the codec, null where it cannot
   */
  fill(
    frame: Int16Array,
    span: { readonly from: number; readonly to: number },
    byCodec: () => Int16Array | null,
  ): void {
    let at = span.from;
    while (at < span.to) {
      if (this.made.length === 0) this.made = this.make(at, byCodec);
      const part = this.made.subarray(0, span.to - at);
      frame.set(part, at);
      this.made = this.made.subarray(part.length);
      at += part.length;
    }
  }

  private make(at: number, byCodec: () => Int16Array | null): Int16Array {
    const { run, frameSamples } = this;
    this.run += 1;
    const own = run < codecFrames ? byCodec() : null;
    if (own && own.length > 0) return own;
    const frame = new Int16Array(frameSamples);
    if (run >= fadedFrames) return frame;
    // From the same place within the frame on: what came before it joins on there.
    for (let i = 0; i < frameSamples; i += 1) {
      const gain = 1 - (run + i / frameSamples) / fadedFrames;
      frame[i] = (this.last[(at + i) % frameSamples] ?? 0) * gain;
    }
    return frame;
  }
}
