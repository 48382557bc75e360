import { Concealment } from './concealment.ts';
import { type CodecRates, perFrame, pooledSamples } from './frame.ts';
import { TargetDepth } from './jitter-buffer-depth.ts';
import { sequenceDistance, timestampDistance } from './rtp/sequence.ts';
import { isVoiced } from './voiced.ts';

/** More than this waiting is thrown away at once, voiced or not. */
const hardLimitMs = 500;
/** The depth that never was undercut for so many frames is more than the line needs. */
const depthWindowFrames = 25;
/** A larger step of the timestamp, either way, is a restarted clock. */
const resyncMs = 1000;
const jumpMs = 100;

export interface ReceivedAudio {
  readonly ssrc: number;
  readonly sequence: number;
  readonly timestamp: number;
  /** Monotonic; without it the packet tells nothing of the line's jitter. */
  readonly arrivalMs?: number;
  /** Comfort noise (RFC 3389) lasts until the next packet, however long that is. */
  readonly kind: 'audio' | 'noise';
  /** Time that the payload fills, at the rate of the decoded audio. */
  readonly lengthSamples: number;
  readonly payload: Uint8Array;
  readonly payloadType: number;
}

/** Packets are decoded in the order in which they are played, each once, and only when they are played. */
export interface PacketDecoder {
  /** Null for what cannot be decoded. */
  decode(packet: ReceivedAudio): Int16Array | null;
  /** 20 ms in place of a lost packet; `next` is the one right behind it, when it is here. */
  conceal(next: ReceivedAudio | null): Int16Array | null;
  /** So much of the comfort noise that the last `decode` of noise described. */
  noise(samples: number): Int16Array;
}

export type PushResult = 'stored' | 'late' | 'duplicate' | 'resynchronised';

interface Entry {
  /** Media time in samples of the decoded audio, and the sequence number, both counted on across wraps. */
  readonly at: number;
  readonly end: number;
  readonly sequence: number;
  readonly packet: ReceivedAudio;
  samples: Int16Array | null;
}

/**
 * Puts the other side's packets in order and gives one 20 ms frame each time it is asked, so its only time is
 * audio time. A cursor runs along the media time of the packets, 30–200 ms behind the newest one as the line's jitter
 * demands.
 *
 * When nothing waits the cursor stands still. If audio then comes from further ahead (loss, or a sender that
 * pauses in silence), the time waited is taken off that gap, so the delay stays as it was; if it comes from where
 * the cursor stands, it was merely late, and the delay has grown by the wait. A delay that stays larger than the
 * target is worked off in pauses, frame by frame.
 */
export class JitterBuffer {
  private readonly decoder: PacketDecoder;
  private readonly samplesPerTick: number;
  private readonly frameSamples: number;
  private readonly samplesPerMs: number;
  private readonly concealment: Concealment;
  private readonly depth = new TargetDepth();
  private ssrc: number | null = null;
  private entries: Entry[] = [];
  private cursor = 0;
  private newest: { at: number; timestamp: number; end: number; sequence: number };
  private lastPlayedSequence: number | null = null;
  private waitedSamples = 0;
  private lowestDepthSamples = Number.POSITIVE_INFINITY;
  private depthFrames = 0;
  private excessSamples = 0;
  private shortSamples = 0;
  private inNoise = false;
  private concealedSamples = 0;
  /** Made up while nothing was here: whether it stood for lost audio or for a pause is known with the next packet. */
  private doubtfulSamples = 0;

  constructor({ sampleRateHz, rtpClockHz }: CodecRates, decoder: PacketDecoder) {
    this.decoder = decoder;
    this.samplesPerTick = sampleRateHz / rtpClockHz;
    this.frameSamples = perFrame(sampleRateHz);
    this.samplesPerMs = sampleRateHz / 1000;
    this.concealment = new Concealment(this.frameSamples);
    this.newest = { at: 0, timestamp: 0, end: 0, sequence: 0 };
  }

  push(packet: ReceivedAudio): PushResult {
    if (packet.lengthSamples <= 0) return 'late';
    if (packet.ssrc !== this.ssrc) {
      const isFirst = this.ssrc === null;
      this.anchor(packet);
      return isFirst ? 'stored' : 'resynchronised';
    }
    const { newest } = this;
    const distance = timestampDistance(newest.timestamp, packet.timestamp) * this.samplesPerTick;
    const at = newest.at + Math.round(distance);
    const end = at + packet.lengthSamples;
    const ahead = sequenceDistance(newest.sequence, packet.sequence);
    const sequence = newest.sequence + ahead;
    const hasRestarted = ahead > 0 && end <= this.cursor;
    if (Math.abs(distance) > resyncMs * this.samplesPerMs || hasRestarted) {
      this.anchor(packet);
      return 'resynchronised';
    }
    if (this.entries.some((entry) => entry.sequence === sequence || entry.at === at)) return 'duplicate';
    this.observe(packet, at);
    if (end <= this.cursor) return sequence === this.lastPlayedSequence ? 'duplicate' : 'late';
    this.insert({ at, end, sequence, packet, samples: null });
    return 'stored';
  }

  /** The next 20 ms; silence when there is nothing to play. */
  pull(): Int16Array {
    if (this.ssrc === null) return new Int16Array(this.frameSamples);
    if (this.entries.length === 0) {
      this.waitedSamples += this.frameSamples;
      return this.wait();
    }
    this.resume();
    this.trim();
    this.skipEmptyTime();
    let frame = this.take();
    const mayChange = !isVoiced(frame);
    if (this.excessSamples >= this.frameSamples && this.entries.length > 0 && mayChange) {
      this.excessSamples -= this.frameSamples;
      frame = this.take();
    } else if (this.shortSamples >= this.frameSamples && mayChange) {
      // The same pause once more: what comes later then than now is still in time.
      this.shortSamples -= this.frameSamples;
      this.cursor -= this.frameSamples;
    }
    this.watchDepth();
    return frame;
  }

  /** Audio that waits to be played, gaps included. */
  get depthMs(): number {
    return this.ssrc === null ? 0 : Math.max(0, this.newest.end - this.cursor) / this.samplesPerMs;
  }

  get targetMs(): number {
    return this.depth.targetMs;
  }

  /** Frames' worth of audio that was made up in place of what was lost or too late. */
  get framesConcealed(): number {
    return Math.round(this.concealedSamples / this.frameSamples);
  }

  private get targetSamples(): number {
    return this.depth.targetMs * this.samplesPerMs;
  }

  private observe(packet: ReceivedAudio, at: number): void {
    if (packet.arrivalMs !== undefined && packet.kind === 'audio') {
      this.depth.add(packet.arrivalMs - at / this.samplesPerMs);
    }
  }

  /** Starts anew at a packet of a new stream, which is played after the target delay. */
  private anchor(packet: ReceivedAudio): void {
    this.ssrc = packet.ssrc;
    this.entries = [];
    this.cursor = -this.targetSamples;
    this.newest = { at: 0, timestamp: packet.timestamp, end: 0, sequence: packet.sequence };
    this.lastPlayedSequence = null;
    this.waitedSamples = 0;
    this.doubtfulSamples = 0;
    this.inNoise = false;
    this.concealment.reset();
    this.resetDepthWindow();
    this.depth.restart();
    this.observe(packet, 0);
    this.insert({ at: 0, end: packet.lengthSamples, sequence: packet.sequence, packet, samples: null });
  }

  private insert(entry: Entry): void {
    let place = this.entries.length;
    while (place > 0 && (this.entries[place - 1]?.at ?? 0) > entry.at) place -= 1;
    this.entries.splice(place, 0, entry);
    const { newest } = this;
    if (entry.at >= newest.at) {
      newest.at = entry.at;
      newest.timestamp = entry.packet.timestamp;
    }
    newest.end = Math.max(newest.end, entry.end);
    newest.sequence = Math.max(newest.sequence, entry.sequence);
  }

  private wait(): Int16Array {
    const frame = new Int16Array(this.frameSamples);
    if (this.inNoise) frame.set(this.decoder.noise(this.frameSamples));
    else {
      this.doubtfulSamples += this.frameSamples;
      this.concealment.fill(frame, { from: 0, to: this.frameSamples }, () => this.decoder.conceal(null));
    }
    return frame;
  }

  /** Takes the time that was waited with nothing to play off the gap before the next audio. */
  private resume(): void {
    if (this.waitedSamples === 0) return;
    const first = this.entries[0];
    const gap = Math.max(0, (first?.at ?? 0) - this.cursor);
    const skipped = Math.min(gap, this.waitedSamples);
    const isPause = gap > 0 && first !== undefined && this.follows(first);
    if (!isPause) this.concealedSamples += this.doubtfulSamples;
    this.doubtfulSamples = 0;
    if (this.waitedSamples > gap && !this.inNoise) {
      this.depth.underrun((this.waitedSamples - gap) / this.samplesPerMs);
    }
    this.cursor += skipped;
    this.waitedSamples = 0;
    this.resetDepthWindow();
  }

  /** Nothing was lost between what was played and this: a gap in time is the sender's pause. */
  private follows(entry: Entry): boolean {
    return this.lastPlayedSequence !== null && entry.sequence === this.lastPlayedSequence + 1;
  }

  /**
   * A long gap before audio that is already here is a jump of the sender's clock: real loss or a pause of that
   * length would have been waited out with nothing here.
   */
  private skipEmptyTime(): void {
    const first = this.entries[0];
    if (!first || first.at - this.cursor <= Math.max(jumpMs * this.samplesPerMs, this.targetSamples)) return;
    this.cursor = Math.min(first.at, this.newest.end - this.targetSamples);
  }

  private trim(): void {
    const limit = this.newest.end - hardLimitMs * this.samplesPerMs;
    if (this.cursor >= limit) return;
    this.cursor = limit;
    this.entries = this.entries.filter((entry) => entry.end > limit);
    this.resetDepthWindow();
  }

  /** Moves the cursor on by one frame and gives what lies there; what is missing is concealed. */
  private take(): Int16Array {
    const { frameSamples, cursor: start } = this;
    this.cursor = start + frameSamples;
    const exact = this.takeExact(start);
    if (exact) return exact;
    const frame = pooledSamples(frameSamples);
    let filled = 0;
    let isWhole = true;
    while (filled < frameSamples) {
      const first = this.entries[0];
      const gap = Math.min(frameSamples, (first?.at ?? Number.POSITIVE_INFINITY) - start);
      if (gap > filled || !first) {
        isWhole = this.bridge(frame, filled, gap) && isWhole;
        filled = gap;
        continue;
      }
      const from = start + filled - first.at;
      const part = this.samplesOf(first).subarray(from, from + frameSamples - filled);
      frame.set(part, filled);
      filled += part.length;
      if (first.end > start + filled) continue;
      this.lastPlayedSequence = first.sequence;
      this.entries.shift();
    }
    if (isWhole) this.concealment.heard(frame);
    return frame;
  }

  /** Nearly always a packet is just the frame. */
  private takeExact(start: number): Int16Array | null {
    const first = this.entries[0];
    if (first?.at !== start || first.end !== this.cursor) return null;
    const frame = this.samplesOf(first);
    this.lastPlayedSequence = first.sequence;
    this.entries.shift();
    this.concealment.heard(frame);
    return frame;
  }

  /** Fills a gap. @returns whether what it filled it with is as good as received */
  private bridge(frame: Int16Array, from: number, to: number): boolean {
    if (this.inNoise) {
      frame.set(this.decoder.noise(to - from), from);
      return true;
    }
    const next = this.entries[0];
    if (this.lastPlayedSequence !== null && !(next && this.follows(next))) this.concealedSamples += to - from;
    const isNear = next !== undefined && next.sequence === (this.lastPlayedSequence ?? 0) + 2;
    this.concealment.fill(frame, { from, to }, () => this.decoder.conceal(isNear ? next.packet : null));
    return false;
  }

  private samplesOf(entry: Entry): Int16Array {
    if (entry.samples) return entry.samples;
    const wanted = entry.packet.lengthSamples;
    this.inNoise = entry.packet.kind === 'noise';
    let samples = this.decoder.decode(entry.packet);
    if (samples?.length !== wanted) {
      const filled = new Int16Array(wanted);
      if (samples) filled.set(samples.subarray(0, wanted));
      samples = filled;
    }
    entry.samples = samples;
    return samples;
  }

  private watchDepth(): void {
    this.depth.played();
    this.lowestDepthSamples = Math.min(this.lowestDepthSamples, this.newest.end - this.cursor);
    this.depthFrames += 1;
    if (this.depthFrames < depthWindowFrames) return;
    this.excessSamples = Math.max(0, this.lowestDepthSamples - this.targetSamples);
    this.shortSamples = Math.max(0, this.targetSamples - this.lowestDepthSamples - this.frameSamples);
    this.lowestDepthSamples = Number.POSITIVE_INFINITY;
    this.depthFrames = 0;
  }

  private resetDepthWindow(): void {
    this.lowestDepthSamples = Number.POSITIVE_INFINITY;
    this.depthFrames = 0;
    this.excessSamples = 0;
    this.shortSamples = 0;
  }
}
