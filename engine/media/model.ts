import type { Clock, Log } from '../foundation/index.ts';

/** Codecs of a telephone leg, by their RTP encoding names (RFC 3551 §6). */
export type Codec = 'PCMU' | 'PCMA';

export interface RtpRemote {
  readonly address: string;
  readonly port: number;
}

export interface LegStart {
  /** From the SDP; where packets really come from replaces it (symmetric RTP, RFC 4961). */
  readonly remote: RtpRemote;
  readonly codec: Codec;
  readonly payloadType: number;
  /** Payload type of telephone-event (RFC 4733) in both directions, when agreed. */
  readonly dtmfPayloadType?: number;
  /** Stereo WAV, caller left, agent right; written as the call goes on. */
  readonly recordingPath?: string;
}

/** Timestamps of one leg, monotonic milliseconds of this process; null until it happened. */
export interface LegTimes {
  /** Arrival of the last RTP packet from the other side whose audio was voiced. */
  readonly lastVoicedInMs: number | null;
  /** Departure of the first voiced RTP packet of the stretch that is being played, or was last. */
  readonly firstVoicedOutMs: number | null;
  readonly firstPacketInMs: number | null;
}

export interface LegStatistics {
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly packetsLate: number;
  /** RFC 3550 §6.4.1 interarrival jitter, milliseconds. */
  readonly jitterMs: number;
}

export interface LegEvents {
  /** 20 ms of the other side's audio, on the leg's own timetable: 8 kHz mono, 160 samples. */
  audio: [samples: Int16Array];
  /** A key was pressed: 0–9, *, #, A–D (RFC 4733 §3). */
  dtmf: [key: string];
  /** A stretch of queued audio was played to its end, or cut by `clear`. `playedMs` is what went out of it. */
  played: [stretch: { readonly id: number; readonly playedMs: number; readonly cut: boolean }];
  /** No packet arrived for the given time, although the call is up. */
  silent: [forMs: number];
}

/** One side's RTP: created bound to a port, started when the other side's address is known. */
export interface MediaLeg {
  readonly port: number;
  start(options: LegStart): void;
  /** Queues audio of any rate (mono, 16-bit); it leaves on the 20 ms timetable. Returns nothing: it never blocks. */
  play(stretch: { readonly id: number; readonly samples: Int16Array; readonly sampleRateHz: number }): void;
  /** Says that stretch `id` is complete, so that `played` can be told after its last packet. */
  finish(id: number): void;
  /** Stops at once and forgets everything queued. */
  clear(): void;
  sendDtmf(keys: string): void;
  on<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void;
  off<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void;
  times(): LegTimes;
  statistics(): LegStatistics;
  /** Idempotent: finishes the recording and gives the port back. */
  stop(): Promise<void>;
}

export interface Media {
  /** Takes an even port from the pool. @throws VoxboxError `capacity_reached` when none is left */
  openLeg(): Promise<MediaLeg>;
  stop(): Promise<void>;
}

export interface MediaOptions {
  readonly host: string;
  readonly portMin: number;
  readonly portMax: number;
  readonly log: Log;
  /** The system's when absent. */
  readonly clock?: Clock;
}
