import { randomBytes } from 'node:crypto';
import { writeRtp } from './packet.ts';

/** One outgoing RTP stream: numbers and stamps the packets of consecutive 20 ms slots. */
export class RtpSender {
  readonly ssrc: number;
  private readonly frameTicks: number;
  private sequence: number;
  private slotTimestamp: number;
  private talking = false;

  /**
   * Numbers start at random (RFC 3550 §5.1): a stranger should not be able to guess them. The sequence starts in the
   * lower half: with SRTP, a receiver that misses the first packets then still counts wraps right (RFC 3711 §3.3.1).
   * @param frameTicks of the codec's RTP clock in 20 ms
   */
  constructor(frameTicks: number, random: Buffer = randomBytes(10)) {
    this.frameTicks = frameTicks;
    this.ssrc = random.readUInt32BE(0);
    this.slotTimestamp = random.readUInt32BE(4);
    this.sequence = random.readUInt16BE(8) & 0x7fff;
  }

  /** RTP timestamp of the slot that is next to be sent. */
  get timestamp(): number {
    return this.slotTimestamp;
  }

  /** Lets slots go by unsent: their time passes, their sequence numbers are not used. */
  skip(slots: number): void {
    this.slotTimestamp = (this.slotTimestamp + slots * this.frameTicks) >>> 0;
    if (slots > 0) this.talking = false;
  }

  /** The slot's audio. The marker tells the first packet of a talkspurt (RFC 3551 §4.1). */
  audio(payloadType: number, payload: Uint8Array, isTalk: boolean): Buffer {
    const marker = isTalk && !this.talking;
    this.talking = isTalk;
    return this.packet({ payloadType, payload, marker, timestamp: this.slotTimestamp });
  }

  /** A telephone-event in the slot, stamped with the start of its key press (RFC 4733 §2.2). */
  event(payloadType: number, event: { timestamp: number; marker: boolean; payload: Uint8Array }): Buffer {
    this.talking = false;
    return this.packet({ payloadType, ...event });
  }

  private packet(fields: {
    payloadType: number;
    marker: boolean;
    timestamp: number;
    payload: Uint8Array;
  }): Buffer {
    const { payloadType, marker, timestamp, payload } = fields;
    const { ssrc, sequence } = this;
    this.sequence = (this.sequence + 1) & 0xffff;
    this.slotTimestamp = (this.slotTimestamp + this.frameTicks) >>> 0;
    return writeRtp({ payloadType, marker, sequence, timestamp, ssrc, csrcs: [], extension: null, payload });
  }
}
