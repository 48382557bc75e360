/** Packets back from the newest that are still told from replays; RFC 3711 §3.3.2 asks for 64 at least. */
export const replayWindow = 128;

/** Counts a stream's packets on across wraps of the sequence number (RFC 3711 §3.3.1, appendix A). */
export class PacketIndex {
  /** Index of the newest packet taken: roll-over counter · 65536 + sequence number; −1 before the first. */
  private newest = -1;
  private readonly seen = new Uint8Array(replayWindow);

  /** The most probable index of this sequence number. */
  estimate(sequence: number): number {
    if (this.newest < 0) return sequence;
    const rollOver = Math.floor(this.newest / 0x10000);
    const ahead = sequence - (this.newest % 0x10000);
    const guess = ahead > 0x8000 ? rollOver - 1 : ahead < -0x8000 ? rollOver + 1 : rollOver;
    // Before the first wrap there is no earlier one.
    return Math.max(guess, 0) * 0x10000 + sequence;
  }

  /** False for an index that was taken before or is too old to know. */
  isNew(index: number): boolean {
    const behind = this.newest - index;
    return behind < 0 || (behind < replayWindow && this.seen[index % replayWindow] === 0);
  }

  /** To be called only for packets that proved authentic. */
  take(index: number): void {
    const { seen } = this;
    if (index > this.newest) {
      if (index - this.newest >= replayWindow) seen.fill(0);
      else
        for (let skipped = this.newest + 1; skipped < index; skipped += 1) seen[skipped % replayWindow] = 0;
      this.newest = index;
    }
    seen[index % replayWindow] = 1;
  }
}
