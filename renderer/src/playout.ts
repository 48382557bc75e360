/** As much waits before the first frame is heard, and never more than the most: the oldest is left out. */
const leadFrames = 4;
const mostFrames = 15;

/** Frames of both sides on their way to the ear: left and right in turn, −32768…32767. */
export class Playout {
  #frames: Int16Array[] = [];
  #offset = 0;
  #runs = false;

  push(frame: Int16Array): void {
    this.#frames.push(frame);
    if (this.#frames.length <= mostFrames) return;
    this.#frames = this.#frames.slice(-leadFrames);
    this.#offset = 0;
  }

  /** Fills both sides, −1…1; with silence where nothing is there. */
  read(left: Float32Array, right: Float32Array): void {
    left.fill(0);
    right.fill(0);
    if (!this.#runs) this.#runs = this.#frames.length >= leadFrames;
    if (!this.#runs) return;
    for (let i = 0; i < left.length; i += 1) {
      const frame = this.#frames[0];
      if (!frame) {
        this.#runs = false;
        return;
      }
      left[i] = (frame[this.#offset] ?? 0) / 32_768;
      right[i] = (frame[this.#offset + 1] ?? 0) / 32_768;
      this.#offset += 2;
      if (this.#offset < frame.length) continue;
      this.#frames.shift();
      this.#offset = 0;
    }
  }
}
