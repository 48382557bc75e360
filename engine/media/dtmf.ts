import { VoxboxError } from '../foundation/index.ts';
import { perFrame, sampleRateHz } from './frame.ts';
import { timestampDistance } from './rtp/sequence.ts';

/** Event codes 0–15 in order (RFC 4733 §3.2, table 7). */
const keyOrder = '0123456789*#ABCD';

/** A telephone-event payload (RFC 4733 §2.3). */
export interface TelephoneEvent {
  /** Event code; 0–15 are the keys. */
  readonly event: number;
  readonly end: boolean;
  /** Power level in −dBm0, 0–63. */
  readonly volume: number;
  /** Time the event has lasted, in ticks of the event's clock: of 1/8000 s, beside Opus mostly of 1/48000 s. */
  readonly durationSamples: number;
}

/*
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *  |     event     |E|R| volume    |          duration             |
 *  +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 */
/** Reads the first event of a payload; null when it is too short. Never throws. */
export function parseTelephoneEvent(payload: Uint8Array): TelephoneEvent | null {
  const [event, flags, high, low] = payload;
  if (event === undefined || flags === undefined || high === undefined || low === undefined) return null;
  return { event, end: (flags & 0x80) !== 0, volume: flags & 0x3f, durationSamples: (high << 8) | low };
}

export function writeTelephoneEvent(event: TelephoneEvent): Uint8Array {
  const duration = Math.min(event.durationSamples, 0xffff);
  return Uint8Array.of(
    event.event & 0xff,
    (event.end ? 0x80 : 0) | (event.volume & 0x3f),
    duration >> 8,
    duration & 0xff,
  );
}

/** A new segment of one long key press begins where the last known one stopped, give or take a frame (§2.5.1.3). */
const segmentSlackS = 0.02;
/** An event further back than this is no straggler: the other side's clock was restarted. */
const oldestStragglerS = 5;

/**
 * Tells each key once. All packets of a press share one RTP timestamp, so the first of them to arrive tells
 * the key and the rest (updates, the three end packets, stragglers) tell nothing: lost ends do no harm.
 */
export class DtmfReceiver {
  private clockHz: number;
  private audioClockHz: number;
  private latest: {
    readonly ssrc: number;
    readonly timestamp: number;
    readonly event: number;
    durationSamples: number;
    ended: boolean;
  } | null = null;

  /**
   * @param clockHz of the event's durations, as agreed
   * @param audioClockHz of the audio beside it. Both should be the same (RFC 4733 §2.1); where they are not (Opus with
   * an event at 8000), some stamp events by the one and some by the other.
   */
  constructor(clockHz: number = sampleRateHz, audioClockHz: number = clockHz) {
    this.clockHz = clockHz;
    this.audioClockHz = audioClockHz;
  }

  /** For what comes from now on; a press that is going on stays the same one. */
  changeClock(clockHz: number, audioClockHz: number): void {
    this.clockHz = clockHz;
    this.audioClockHz = audioClockHz;
  }

  /** @returns the key when this packet is the first of a press, else null */
  receive(packet: {
    readonly ssrc: number;
    readonly timestamp: number;
    readonly marker: boolean;
    readonly payload: Uint8Array;
  }): string | null {
    const event = parseTelephoneEvent(packet.payload);
    // A duration of zero is no key press (RFC 4733 §2.3.5).
    if (!event || event.event >= keyOrder.length || event.durationSamples === 0) return null;
    const latest = this.latest?.ssrc === packet.ssrc ? this.latest : null;
    const ahead = latest ? timestampDistance(latest.timestamp, packet.timestamp) : 1;
    if (latest && ahead < 0 && ahead > -oldestStragglerS * this.audioClockHz) return null;
    if (latest && ahead === 0) {
      latest.durationSamples = Math.max(latest.durationSamples, event.durationSamples);
      latest.ended ||= event.end;
      return null;
    }
    const continues =
      latest !== null &&
      latest.event === event.event &&
      !latest.ended &&
      !packet.marker &&
      ahead > 0 &&
      ahead <=
        (latest.durationSamples / this.clockHz + segmentSlackS) * Math.max(this.clockHz, this.audioClockHz);
    this.latest = {
      ssrc: packet.ssrc,
      timestamp: packet.timestamp,
      event: event.event,
      durationSamples: event.durationSamples,
      ended: event.end,
    };
    return continues ? null : (keyOrder[event.event] ?? null);
  }
}

/** Frames of one sent key: 100 ms of tone. */
const toneFrames = 5;
/** The end packet is sent three times (RFC 4733 §2.5.1.4). */
const endPackets = 3;
/** Frames between the last end packet and the next key; with the ends, 100 ms of pause between tones. */
const pauseFrames = 3;
/** −10 dBm0 a tone, the usual level of telephones. */
const volume = 10;

export type DtmfTurn =
  | {
      readonly kind: 'event';
      readonly timestamp: number;
      readonly marker: boolean;
      readonly payload: Uint8Array;
    }
  | { readonly kind: 'pause' };

/** @throws VoxboxError `input_invalid` for anything but 0–9, *, #, A–D (either case) */
export function parseKeys(keys: string): readonly string[] {
  const list = [...keys.toUpperCase()];
  const wrong = list.find((key) => !keyOrder.includes(key));
  if (wrong !== undefined) throw new VoxboxError('input_invalid', 'a key is none of 0-9, *, #, A-D');
  return list;
}

/** Makes the packets of queued keys, one for each 20 ms slot. */
export class DtmfSender {
  private frameTicks: number;
  private keys: string[] = [];
  private frame = 0;
  private startTimestamp = 0;

  /** @param clockHz of the durations, as agreed for the event; timestamps are those of the stream it interrupts */
  constructor(clockHz: number = sampleRateHz) {
    this.frameTicks = perFrame(clockHz);
  }

  /** Keys that wait stay. */
  changeClock(clockHz: number): void {
    this.frameTicks = perFrame(clockHz);
  }

  /** @throws VoxboxError `input_invalid` for anything but 0–9, *, #, A–D */
  queue(keys: string): void {
    this.keys.push(...parseKeys(keys));
  }

  /**
   * What to send in the slot that begins at `timestamp`: an event packet, a pause between keys (send silence),
   * or null when no key waits.
   */
  next(timestamp: number): DtmfTurn | null {
    const key = this.keys[0];
    if (key === undefined) return null;
    const frame = this.frame;
    this.frame += 1;
    if (frame === 0) this.startTimestamp = timestamp;
    if (frame >= toneFrames - 1 + endPackets) {
      if (frame === toneFrames - 1 + endPackets + pauseFrames - 1) {
        this.keys.shift();
        this.frame = 0;
      }
      return { kind: 'pause' };
    }
    const payload = writeTelephoneEvent({
      event: keyOrder.indexOf(key),
      end: frame >= toneFrames - 1,
      volume,
      durationSamples: Math.min(frame + 1, toneFrames) * this.frameTicks,
    });
    return { kind: 'event', timestamp: this.startTimestamp, marker: frame === 0, payload };
  }
}

/** ITU-T Q.23. */
const rowsHz = [697, 770, 852, 941] as const;
const columnsHz = [1209, 1336, 1477, 1633] as const;
const keypad = '123A456B789C*0#D';
/** Two tones of this amplitude are at −10 dBm0 each; digital full scale is +3.14 dBm0. */
const toneAmplitude = 32768 * 10 ** ((-10 - 3.14) / 20);

/**
 * In-band tones for a line without telephone-event: for each key 100 ms of tone and 100 ms of pause, as frames
 * of 20 ms.
 * @throws VoxboxError `input_invalid` for anything but 0–9, *, #, A–D
 */
export function dtmfTones(keys: string, rateHz: number = sampleRateHz): Int16Array[] {
  const frameSamples = perFrame(rateHz);
  return parseKeys(keys).flatMap((key) => {
    const place = keypad.indexOf(key);
    const row = ((rowsHz[place >> 2] ?? 0) * 2 * Math.PI) / rateHz;
    const column = ((columnsHz[place & 3] ?? 0) * 2 * Math.PI) / rateHz;
    return Array.from({ length: toneFrames * 2 }, (_, frame) =>
      frame >= toneFrames
        ? new Int16Array(frameSamples)
        : Int16Array.from({ length: frameSamples }, (_, i) => {
            const n = frame * frameSamples + i;
            return Math.round(toneAmplitude * (Math.sin(row * n) + Math.sin(column * n)));
          }),
    );
  });
}
