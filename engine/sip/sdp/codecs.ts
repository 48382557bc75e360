import type { AudioCodec, MediaDirection, SdpFormat } from './model.ts';

interface CodecFacts {
  readonly clockRateHz: number;
  readonly rtpmap: string;
  /** Its number without an rtpmap (RFC 3551 §6), else what we like to call it. */
  readonly payloadType: number;
  /** What we say about the stream that we want to receive. */
  readonly fmtp: string | null;
}

export const codecFacts = {
  PCMU: { clockRateHz: 8000, rtpmap: 'PCMU/8000', payloadType: 0, fmtp: null },
  PCMA: { clockRateHz: 8000, rtpmap: 'PCMA/8000', payloadType: 8, fmtp: null },
  // Sampled at 16 kHz, and called 8000 for ever because of an old mistake (RFC 3551 §4.5.2).
  G722: { clockRateHz: 8000, rtpmap: 'G722/8000', payloadType: 9, fmtp: null },
  // RFC 7587 §7: always 48000/2, whatever is inside. Nothing above 16 kHz is listened to here.
  opus: {
    clockRateHz: 48_000,
    rtpmap: 'opus/48000/2',
    payloadType: 96,
    fmtp: 'maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1',
  },
} as const satisfies Readonly<Record<AudioCodec, CodecFacts>>;

/** Which of our codecs a format of the other side is. */
export function codecOf(format: SdpFormat, codecs: readonly AudioCodec[]): AudioCodec | null {
  const codec = codecs.find((own) => own.toUpperCase() === format.encoding);
  if (codec === undefined || codecFacts[codec].clockRateHz !== format.clockRateHz) return null;
  const mono = format.channels === null || format.channels === 1;
  return mono || codec === 'opus' ? codec : null;
}

/** The rtpmap that repeats the other side's way of writing it: some telephones compare texts. */
export const rtpmapLike = (codec: AudioCodec, format: SdpFormat | undefined): string =>
  codec === 'opus' && format && format.channels === null ? 'opus/48000' : codecFacts[codec].rtpmap;

/** Payload types for telephone-event in offers of ours: at 8 kHz the one that nearly everybody uses. */
export const eventPayloadTypes = { 8000: 101, 48000: 97 } as const;

export const comfortNoisePayloadType = 13;

/** An unspecified address is the old way of saying hold (RFC 3264 §8.4). */
export const isHoldAddress = (address: string): boolean => address === '0.0.0.0' || address === '::';

export const isEncrypted = (protocol: string): boolean => protocol === 'RTP/SAVP' || protocol === 'RTP/SAVPF';

export const isPlain = (protocol: string): boolean => protocol === 'RTP/AVP' || protocol === 'RTP/AVPF';

/** The same stream seen from the other end. */
export const mirrored: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const sends = (direction: MediaDirection): boolean => direction === 'sendrecv' || direction === 'sendonly';
const receives = (direction: MediaDirection): boolean => direction === 'sendrecv' || direction === 'recvonly';

/** What both allow. */
export function commonDirection(a: MediaDirection, b: MediaDirection): MediaDirection {
  const send = sends(a) && sends(b);
  if (receives(a) && receives(b)) return send ? 'sendrecv' : 'recvonly';
  return send ? 'sendonly' : 'inactive';
}
