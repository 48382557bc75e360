import { commonDirection, rtpmapLike } from './codecs.ts';
import { writeCrypto } from './crypto.ts';
import { codecLines, describe, eventLines, refusal } from './describe.ts';
import type { MediaDirection, NegotiatedAudio } from './model.ts';

export { commonDirection } from './codecs.ts';

export interface AnswerOptions {
  /** Ours, as the other side reaches it; of RTP. */
  readonly address: string;
  readonly port: number;
  /** The same in every description of one call (RFC 8866 §5.2). */
  readonly sessionId: number | string;
  /** Grows by one with each description that differs from the one before (`nextDescription`); 1 where left out. */
  readonly version?: number;
  /** What we would like; the offer's limit goes before. `sendrecv` where left out. */
  readonly direction?: MediaDirection;
  /** Told where it is another than RTP's plus one, and the other side does not take both on one port. */
  readonly rtcpPort?: number;
}

/** The answer to an offer (RFC 3264 §6): same sections in the same order, refused ones with port 0. */
export const buildAnswer = (negotiated: NegotiatedAudio, options: AnswerOptions): string =>
  describe(
    options,
    negotiated.media.flatMap((section, index) =>
      index === negotiated.mediaIndex
        ? audioSection(negotiated, options, section.protocol)
        : refusal(section),
    ),
  );

function audioSection(negotiated: NegotiatedAudio, options: AnswerOptions, protocol: string): string[] {
  const { codec, payloadType, ptimeMs, srtp, rtcpMux } = negotiated;
  const { dtmfPayloadType: dtmf, dtmfClockRateHz: dtmfRateHz, comfortNoisePayloadType: noise } = negotiated;
  const format = negotiated.media[negotiated.mediaIndex]?.formats.find(
    (offered) => offered.payloadType === payloadType,
  );
  const { port, rtcpPort = port + 1 } = options;
  const list = [payloadType, noise, dtmf].filter((number) => number !== null).join(' ');
  return [
    `m=audio ${port} ${protocol} ${list}`,
    ...codecLines(codec, { payloadType, rtpmap: rtpmapLike(codec, format) }),
    ...(noise === null ? [] : [`a=rtpmap:${noise} CN/${negotiated.clockRateHz}`]),
    ...(dtmf === null ? [] : eventLines(dtmf, dtmfRateHz ?? 8000)),
    ...(srtp ? [writeCrypto({ tag: srtp.tag, key: srtp.send })] : []),
    ...(rtcpMux ? ['a=rtcp-mux'] : []),
    ...(rtcpMux || rtcpPort === port + 1 ? [] : [`a=rtcp:${rtcpPort}`]),
    `a=ptime:${ptimeMs}`,
    `a=${commonDirection(negotiated.direction, options.direction ?? 'sendrecv')}`,
  ];
}
