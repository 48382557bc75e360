/** What passes between the caller and the thread that carries its RTP. Times are monotonic milliseconds. */

export type ToThread =
  | { readonly kind: 'bind'; readonly host: string; readonly recordingPath: string | null }
  | {
      readonly kind: 'start';
      readonly address: string;
      readonly port: number;
      readonly payloadType: 0 | 8;
      readonly dtmfPayloadType: number | null;
    }
  /** 8 kHz mono; leaves on the 20 ms timetable after what is queued already. */
  | { readonly kind: 'say'; readonly id: number; readonly samples: Int16Array }
  | { readonly kind: 'keys'; readonly keys: string }
  | { readonly kind: 'stop' };

export type FromThread =
  | { readonly kind: 'bound'; readonly port: number }
  | { readonly kind: 'said'; readonly id: number; readonly lastVoicedMs: number | null }
  /** 20 ms of what the other side sends, 8 kHz mono, as it arrived. */
  | { readonly kind: 'heard'; readonly atMs: number; readonly voiced: boolean; readonly samples: Int16Array }
  | { readonly kind: 'stopped'; readonly report: RtpReport };

export interface RtpReport {
  readonly packetsSent: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly firstPacketMs: number | null;
  readonly firstVoicedMs: number | null;
  /** Time between the arrivals of packets that follow each other, milliseconds. */
  readonly gapsMs: Float64Array;
  /** How late the caller's own packets left, worst case: shows whether the measurement can be trusted. */
  readonly worstSendDelayMs: number;
}
