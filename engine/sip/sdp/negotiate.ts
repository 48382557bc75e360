import type { AudioCodec, MediaDirection, NegotiatedAudio, SdpMedia, SdpOffer } from './model.ts';

const defaultPtimeMs = 20;
const telephoneRateHz = 8000;

/** The same stream seen from the other end. */
const mirrored: Readonly<Record<MediaDirection, MediaDirection>> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

/**
 * Chooses the audio of a call: in the first plain-RTP audio section that fits, the codec that the other
 * side prefers among ours (RFC 3264 §6.1).
 *
 * @returns null where nothing fits, which is answered with 488
 */
export function negotiateAudio(
  offer: SdpOffer,
  { codecs }: { readonly codecs: readonly AudioCodec[] },
): NegotiatedAudio | null {
  for (const [mediaIndex, section] of offer.media.entries()) {
    const taken = takeSection(section, codecs);
    if (taken) return { ...taken, media: offer.media, mediaIndex };
  }
  return null;
}

function takeSection(
  section: SdpMedia,
  codecs: readonly AudioCodec[],
): Omit<NegotiatedAudio, 'media' | 'mediaIndex'> | null {
  const { address, port } = section;
  const plainRtp = section.protocol === 'RTP/AVP' || section.protocol === 'RTP/AVPF';
  if (section.type !== 'audio' || !plainRtp || port === 0 || address === null) return null;
  const narrow = section.formats.filter(({ clockRateHz }) => clockRateHz === telephoneRateHz);
  for (const { encoding, payloadType } of narrow) {
    const codec = codecs.find((own) => own === encoding);
    if (codec === undefined) continue;
    const dtmf = narrow.find((format) => format.encoding === 'TELEPHONE-EVENT');
    // An unspecified address is the old way of saying hold (RFC 3264 §8.4).
    const held = address === '0.0.0.0' || address === '::';
    const direction = held && section.direction === 'sendrecv' ? 'sendonly' : section.direction;
    return {
      codec,
      payloadType,
      dtmfPayloadType: dtmf?.payloadType ?? null,
      remote: { address, port },
      ptimeMs: Math.min(section.ptimeMs ?? defaultPtimeMs, section.maxPtimeMs ?? Number.POSITIVE_INFINITY),
      direction: mirrored[direction],
    };
  }
  return null;
}
