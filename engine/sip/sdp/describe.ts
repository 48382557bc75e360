import { isIPv6 } from 'node:net';
import { codecFacts } from './codecs.ts';
import type { AudioCodec, SdpMedia } from './model.ts';

/** A description of ours around its sections (RFC 8866 §5). */
export function describe(
  session: { readonly address: string; readonly sessionId: number | string; readonly version?: number },
  sections: readonly string[],
): string {
  const { address, sessionId, version = 1 } = session;
  const family = isIPv6(address) ? 'IP6' : 'IP4';
  const lines = [
    'v=0',
    `o=- ${sessionId} ${version} IN ${family} ${address}`,
    's=-',
    `c=IN ${family} ${address}`,
    't=0 0',
    ...sections,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** A section that is not taken, or no longer used (RFC 3264 §6, §8.2). */
export const refusal = ({ type, protocol, formatList }: SdpMedia): string[] => [
  `m=${type} 0 ${protocol} ${formatList}`.trimEnd(),
];

export function codecLines(
  codec: AudioCodec,
  { payloadType, rtpmap }: { readonly payloadType: number; readonly rtpmap: string },
): string[] {
  const { fmtp } = codecFacts[codec];
  return [`a=rtpmap:${payloadType} ${rtpmap}`, ...(fmtp === null ? [] : [`a=fmtp:${payloadType} ${fmtp}`])];
}

/** The sixteen keys of a telephone (RFC 4733 §3.2). */
export const eventLines = (payloadType: number, clockRateHz: number): string[] => [
  `a=rtpmap:${payloadType} telephone-event/${clockRateHz}`,
  `a=fmtp:${payloadType} 0-15`,
];

const originPattern = /^(o=\S+ \S+ )([0-9]+)( .*)$/m;

/**
 * Gives a description of ours the version that it has to have after the one before it (RFC 3264 §8): the
 * same where nothing else has changed, one more where anything has.
 *
 * @param previous null for the first of a call
 */
export function nextDescription(previous: string | null, next: string): string {
  const version = originPattern.exec(previous ?? '')?.[2];
  if (previous === null || version === undefined) return next;
  const withVersion = (number: bigint): string => next.replace(originPattern, `$1${number}$3`);
  const same = withVersion(BigInt(version));
  return same === previous ? same : withVersion(BigInt(version) + 1n);
}
