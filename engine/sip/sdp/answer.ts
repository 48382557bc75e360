import { isIPv6 } from 'node:net';
import type { MediaDirection, NegotiatedAudio, SdpMedia } from './model.ts';

export interface AnswerOptions {
  /** Ours, as the other side reaches it; of RTP. */
  readonly address: string;
  readonly port: number;
  /** The same in every description of one call (RFC 8866 §5.2). */
  readonly sessionId: number | string;
  /** Grows by one with each description that differs from the one before; 1 where left out. */
  readonly version?: number;
  /** What we would like; the offer's limit goes before. `sendrecv` where left out. */
  readonly direction?: MediaDirection;
}

const sends = (direction: MediaDirection): boolean => direction === 'sendrecv' || direction === 'sendonly';
const receives = (direction: MediaDirection): boolean => direction === 'sendrecv' || direction === 'recvonly';

/** What both allow. */
export function commonDirection(a: MediaDirection, b: MediaDirection): MediaDirection {
  const send = sends(a) && sends(b);
  if (receives(a) && receives(b)) return send ? 'sendrecv' : 'recvonly';
  return send ? 'sendonly' : 'inactive';
}

/** The answer to an offer (RFC 3264 §6): same sections in the same order, refused ones with port 0. */
export function buildAnswer(negotiated: NegotiatedAudio, options: AnswerOptions): string {
  const { address, sessionId, version = 1 } = options;
  const family = isIPv6(address) ? 'IP6' : 'IP4';
  const lines = [
    'v=0',
    `o=- ${sessionId} ${version} IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    ...negotiated.media.flatMap((section, index) =>
      index === negotiated.mediaIndex
        ? audioSection(negotiated, options, section.protocol)
        : refusal(section),
    ),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

const refusal = ({ type, protocol, formatList }: SdpMedia): string[] => [
  `m=${type} 0 ${protocol} ${formatList}`.trimEnd(),
];

function audioSection(negotiated: NegotiatedAudio, options: AnswerOptions, protocol: string): string[] {
  const { codec, payloadType, dtmfPayloadType: dtmf, ptimeMs } = negotiated;
  return [
    `m=audio ${options.port} ${protocol} ${payloadType}${dtmf === null ? '' : ` ${dtmf}`}`,
    `a=rtpmap:${payloadType} ${codec}/8000`,
    ...(dtmf === null ? [] : [`a=rtpmap:${dtmf} telephone-event/8000`, `a=fmtp:${dtmf} 0-15`]),
    `a=ptime:${ptimeMs}`,
    `a=${commonDirection(negotiated.direction, options.direction ?? 'sendrecv')}`,
  ];
}
