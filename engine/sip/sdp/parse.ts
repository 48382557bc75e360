import { isIPv4, isIPv6 } from 'node:net';
import { VoxboxError } from '../../foundation/index.ts';
import { readCrypto } from './crypto.ts';
import type { MediaDirection, SdpFormat, SdpMedia, SdpOffer } from './model.ts';

/** RFC 3551 §6, as far as telephones offer them without an rtpmap. */
const staticFormats: Readonly<Record<number, readonly [encoding: string, clockRateHz: number]>> = {
  0: ['PCMU', 8000],
  3: ['GSM', 8000],
  4: ['G723', 8000],
  8: ['PCMA', 8000],
  9: ['G722', 8000],
  13: ['CN', 8000],
  18: ['G729', 8000],
};

const directions: ReadonlySet<string> = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive']);
const isDirection = (text: string): text is MediaDirection => directions.has(text);

const maxLines = 2000;
/** Each is answered in its place: more than this is no telephone's. */
const maxSections = 64;
const maxFormats = 64;
/** There are 128 payload types; a longer list is cut off before it costs anything. */
const maxListed = 256;
const maxCryptoLines = 32;

interface Line {
  readonly type: string;
  readonly value: string;
}

/**
 * Reads a session description (RFC 8866). Lenient about line ends and unknown lines.
 *
 * @throws VoxboxError `sdp_invalid`
 */
export function parseOffer(sdp: string): SdpOffer {
  const lines = sdp.split(/\r\n|\r|\n/).filter((line) => line !== '');
  if (lines.length > maxLines) throw invalid('too many lines');
  const sections: Line[][] = [[]];
  for (const text of lines) {
    const line = { type: text[0] ?? '', value: text.slice(2).trim() };
    if (text[1] !== '=') throw invalid(`line without equals sign: ${text.slice(0, 20)}`);
    if (line.type === 'm') sections.push([]);
    sections.at(-1)?.push(line);
  }
  const [session = [], ...media] = sections;
  if (session[0]?.type !== 'v' || session[0].value !== '0') throw invalid('does not begin with v=0');
  if (media.length > maxSections) throw invalid('too many media sections');
  const inherited: Inherited = {
    address: addressOf(session),
    direction: directionOf(attributesOf(session)) ?? 'sendrecv',
  };
  return { media: media.map((section) => parseMedia(section, inherited)) };
}

/** What the session level says for sections that do not say it themselves (RFC 8866 §5.7, §6.7). */
type Inherited = Pick<SdpMedia, 'address' | 'direction'>;

function parseMedia(section: readonly Line[], inherited: Inherited): SdpMedia {
  const [type = '', port = '', protocol = '', ...list] = (section[0]?.value ?? '').split(
    /\s+/,
    3 + maxListed + 1,
  );
  if (list.length > maxListed) throw invalid('too many formats');
  const match = /^([0-9]{1,5})(?:\/[0-9]+)?$/.exec(port);
  const portNumber = match ? Number(match[1]) : Number.NaN;
  if (!(portNumber <= 65535) || protocol === '') throw invalid('malformed m= line');
  const attributes = attributesOf(section);
  const address = addressOf(section) ?? inherited.address;
  const rtpMaps = new Map(numbered(attributes, 'rtpmap'));
  const fmtps = new Map(numbered(attributes, 'fmtp'));
  const formats = list.slice(0, maxFormats).flatMap((text) => formatOf(text, rtpMaps, fmtps));
  return {
    type,
    port: portNumber,
    protocol,
    formatList: list.join(' '),
    formats,
    address,
    direction: directionOf(attributes) ?? inherited.direction,
    ptimeMs: numberOf(attributes, 'ptime'),
    maxPtimeMs: numberOf(attributes, 'maxptime'),
    rtcp: rtcpOf(attributes),
    rtcpMux: attributes.some(([name]) => name === 'rtcp-mux'),
    crypto: attributes
      .filter(([name]) => name === 'crypto')
      .slice(0, maxCryptoLines)
      .flatMap(([, value]) => readCrypto(value) ?? []),
  };
}

/** `a=rtcp:53020 IN IP4 192.0.2.4` (RFC 3605); one that cannot be read is as none. */
function rtcpOf(attributes: readonly [string, string][]): SdpMedia['rtcp'] {
  const value = attributes.find(([name]) => name === 'rtcp')?.[1] ?? '';
  const match = /^([0-9]{1,5})(?:\s+IN\s+IP[46]\s+([A-Za-z0-9.:-]+))?$/.exec(value.trim());
  const port = Number(match?.[1] ?? 0);
  return port > 0 && port <= 65535 ? { address: match?.[2] ?? null, port } : null;
}

const directionOf = (attributes: readonly [string, string][]): MediaDirection | undefined =>
  attributes.map(([name]) => name).find(isDirection);

const attributesOf = (section: readonly Line[]): [name: string, value: string][] =>
  section
    .filter(({ type }) => type === 'a')
    .map(({ value }) => {
      const colon = value.indexOf(':');
      return colon < 0
        ? [value.toLowerCase(), '']
        : [value.slice(0, colon).toLowerCase(), value.slice(colon + 1)];
    });

/** `rtpmap:96 opus/48000` → [96, 'opus/48000'] */
const numbered = (attributes: readonly [string, string][], name: string): [number, string][] =>
  attributes
    .filter(([key]) => key === name)
    .map(([, value]) => {
      const [number = '', ...rest] = value.trim().split(/\s+/);
      return [Number(number), rest.join(' ')];
    });

function formatOf(
  text: string,
  rtpMaps: ReadonlyMap<number, string>,
  fmtps: ReadonlyMap<number, string>,
): SdpFormat[] {
  if (!/^[0-9]{1,3}$/.test(text) || Number(text) > 127) return [];
  const payloadType = Number(text);
  const fmtp = fmtps.get(payloadType) ?? null;
  const map = rtpMaps.get(payloadType);
  if (map === undefined) {
    const [encoding, clockRateHz] = staticFormats[payloadType] ?? [];
    return encoding && clockRateHz ? [{ payloadType, encoding, clockRateHz, channels: null, fmtp }] : [];
  }
  const [encoding = '', rate = '', count = ''] = map.split('/');
  if (encoding === '' || !/^[1-9][0-9]{0,6}$/.test(rate)) return [];
  const channels = /^[1-9][0-9]{0,2}$/.test(count) ? Number(count) : null;
  return [{ payloadType, encoding: encoding.toUpperCase(), clockRateHz: Number(rate), channels, fmtp }];
}

function addressOf(section: readonly Line[]): string | null {
  const line = section.find(({ type }) => type === 'c');
  if (!line) return null;
  const [network, family, address = ''] = line.value.split(/\s+/);
  const host = address.split('/', 1)[0] ?? '';
  const fits = family === 'IP4' ? !isIPv6(host) : family === 'IP6' && (isIPv6(host) || isIPv4(host));
  // A name is allowed where an address stands (RFC 8866 §5.7).
  if (network !== 'IN' || !fits || !/^[A-Za-z0-9.:-]+$/.test(host)) throw invalid('malformed c= line');
  return host;
}

function numberOf(attributes: readonly [string, string][], name: string): number | null {
  const value = Number(attributes.find(([key]) => key === name)?.[1] ?? Number.NaN);
  return value > 0 && value <= 1000 ? value : null;
}

const invalid = (reason: string): VoxboxError =>
  new VoxboxError('sdp_invalid', `session description: ${reason}`);
