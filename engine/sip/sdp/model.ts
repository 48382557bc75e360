/** Encoding names that an answer may hold (RFC 3551 §6, RFC 7587). */
export type AudioCodec = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** RFC 3264 §5.1; in an answer from the answerer's point of view. */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/**
 * Whether media may, or has to, be encrypted with keys from the description (SDES, RFC 4568).
 * `optional` takes encryption where the other side offers it and offers none by itself.
 */
export type SrtpMode = 'off' | 'optional' | 'required';

export type SrtpSuite = 'AES_CM_128_HMAC_SHA1_80' | 'AES_CM_128_HMAC_SHA1_32';

export interface SrtpKey {
  readonly suite: SrtpSuite;
  /** 30 bytes: the master key's 16, then the master salt's 14. */
  readonly keySalt: Uint8Array;
}

/** One `a=crypto` line that can be used. */
export interface SdpCrypto {
  readonly tag: number;
  readonly key: SrtpKey;
}

export interface SdpFormat {
  readonly payloadType: number;
  /** Upper case; of static payload types also where no rtpmap names them. */
  readonly encoding: string;
  readonly clockRateHz: number;
  /** Null where the rtpmap does not tell. */
  readonly channels: number | null;
  readonly fmtp: string | null;
}

export interface MediaAddress {
  readonly address: string;
  readonly port: number;
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
  /** What `a=rtcp` says (RFC 3605); its address is the section's where it names none. */
  readonly rtcp: { readonly address: string | null; readonly port: number } | null;
  readonly rtcpMux: boolean;
  /** Lines with a suite, parameters or an MKI that is not spoken are left out. */
  readonly crypto: readonly SdpCrypto[];
}

export interface SdpOffer {
  readonly media: readonly SdpMedia[];
}

export interface NegotiatedAudio {
  readonly codec: AudioCodec;
  /** The offer's number for the codec, used in both directions. */
  readonly payloadType: number;
  /** Of the RTP timestamps: 8000, of G722 too (RFC 3551 §4.5.2), and 48000 of opus. */
  readonly clockRateHz: number;
  /** What the other side says about the codec as it wants to receive it (`useinbandfec=1;…`). */
  readonly fmtp: string | null;
  /**
   * The number for telephone-event (RFC 4733): at the clock rate of the codec where that is offered, else
   * at 8 kHz. Null where it is not offered.
   */
  readonly dtmfPayloadType: number | null;
  /** Units of an event's duration per second; null where there is no telephone-event. */
  readonly dtmfClockRateHz: number | null;
  /** 13 where comfort noise was agreed (RFC 3389). */
  readonly comfortNoisePayloadType: number | null;
  readonly remote: MediaAddress;
  /** `a=rtcp`, else the port above RTP's; RTP's own with rtcp-mux. Null where the other side named no usable address. */
  readonly remoteRtcp: MediaAddress | null;
  /** RTCP shares the port of RTP (RFC 5761). */
  readonly rtcpMux: boolean;
  /** Null where media is plain. `send` is our key, `receive` the other side's. */
  readonly srtp: { readonly tag: number; readonly send: SrtpKey; readonly receive: SrtpKey } | null;
  readonly ptimeMs: number;
  /** The most that an answer may say: `recvonly` where the other side put us on hold, … */
  readonly direction: MediaDirection;
  /** Every section of the other side's description, because ours has to have the same ones. */
  readonly media: readonly SdpMedia[];
  /** Which of them was taken. */
  readonly mediaIndex: number;
}

/** An offer of ours, with what is needed to read its answer. */
export interface AudioOffer {
  readonly sdp: string;
  readonly codecs: readonly AudioCodec[];
  readonly srtp: SrtpMode;
  /** Our key of the suite that we like best; null for a plain offer. */
  readonly srtpSend: SrtpKey | null;
  /** Every key offered, by its tag. */
  readonly crypto: readonly SdpCrypto[];
  /** Which section is the call's audio. */
  readonly mediaIndex: number;
  readonly direction: MediaDirection;
}
