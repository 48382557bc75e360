import { codecOf, isEncrypted, isHoldAddress, isPlain, mirrored } from './codecs.ts';
import { newSrtpKey } from './crypto.ts';
import type {
  AudioCodec,
  MediaAddress,
  NegotiatedAudio,
  SdpFormat,
  SdpMedia,
  SdpOffer,
  SrtpKey,
  SrtpMode,
} from './model.ts';

const defaultPtimeMs = 20;
const telephoneRateHz = 8000;

export interface NegotiateOptions {
  readonly codecs: readonly AudioCodec[];
  /** `off` where left out. */
  readonly srtp?: SrtpMode;
  /**
   * Our key so far, for the offers that come within a call: it stays where the suite does, so that what we
   * send goes on without a break.
   */
  readonly sendKey?: SrtpKey;
}

/** What a section means to us, whoever offered it. */
export type Taken = Omit<NegotiatedAudio, 'media' | 'mediaIndex' | 'srtp'>;

/**
 * Chooses the audio of a call: in the first audio section that fits, encrypted ones before plain ones, the
 * codec that the other side prefers among ours (RFC 3264 §6.1).
 *
 * A section of RTP/AVP with `a=crypto` is opportunistic encryption (RFC 8643; telephones call it optional):
 * it is answered under the same profile, with our `a=crypto` where encryption is not off, which means that
 * media is encrypted.
 *
 * @returns null where nothing fits, which is answered with 488
 */
export function negotiateAudio(offer: SdpOffer, options: NegotiateOptions): NegotiatedAudio | null {
  const { codecs, srtp: mode = 'off' } = options;
  const sections = [...offer.media.entries()];
  if (mode !== 'off') {
    for (const [mediaIndex, section] of sections) {
      const srtp = acceptCrypto(section, options.sendKey);
      const taken = srtp && (isEncrypted(section.protocol) || isPlain(section.protocol));
      const audio = taken ? takeSection(section, codecs) : null;
      if (audio) return { ...audio, srtp, media: offer.media, mediaIndex };
    }
  }
  if (mode === 'required') return null;
  for (const [mediaIndex, section] of sections) {
    const audio = isPlain(section.protocol) ? takeSection(section, codecs) : null;
    if (audio) return { ...audio, srtp: null, media: offer.media, mediaIndex };
  }
  return null;
}

/** RFC 4568 §5.1.2: the first line that can be used, answered under its tag with a key of our own. */
function acceptCrypto(section: SdpMedia, sendKey: SrtpKey | undefined): NegotiatedAudio['srtp'] {
  const [line] = section.crypto;
  if (!line) return null;
  const { tag, key } = line;
  return { tag, send: sendKey?.suite === key.suite ? sendKey : newSrtpKey(key.suite), receive: key };
}

/** The audio of one section, without its encryption; null where it has none that we speak. */
export function takeSection(section: SdpMedia, codecs: readonly AudioCodec[]): Taken | null {
  const { address, port } = section;
  if (section.type !== 'audio' || port === 0 || address === null) return null;
  for (const format of section.formats) {
    const codec = codecOf(format, codecs);
    if (codec === null) continue;
    const { clockRateHz } = format;
    const event = eventFormat(section.formats, clockRateHz);
    const noise = section.formats.find(
      ({ encoding, clockRateHz: rate }) => encoding === 'CN' && rate === clockRateHz,
    );
    const direction =
      isHoldAddress(address) && section.direction === 'sendrecv' ? 'sendonly' : section.direction;
    return {
      codec,
      payloadType: format.payloadType,
      clockRateHz,
      fmtp: format.fmtp,
      dtmfPayloadType: event?.payloadType ?? null,
      dtmfClockRateHz: event?.clockRateHz ?? null,
      comfortNoisePayloadType: noise?.payloadType ?? null,
      remote: { address, port },
      remoteRtcp: rtcpAddress(section, address),
      rtcpMux: section.rtcpMux,
      ptimeMs: Math.min(section.ptimeMs ?? defaultPtimeMs, section.maxPtimeMs ?? Number.POSITIVE_INFINITY),
      direction: mirrored[direction],
    };
  }
  return null;
}

/** RFC 4733 §2.5.1.1 wants the clock of the audio; telephones that only know 8 kHz offer that one with opus too. */
function eventFormat(formats: readonly SdpFormat[], clockRateHz: number): SdpFormat | null {
  const events = formats.filter(({ encoding }) => encoding === 'TELEPHONE-EVENT');
  const at = (rateHz: number) => events.find((format) => format.clockRateHz === rateHz);
  return at(clockRateHz) ?? at(telephoneRateHz) ?? null;
}

function rtcpAddress(section: SdpMedia, address: string): MediaAddress | null {
  if (isHoldAddress(address)) return null;
  if (section.rtcpMux) return { address, port: section.port };
  if (section.rtcp) return { address: section.rtcp.address ?? address, port: section.rtcp.port };
  return section.port < 65535 ? { address, port: section.port + 1 } : null;
}
