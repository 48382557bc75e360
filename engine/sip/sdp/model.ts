/** Encoding names that an answer may hold (RFC 3551 §6), both 8 kHz mono. */
export type AudioCodec = 'PCMU' | 'PCMA';

/** RFC 3264 §5.1; in an answer from the answerer's point of view. */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface SdpFormat {
  readonly payloadType: number;
  /** Upper case; of static payload types also where no rtpmap names them. */
  readonly encoding: string;
  readonly clockRateHz: number;
  readonly fmtp: string | null;
}

/** One `m=` section with what it inherits from the session. */
export interface SdpMedia {
  readonly type: string;
  readonly port: number;
  readonly protocol: string;
  /** The format list as written, for a refusal that repeats it. */
  readonly formatList: string;
  readonly formats: readonly SdpFormat[];
  /** Null where neither the section nor the session has a `c=` line. */
  readonly address: string | null;
  readonly direction: MediaDirection;
  readonly ptimeMs: number | null;
  readonly maxPtimeMs: number | null;
}

export interface SdpOffer {
  readonly media: readonly SdpMedia[];
}

export interface NegotiatedAudio {
  readonly codec: AudioCodec;
  /** The offer's number for the codec, used in both directions. */
  readonly payloadType: number;
  /** The offer's number for telephone-event at 8 kHz (RFC 4733); null where it is not offered. */
  readonly dtmfPayloadType: number | null;
  readonly remote: { readonly address: string; readonly port: number };
  readonly ptimeMs: number;
  /** The most that an answer may say: `recvonly` where the other side put us on hold, … */
  readonly direction: MediaDirection;
  /** Every section of the offer, because the answer has to have the same ones. */
  readonly media: readonly SdpMedia[];
  /** Which of them was taken. */
  readonly mediaIndex: number;
}
