import { codecFacts, commonDirection, eventPayloadTypes, isEncrypted, isPlain } from './codecs.ts';
import { newSrtpKey, srtpSuites, writeCrypto } from './crypto.ts';
import { codecLines, describe, eventLines, refusal } from './describe.ts';
import type {
  AudioCodec,
  AudioOffer,
  MediaDirection,
  NegotiatedAudio,
  SdpCrypto,
  SdpMedia,
  SrtpMode,
} from './model.ts';
import { takeSection } from './negotiate.ts';
import { parseOffer } from './parse.ts';

export interface OfferOptions {
  /** Ours, as the other side reaches it; of RTP. */
  readonly address: string;
  readonly port: number;
  readonly sessionId: number | string;
  readonly version?: number;
  /** In the order of our liking; not empty. */
  readonly codecs: readonly AudioCodec[];
  /** `required` offers RTP/SAVP. `optional` offers plain RTP to one that we do not know yet. `off` where left out. */
  readonly srtp?: SrtpMode;
  /** `sendonly` puts the other side on hold, `inactive` where nothing shall be heard at all. */
  readonly direction?: MediaDirection;
  readonly rtcpPort?: number;
  /**
   * What is agreed so far, for an offer within a call (RFC 3264 §8): its sections, payload types and keys
   * stay.
   */
  readonly previous?: NegotiatedAudio;
}

/** Payload types that are free for anybody (RFC 3551 §6). */
const dynamicTypes = { first: 96, last: 127 } as const;

/** An offer of ours: of a call that we place, of a re-INVITE, or in the 200 to an INVITE without one. */
export function buildOffer(options: OfferOptions): AudioOffer {
  const { codecs, srtp = 'off', direction = 'sendrecv', previous } = options;
  const crypto = cryptoOf(srtp, previous);
  const agreed = previous?.media[previous.mediaIndex];
  const protocol = protocolOf(agreed, crypto.length > 0);
  const section = audioSection(options, { crypto, protocol, direction });
  const sections = previous
    ? previous.media.flatMap((other, index) => (index === previous.mediaIndex ? section : refusal(other)))
    : section;
  return {
    sdp: describe(options, sections),
    codecs,
    srtp,
    srtpSend: crypto[0]?.key ?? null,
    crypto,
    mediaIndex: previous?.mediaIndex ?? 0,
    direction,
  };
}

/** The profile of a section stays within a call, as long as it still fits what is offered. */
function protocolOf(agreed: SdpMedia | undefined, encrypted: boolean): string {
  const fitting = agreed && (encrypted || !isEncrypted(agreed.protocol)) ? agreed.protocol : null;
  return fitting ?? (encrypted ? 'RTP/SAVP' : 'RTP/AVP');
}

function cryptoOf(mode: SrtpMode, previous: NegotiatedAudio | undefined): readonly SdpCrypto[] {
  if (previous?.srtp) return [{ tag: previous.srtp.tag, key: previous.srtp.send }];
  if (mode !== 'required') return [];
  return srtpSuites.map((suite, index) => ({ tag: index + 1, key: newSrtpKey(suite) }));
}

function audioSection(
  options: OfferOptions,
  section: {
    readonly crypto: readonly SdpCrypto[];
    readonly protocol: string;
    readonly direction: MediaDirection;
  },
): string[] {
  const { codecs, port, rtcpPort = port + 1, previous } = options;
  const numbers = payloadTypes(codecs, previous);
  const rates = [...new Set(codecs.map((codec) => codecFacts[codec].clockRateHz))];
  const events = rates.flatMap((rateHz) => {
    const number = numbers.event(rateHz);
    return number === null ? [] : [{ number, rateHz }];
  });
  const list = [...codecs.map(numbers.codec), ...events.map(({ number }) => number)];
  return [
    `m=audio ${port} ${section.protocol} ${list.join(' ')}`,
    ...codecs.flatMap((codec) =>
      codecLines(codec, { payloadType: numbers.codec(codec), rtpmap: codecFacts[codec].rtpmap }),
    ),
    ...events.flatMap(({ number, rateHz }) => eventLines(number, rateHz)),
    ...section.crypto.map(writeCrypto),
    'a=rtcp-mux',
    ...(rtcpPort === port + 1 ? [] : [`a=rtcp:${rtcpPort}`]),
    'a=ptime:20',
    `a=${section.direction}`,
  ];
}

/** Our payload types; those that are agreed keep their meaning for the whole call (RFC 3264 §8.3.2). */
function payloadTypes(codecs: readonly AudioCodec[], previous: NegotiatedAudio | undefined) {
  const formats = previous?.media[previous.mediaIndex]?.formats ?? [];
  const taken = new Set(formats.map(({ payloadType }) => payloadType));
  const claim = (liked: number): number => {
    let number = liked;
    if (taken.has(number)) {
      number = dynamicTypes.first;
      while (taken.has(number) && number < dynamicTypes.last) number += 1;
    }
    taken.add(number);
    return number;
  };
  const known = (encoding: string, rateHz: number): number | null =>
    formats.find((format) => format.encoding === encoding && format.clockRateHz === rateHz)?.payloadType ??
    null;
  const byCodec = new Map<AudioCodec, number>();
  for (const codec of codecs) {
    const { clockRateHz, payloadType } = codecFacts[codec];
    const agreed = previous?.codec === codec ? previous.payloadType : null;
    byCodec.set(codec, agreed ?? known(codec.toUpperCase(), clockRateHz) ?? claim(payloadType));
  }
  const events = new Map<number, number>();
  for (const rateHz of [8000, 48_000] as const) {
    events.set(rateHz, known('TELEPHONE-EVENT', rateHz) ?? claim(eventPayloadTypes[rateHz]));
  }
  return {
    codec: (codec: AudioCodec): number => byCodec.get(codec) ?? codecFacts[codec].payloadType,
    event: (rateHz: number): number | null => events.get(rateHz) ?? null,
  };
}

/**
 * Reads the answer to an offer of ours (RFC 3264 §7).
 *
 * @returns null where the other side refused the audio, or answered what was not offered
 * @throws VoxboxError `sdp_invalid`
 */
export function acceptAnswer(offer: AudioOffer, answerSdp: string): NegotiatedAudio | null {
  const { media } = parseOffer(answerSdp);
  const { mediaIndex } = offer;
  const section = media[mediaIndex];
  if (!section || !(isPlain(section.protocol) || isEncrypted(section.protocol))) return null;
  const srtp = agreedCrypto(offer, section);
  // Encryption that was offered is not given up quietly, nor taken for granted where it was not.
  if (offer.crypto.length > 0 ? srtp === null : isEncrypted(section.protocol)) return null;
  const audio = takeSection(section, offer.codecs);
  if (!audio) return null;
  const direction = commonDirection(audio.direction, offer.direction);
  return { ...audio, direction, srtp, media, mediaIndex };
}

/** RFC 4568 §5.1.3: exactly one line, with a tag and the suite that we offered under it. */
function agreedCrypto(offer: AudioOffer, section: SdpMedia): NegotiatedAudio['srtp'] {
  const [line] = section.crypto;
  const own = offer.crypto.find(({ tag }) => tag === line?.tag);
  if (!line || own?.key.suite !== line.key.suite) return null;
  return { tag: own.tag, send: own.key, receive: line.key };
}
