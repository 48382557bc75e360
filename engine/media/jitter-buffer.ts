import { frameSamples, samplesPerMs } from './frame.ts';
import { sequenceDistance, timestampDistance } from './rtp/sequence.ts';
import { isVoiced } from './voiced.ts';

const lowestTargetSamples = 40 * samplesPerMs;
const highestTargetSamples = 60 * samplesPerMs;
const targetStepSamples = 10 * samplesPerMs;
/** After this much audio without an underrun the target falls by one step. */
const calmFrames = 250;
/** More than this waiting is thrown away at once, voiced or not. */
const hardLimitSamples = 500 * samplesPerMs;
/** The depth that never was undercut for so many frames is more than the line needs. */
const depthWindowFrames = 25;
/** A larger step of the timestamp, either way, is a restarted clock. */
const resyncSamples = 1000 * samplesPerMs;
const jumpSamples = 100 * samplesPerMs;
/** Lost audio is replaced by the last frame, fading out over so many frames. */
const concealedFrames = 3;

export interface ReceivedAudio {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  /** Decoded, 8 kHz mono, any length. */
  readonly samples: Int16Array;
}

export type PushResult = 'stored' | 'late' | 'duplicate' | 'resynchronised';

interface Entry {
  /** Timestamp and sequence number, counted on across wraps. */
  readonly at: number;
  readonly sequence: number;
  readonly samples: Int16Array;
}

/**
 * Puts the other side's packets in order and gives one 20 ms frame each time it is asked, so its only time is
 * audio time. A cursor runs along the RTP timestamps, 40–60 ms behind the newest packet.
 *
 * When nothing waits the cursor stands still. If audio then comes from further ahead (loss, or a sender that
 * pauses in silence), the time waited is taken off that gap, so the delay stays as it was; if it comes from where
 * the cursor stands, it was merely late, and the delay has grown by the wait. A delay that stays larger than the
 * target is worked off in pauses, frame by frame.
 */
export class JitterBuffer {
  private ssrc: number | null = null;
  private entries: Entry[] = [];
  private cursor = 0;
  private newest: { at: number; end: number; sequence: number } = { at: 0, end: 0, sequence: 0 };
  private lastPlayedSequence: number | null = null;
  private waitedSamples = 0;
  private targetSamples = lowestTargetSamples;
  private framesSinceUnderrun = 0;
  private lowestDepthSamples = Number.POSITIVE_INFINITY;
  private depthFrames = 0;
  private excessSamples = 0;
  private lastFrame: Int16Array = new Int16Array(frameSamples);
  private lostRun = concealedFrames;

  push(packet: ReceivedAudio): PushResult {
    if (packet.samples.length === 0) return 'late';
    if (packet.ssrc !== this.ssrc) {
      const isFirst = this.ssrc === null;
      this.anchor(packet);
      return isFirst ? 'stored' : 'resynchronised';
    }
    const at = this.newest.at + timestampDistance(this.newest.at, packet.timestamp);
    const ahead = sequenceDistance(this.newest.sequence, packet.sequence);
    const sequence = this.newest.sequence + ahead;
    const hasRestarted = ahead > 0 && at + packet.samples.length <= this.cursor;
    if (Math.abs(at - this.newest.at) > resyncSamples || hasRestarted) {
      this.anchor(packet);
      return 'resynchronised';
    }
    if (this.entries.some((entry) => entry.sequence === sequence || entry.at === at)) return 'duplicate';
    if (at + packet.samples.length <= this.cursor)
      return sequence === this.lastPlayedSequence ? 'duplicate' : 'late';
    this.insert({ at, sequence, samples: packet.samples });
    return 'stored';
  }

  /** The next 20 ms: always 160 samples, silence when there is nothing to play. */
  pull(): Int16Array {
    if (this.ssrc === null) return new Int16Array(frameSamples);
    if (this.entries.length === 0) {
      this.waitedSamples += frameSamples;
      return this.conceal();
    }
    this.resume();
    this.trim();
    this.skipEmptyTime();
    let frame = this.take();
    if (this.excessSamples >= frameSamples && this.entries.length > 0 && !isVoiced(frame)) {
      this.excessSamples -= frameSamples;
      frame = this.take();
    }
    this.watchDepth();
    return frame;
  }

  /** Audio that waits to be played, gaps included. */
  get depthMs(): number {
    return this.ssrc === null ? 0 : Math.max(0, this.newest.end - this.cursor) / samplesPerMs;
  }

  /** Starts anew at a packet of a new stream, which is played after the target delay. */
  private anchor(packet: ReceivedAudio): void {
    this.ssrc = packet.ssrc;
    this.entries = [];
    this.cursor = packet.timestamp - this.targetSamples;
    this.newest = { at: packet.timestamp, end: packet.timestamp, sequence: packet.sequence };
    this.lastPlayedSequence = null;
    this.waitedSamples = 0;
    this.lostRun = concealedFrames;
    this.resetDepthWindow();
    this.insert({ at: packet.timestamp, sequence: packet.sequence, samples: packet.samples });
  }

  private insert(entry: Entry): void {
    let place = this.entries.length;
    while (place > 0 && (this.entries[place - 1]?.at ?? 0) > entry.at) place -= 1;
    this.entries.splice(place, 0, entry);
    if (entry.at >= this.newest.at) this.newest.at = entry.at;
    this.newest.end = Math.max(this.newest.end, entry.at + entry.samples.length);
    this.newest.sequence = Math.max(this.newest.sequence, entry.sequence);
  }

  /** Takes the time that was waited with nothing to play off the gap before the next audio. */
  private resume(): void {
    if (this.waitedSamples === 0) return;
    const gap = Math.max(0, (this.entries[0]?.at ?? 0) - this.cursor);
    const skipped = Math.min(gap, this.waitedSamples);
    if (this.waitedSamples > gap) {
      this.targetSamples = Math.min(highestTargetSamples, this.targetSamples + targetStepSamples);
      this.framesSinceUnderrun = 0;
    }
    this.cursor += skipped;
    this.waitedSamples = 0;
    this.resetDepthWindow();
  }

  /**
   * A long gap before audio that is already here is a jump of the sender's clock: real loss or a pause of that
   * length would have been waited out with nothing here.
   */
  private skipEmptyTime(): void {
    const first = this.entries[0];
    if (!first || first.at - this.cursor <= jumpSamples) return;
    this.cursor = Math.min(first.at, this.newest.end - this.targetSamples);
  }

  private trim(): void {
    const limit = this.newest.end - hardLimitSamples;
    if (this.cursor >= limit) return;
    this.cursor = limit;
    this.entries = this.entries.filter((entry) => entry.at + entry.samples.length > limit);
    this.resetDepthWindow();
  }

  /** Moves the cursor on by one frame and gives what lies there; what is missing is concealed. */
  private take(): Int16Array {
    const start = this.cursor;
    const end = start + frameSamples;
    this.cursor = end;
    const first = this.entries[0];
    if (!first || first.at >= end) return this.conceal();
    const isWhole = first.at <= start && first.at + first.samples.length >= end;
    const frame = isWhole ? new Int16Array(frameSamples) : this.conceal();
    for (let entry = this.entries[0]; entry && entry.at < end; entry = this.entries[0]) {
      const from = Math.max(entry.at, start);
      const entryEnd = entry.at + entry.samples.length;
      frame.set(entry.samples.subarray(from - entry.at, Math.min(entryEnd, end) - entry.at), from - start);
      if (entryEnd > end) break;
      this.lastPlayedSequence = entry.sequence;
      this.entries.shift();
    }
    this.lostRun = 0;
    this.lastFrame = frame;
    return frame;
  }

  private conceal(): Int16Array {
    const frame = new Int16Array(frameSamples);
    if (this.lostRun >= concealedFrames) return frame;
    const gain = 1 - this.lostRun / concealedFrames;
    const slope = 1 / concealedFrames / frameSamples;
    for (let i = 0; i < frameSamples; i += 1) frame[i] = (this.lastFrame[i] ?? 0) * (gain - i * slope);
    this.lostRun += 1;
    return frame;
  }

  private watchDepth(): void {
    this.framesSinceUnderrun += 1;
    if (this.framesSinceUnderrun >= calmFrames && this.targetSamples > lowestTargetSamples) {
      this.targetSamples -= targetStepSamples;
      this.framesSinceUnderrun = 0;
    }
    this.lowestDepthSamples = Math.min(this.lowestDepthSamples, this.newest.end - this.cursor);
    this.depthFrames += 1;
    if (this.depthFrames < depthWindowFrames) return;
    this.excessSamples = Math.max(0, this.lowestDepthSamples - this.targetSamples);
    this.lowestDepthSamples = Number.POSITIVE_INFINITY;
    this.depthFrames = 0;
  }

  private resetDepthWindow(): void {
    this.lowestDepthSamples = Number.POSITIVE_INFINITY;
    this.depthFrames = 0;
    this.excessSamples = 0;
  }
}
