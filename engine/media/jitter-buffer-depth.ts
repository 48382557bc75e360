const lowestMs = 30;
const highestMs = 200;
const firstMs = 40;
const bucketMs = 5;
const buckets = 60;
/** A packet counts half after so many more: a hiccup is forgotten after a quarter of a minute. */
const halfLifePackets = 120;
/** The share of packets that shall be there in time; the rest is dearer in delay than in concealed frames. */
const inTimeShare = 0.98;
/** Of the waiting time nobody can know where in the 20 ms between two slots a packet comes. */
const slotMs = 20;
/** One underrun raises the depth by no more: a single hiccup shall not cost a conversation its pace. */
const raiseMs = 40;
const lowerMs = 10;
/** After this much audio without an underrun what underruns had raised falls by one step. */
const calmFrames = 150;
/** The shortest way through the network is the least of the last two windows: routes change and clocks drift. */
const floorPackets = 250;
/** Before that many packets nothing is concluded from them. */
const firstPackets = 20;

/**
 * How much audio should wait in the jitter buffer, 30–200 ms: from how late packets come behind the fastest of
 * their kind, and at once from every underrun.
 */
export class TargetDepth {
  private readonly histogram = new Float64Array(buckets);
  private total = 0;
  private weight = 1;
  private packets = 0;
  private floorMs = Number.POSITIVE_INFINITY;
  private nextFloorMs = Number.POSITIVE_INFINITY;
  private raisedMs = firstMs;
  private measuredMs = 0;
  private calm = 0;

  get targetMs(): number {
    return Math.max(this.raisedMs, this.measuredMs);
  }

  /** @param transitMs arrival time less media time: only its changes mean something */
  add(transitMs: number): void {
    this.packets += 1;
    if (this.packets % floorPackets === 0) {
      this.floorMs = this.nextFloorMs;
      this.nextFloorMs = Number.POSITIVE_INFINITY;
    }
    this.nextFloorMs = Math.min(this.nextFloorMs, transitMs);
    this.floorMs = Math.min(this.floorMs, transitMs);
    const bucket = Math.min(buckets - 1, Math.floor((transitMs - this.floorMs) / bucketMs));
    // Newer packets weigh more, which is the same as letting all older ones fade.
    this.weight *= 2 ** (1 / halfLifePackets);
    this.histogram[bucket] = (this.histogram[bucket] ?? 0) + this.weight;
    this.total += this.weight;
    if (this.weight > 1e9) this.rescale();
    if (this.packets >= firstPackets && this.packets % 5 === 0) this.measuredMs = this.measure();
  }

  /** Audio came so much too late that nothing was left to play. */
  underrun(lateMs: number): void {
    this.raisedMs = Math.min(highestMs, Math.max(this.raisedMs, this.targetMs + Math.min(lateMs, raiseMs)));
    this.calm = 0;
  }

  /** One frame was played that had been there in time. */
  played(): void {
    this.calm += 1;
    if (this.calm < calmFrames) return;
    this.calm = 0;
    this.raisedMs = Math.max(lowestMs, this.raisedMs - lowerMs);
  }

  /** The stream's clock was restarted: transit times have another zero. */
  restart(): void {
    this.floorMs = Number.POSITIVE_INFINITY;
    this.nextFloorMs = Number.POSITIVE_INFINITY;
  }

  private measure(): number {
    let rest = this.total * inTimeShare;
    let bucket = 0;
    while (bucket < buckets - 1 && rest > (this.histogram[bucket] ?? 0)) {
      rest -= this.histogram[bucket] ?? 0;
      bucket += 1;
    }
    // Bucket 0 is a line that hardly varies: its last milliseconds lie within the slot.
    const needed = bucket * bucketMs + slotMs;
    return Math.min(highestMs, Math.max(lowestMs, Math.ceil(needed / lowerMs) * lowerMs));
  }

  private rescale(): void {
    for (let n = 0; n < buckets; n += 1) this.histogram[n] = (this.histogram[n] ?? 0) / this.weight;
    this.total /= this.weight;
    this.weight = 1;
  }
}
