import { pooledSamples } from './frame.ts';
import { timestampDistance } from './rtp/sequence.ts';
import { isVoiced } from './voiced.ts';

/** Of each window only the packet that was on the way for the shortest time counts: it met no queue. */
const windowMs = 2000;
const mostWindows = 60;
const leastWindows = 10;
/** Least delays further apart than this from one window to the next: another route or a restarted clock, no drift. */
const routeStepMs = 15;
const longestPauseMs = 10_000;

/**
 * Skew of the sender's clock against ours, from RTP timestamps and arrival times: the median of the slopes between
 * the least delays of all windows (Theil–Sen), which a few windows full of jitter do not move.
 */
export class DriftEstimator {
  private readonly clockRateHz: number;
  private ssrc: number | null = null;
  private lastTimestamp = 0;
  /** Sender's time since its first packet. */
  private sentMs = 0;
  private firstArrivalMs = 0;
  private windowEndsMs = 0;
  private least = Number.POSITIVE_INFINITY;
  private points: { readonly atMs: number; readonly delayMs: number }[] = [];
  private estimate: number | null = null;

  constructor(clockRateHz: number) {
    this.clockRateHz = clockRateHz;
  }

  /** Only packets whose timestamp tells when they were sent (no telephone-events). */
  add(packet: { readonly ssrc: number; readonly timestamp: number; readonly arrivalMs: number }): void {
    const stepMs = (timestampDistance(this.lastTimestamp, packet.timestamp) * 1000) / this.clockRateHz;
    if (packet.ssrc !== this.ssrc || Math.abs(stepMs) > longestPauseMs) {
      this.restart(packet);
      return;
    }
    this.sentMs += stepMs;
    this.lastTimestamp = packet.timestamp;
    const elapsedMs = packet.arrivalMs - this.firstArrivalMs;
    if (elapsedMs >= this.windowEndsMs) this.closeWindow(elapsedMs);
    this.least = Math.min(this.least, elapsedMs - this.sentMs);
  }

  /** Positive: the sender's clock is the faster one, audio piles up here. Null until 20 s have been seen. */
  get ppm(): number | null {
    return this.estimate;
  }

  private restart(packet: {
    readonly ssrc: number;
    readonly timestamp: number;
    readonly arrivalMs: number;
  }): void {
    this.ssrc = packet.ssrc;
    this.lastTimestamp = packet.timestamp;
    this.sentMs = 0;
    this.firstArrivalMs = packet.arrivalMs;
    this.windowEndsMs = windowMs;
    this.least = 0;
    this.points = [];
    this.estimate = null;
  }

  private closeWindow(elapsedMs: number): void {
    const before = this.points.at(-1);
    if (Number.isFinite(this.least)) {
      if (before && Math.abs(this.least - before.delayMs) > routeStepMs) {
        this.points = [];
        this.estimate = null;
      }
      this.points.push({ atMs: this.windowEndsMs, delayMs: this.least });
      if (this.points.length > mostWindows) this.points.shift();
      if (this.points.length >= leastWindows) this.estimate = -1e6 * medianSlope(this.points);
    }
    this.least = Number.POSITIVE_INFINITY;
    this.windowEndsMs = (Math.floor(elapsedMs / windowMs) + 1) * windowMs;
  }
}

function medianSlope(points: readonly { readonly atMs: number; readonly delayMs: number }[]): number {
  // Up to 1770 of them, in the middle of a slot: a typed array sorts numbers several times as fast.
  const slopes = new Float64Array((points.length * (points.length - 1)) / 2);
  let count = 0;
  points.forEach((from, index) => {
    for (let i = index + 1; i < points.length; i += 1) {
      const to = points[i];
      if (to) slopes[count] = (to.delayMs - from.delayMs) / (to.atMs - from.atMs);
      count += 1;
    }
  });
  slopes.sort();
  return slopes[slopes.length >> 1] ?? 0;
}

/** `shrink` takes one pitch period (2.5–10 ms) out of the frame, `stretch` puts one in. */
export type Correction = 'none' | 'shrink' | 'stretch';

/** Off the target by this much: acted on in a quiet frame; less when the clocks are known to drift that way. */
const quietSlackMs = 12;
const driftSlackMs = 6;
/** Off by this much: acted on in speech too. */
const voicedSlackMs = 25;
/** A skew that counts as known. */
const knownPpm = 15;
/** Depth jumps with every late packet; the mean over about this many frames tells. */
const meanFrames = 100;
const framesBetween = 10;
const frameMs = 20;

/** Says when play-out has to be corrected, a period at a time. One for each leg. */
export class PlayoutCorrector {
  private meanMs: number | null = null;
  private sinceCorrection = framesBetween;

  /**
   * To be asked for each 20 ms frame that is played.
   * @param frame.depthMs audio that waits, this frame and what is left of earlier ones included
   * @param frame.targetMs what should wait
   * @param frame.ppm of the DriftEstimator
   */
  decide(frame: {
    readonly depthMs: number;
    readonly targetMs: number;
    readonly ppm: number | null;
    readonly samples: Int16Array;
  }): Correction {
    const before = this.meanMs ?? frame.targetMs;
    this.meanMs = before + (frame.depthMs - before) / meanFrames;
    this.sinceCorrection += 1;
    const off = this.meanMs - frame.targetMs;
    const drifting = Math.abs(frame.ppm ?? 0) > knownPpm && Math.sign(frame.ppm ?? 0) === Math.sign(off);
    if (Math.abs(off) < (drifting ? driftSlackMs : quietSlackMs)) return 'none';
    if (this.sinceCorrection < framesBetween) return 'none';
    if (Math.abs(off) < voicedSlackMs && isVoiced(frame.samples)) return 'none';
    return off > 0 ? 'shrink' : 'stretch';
  }

  /** What a correction has really done to the depth: negative after `shrink`. Keeps the mean from lagging behind. */
  corrected(byMs: number): void {
    if (this.meanMs !== null) this.meanMs += byMs;
    this.sinceCorrection = 0;
  }

  /** The buffer was emptied or filled anew: depths from before mean nothing. */
  reset(): void {
    this.meanMs = null;
    this.sinceCorrection = framesBetween;
  }
}

const shortestPeriodMs = 2.5;
const longestPeriodMs = 10;

/** One period less than given, cross-faded where the signal repeats itself best; unchanged when under 20 ms long. */
export function shrink(samples: Int16Array, sampleRateHz: number): Int16Array {
  const period = bestPeriod(samples, sampleRateHz);
  if (period === 0) return samples;
  const length = samples.length - period;
  const out = pooledSamples(length);
  for (let i = 0; i < length; i += 1) {
    const weight = i / (length - 1);
    out[i] = Math.round((samples[i] ?? 0) * (1 - weight) + (samples[i + period] ?? 0) * weight);
  }
  return out;
}

/** One period more than given. */
export function stretch(samples: Int16Array, sampleRateHz: number): Int16Array {
  const period = bestPeriod(samples, sampleRateHz);
  if (period === 0) return samples;
  const { length } = samples;
  const out = pooledSamples(length + period);
  out.set(samples.subarray(0, period));
  for (let i = period; i < length; i += 1) {
    const weight = (i - period) / (length - period);
    out[i] = Math.round((samples[i] ?? 0) * (1 - weight) + (samples[i - period] ?? 0) * weight);
  }
  out.set(samples.subarray(length - period), length);
  return out;
}

/** The lag at which the frame is most like itself, in samples; 0 for a frame that is too short. */
function bestPeriod(samples: Int16Array, sampleRateHz: number): number {
  const { length } = samples;
  if (length < (sampleRateHz * frameMs) / 1000) return 0;
  const shortest = (sampleRateHz * shortestPeriodMs) / 1000;
  const longest = (sampleRateHz * longestPeriodMs) / 1000;
  // Digital silence repeats everywhere: the middle will do.
  let best = (shortest + longest) >> 1;
  let bestLikeness = 0;
  for (let lag = shortest; lag <= longest; lag += 1) {
    let product = 0;
    let energy = 0;
    for (let i = 0; i + lag < length; i += 1) {
      const here = samples[i] ?? 0;
      const there = samples[i + lag] ?? 0;
      product += here * there;
      energy += here * here + there * there;
    }
    const likeness = energy > 0 ? product / energy : 0;
    if (likeness > bestLikeness) {
      bestLikeness = likeness;
      best = lag;
    }
  }
  return best;
}
