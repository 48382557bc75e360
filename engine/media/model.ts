import type { Clock, Log } from '../foundation/index.ts';

/** Codecs of a telephone leg, by their RTP encoding names (RFC 3551 §6). */
export type Codec = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** Rates at which legs work inside: 8000 for G.711, 16000 for G.722 and Opus. */
export type LegRateHz = 8000 | 16000;

export type SrtpSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32';

/** One direction's SRTP master key (RFC 4568 §6.1). */
export interface SrtpKey {
  readonly suite: SrtpSuite;
  /** 30 bytes: 16 of key, 14 of salt. */
  readonly keySalt: Uint8Array;
}

export interface SrtpKeys {
  readonly send: SrtpKey;
  readonly receive: SrtpKey;
}

/** Which direction of a leg a voice is fed into. */
export type FeedWay = 'in' | 'out';

/** Ours, as in SDP (RFC 3264 §5.1): `sendonly` is our holding them, `recvonly` their holding us. */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

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
  /** Clock of the event's durations, as agreed in its rtpmap; default that of the codec (RFC 4733 §2.1). */
  readonly dtmfClockRateHz?: number;
  /** Stereo WAV, caller left, agent right, at the rate of the first codec; written as the call goes on. */
  readonly recordingPath?: string;
  /** Keys of both directions: then nothing unprotected is sent or taken (RFC 3711). Absent: plain RTP. */
  readonly srtp?: SrtpKeys;
  /** Payload type of comfort noise (RFC 3389), usually 13; that one is taken whether agreed or not. */
  readonly comfortNoisePayloadType?: number;
  /** Where the other side takes RTCP; absent: the port after its RTP port. */
  readonly rtcp?: { readonly remote: RtpRemote; readonly mux: boolean };
  /** Default sendrecv. With recvonly and inactive only keep-alives go out; `silent` is not told while nothing may come. */
  readonly direction?: MediaDirection;
  /** auto (default): telephone-event when agreed, else tones. inband: always tones, both ways. */
  readonly dtmf?: 'auto' | 'inband';
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
  /** 20 ms frames that had to be made up because nothing was there to play. */
  readonly packetsConcealed: number;
  /** Of what was sent to us, 0–1. */
  readonly lossFraction: number;
  /** From the other side's RTCP reports (RFC 3550 §6.4.1); null until one came. */
  readonly roundTripMs: number | null;
  readonly remoteLossFraction: number | null;
  readonly remoteJitterMs: number | null;
  /** Estimate of what we hear, 1 (bad) to 4.5 (ITU-T G.107). */
  readonly mos: number;
  readonly srtp: boolean;
  /** Null until the leg was started. */
  readonly codec: Codec | null;
  /** Packets with a wrong tag, or a number seen before. */
  readonly decryptFailures: number;
  /** Where packets go to; null until the leg was started. */
  readonly lastRemote: RtpRemote | null;
}

export interface LegEvents {
  /**
   * 20 ms of the other side's audio, mono, on the leg's own timetable: 160 samples at 8 kHz or 320 at 16 kHz. Of a leg
   * that sits in a bridge with its agent: the sum of everybody in it, without what is played on the leg itself.
   */
  audio: [samples: Int16Array, sampleRateHz: LegRateHz];
  /** A key was pressed: 0–9, *, #, A–D (RFC 4733 §3). */
  dtmf: [key: string];
  /** A stretch of queued audio was played to its end, or cut by `clear`. `playedMs` is what went out of it. */
  played: [stretch: { readonly id: number; readonly playedMs: number; readonly cut: boolean }];
  /** No packet arrived for the given time, although the call is up. */
  silent: [forMs: number];
  /** While the leg is tapped, 20 ms of both directions as they are recorded: interleaved, the other side's left, ours right. */
  sound: [samples: Int16Array, sampleRateHz: LegRateHz];
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
  /** We put the other side on hold: it hears music until off. What is queued waits, what comes is not told. */
  hold(on: boolean): void;
  /** While off both channels of the recording hold silence; its time goes on. */
  recording(on: boolean): void;
  /** Sends back what arrives, instead of anything queued. */
  echo(on: boolean): void;
  /** Ring-back tone (440 + 480 Hz, 2 s of 6) while nothing else is there to be heard; until off. */
  ringback(on: boolean): void;
  /** What is queued is played 10 dB lower while on: the agent gives way to a caller who may want to speak. */
  soften(on: boolean): void;
  /** Whether `sound` is told. */
  tap(on: boolean): void;
  /**
   * A voice that comes over a network without a timetable, mono, of any rate. `out`: it is played before anything that
   * is queued. `in`: it stands for the other side from now on, which sends no RTP.
   */
  feed(way: FeedWay, samples: Int16Array, sampleRateHz: number): void;
  on<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void;
  off<E extends keyof LegEvents>(event: E, listener: (...args: LegEvents[E]) => void): void;
  times(): LegTimes;
  statistics(): LegStatistics;
  /** Idempotent: finishes the recording and gives the port back. */
  stop(): Promise<void>;
}

export interface Media {
  /** Takes an even port and the odd one after it from the pool. @throws VoxboxError `capacity_reached` when none is left */
  openLeg(): Promise<MediaLeg>;
  /** Legs in it hear all the others; what is played on a leg without agent is mixed on top for that leg only. */
  bridge(): Bridge;
  stop(): Promise<void>;
}

/** Where legs of this `Media` hear each other. A leg is in one bridge at most: adding it takes it out of its last one. */
export interface Bridge {
  /** A leg that is in it already stays, with the new options. */
  add(leg: MediaLeg, options?: BridgeOptions): void;
  remove(leg: MediaLeg): void;
  /** Takes all legs out. Idempotent; the legs go on. */
  close(): void;
}

export interface BridgeOptions {
  /**
   * The leg's agent takes part: all hear what is played from the leg's queue, and the leg's `audio` is everybody. On a
   * leg that is held, by us or by its other side, what is queued waits as always; held by us, `audio` is not told.
   * Default false.
   */
  readonly agent?: boolean;
}

export interface MediaOptions {
  readonly host: string;
  readonly portMin: number;
  readonly portMax: number;
  readonly log: Log;
  /** The system's when absent. */
  readonly clock?: Clock;
  /** Told some times a second when nothing has to be done for the next milliseconds. */
  readonly onPause?: () => void;
}
