import { createHash, randomBytes } from 'node:crypto';

/**
 * Just enough SIP text for a caller: written apart from the engine's own reader on purpose, so that a
 * mistake made there is not made here as well.
 */
export interface SipText {
  /** First line of a request; null for a response. */
  readonly method: string | null;
  readonly uri: string | null;
  /** Status of a response; null for a request. */
  readonly status: number | null;
  /** Names in lower case, short forms written out; values in their order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

const longNames: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  c: 'content-type',
  l: 'content-length',
};

/** Reads one datagram; null when it is not SIP. */
export function readSip(datagram: Buffer): SipText | null {
  const text = datagram.toString('utf8');
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = text
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return null;
    const short = line.slice(0, colon).trim().toLowerCase();
    const name = longNames[short] ?? short;
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const response = /^SIP\/2\.0 (\d{3}) /.exec(`${first} `);
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first);
  if (!response && !request) return null;
  return {
    method: request?.[1] ?? null,
    uri: request?.[2] ?? null,
    status: response ? Number(response[1]) : null,
    headers,
    body: text.slice(end + 4),
  };
}

export const header = (message: SipText, name: string): string => message.headers.get(name)?.[0] ?? '';

export const token = (): string => randomBytes(8).toString('hex');

export const writeSip = (firstLine: string, headers: readonly string[], body = ''): Buffer =>
  Buffer.from([firstLine, ...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));

/** The URI inside <...>, or the bare one. */
export const uriIn = (value: string): string => /<([^>]+)>/.exec(value)?.[1] ?? value.split(';')[0] ?? '';

const hash = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');

/** Answer to a digest challenge (RFC 7616 §3.4), with MD5 or SHA-256 and qop=auth where offered. */
export function digestAnswer(request: {
  readonly challenge: string;
  readonly method: string;
  readonly uri: string;
  readonly username: string;
  readonly password: string;
}): string {
  const field = (name: string): string =>
    new RegExp(`[\\s,]${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i')
      .exec(` ${request.challenge}`)
      ?.slice(1)
      .find((value) => value !== undefined) ?? '';
  const algorithm = field('algorithm').toUpperCase() === 'SHA-256' ? 'sha256' : 'md5';
  const [realm, nonce, opaque] = [field('realm'), field('nonce'), field('opaque')];
  const qop = field('qop')
    .split(',')
    .map((one) => one.trim())
    .includes('auth');
  const cnonce = token();
  const ha1 = hash(algorithm, `${request.username}:${realm}:${request.password}`);
  const ha2 = hash(algorithm, `${request.method}:${request.uri}`);
  const response = hash(
    algorithm,
    qop ? `${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}` : `${ha1}:${nonce}:${ha2}`,
  );
  return [
    `Digest username="${request.username}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `response="${response}"`,
    `algorithm=${algorithm === 'md5' ? 'MD5' : 'SHA-256'}`,
    ...(opaque ? [`opaque="${opaque}"`] : []),
    ...(qop ? ['qop=auth', 'nc=00000001', `cnonce="${cnonce}"`] : []),
  ].join(', ');
}

/** What an SDP answer says of the audio (RFC 8866, RFC 3264). */
export interface AudioAnswer {
  readonly address: string;
  readonly port: number;
  readonly payloadTypes: readonly number[];
  readonly dtmfPayloadType: number | null;
}

export function readSdp(body: string): AudioAnswer | null {
  const media = /^m=audio (\d+) RTP\/AVP ([\d ]+)\r?$/m.exec(body);
  const address = /^c=IN IP[46] (\S+)\r?$/m.exec(body);
  if (!media?.[1] || !media[2] || !address?.[1]) return null;
  const dtmf = /^a=rtpmap:(\d+) telephone-event\/8000/im.exec(body)?.[1];
  return {
    address: address[1],
    port: Number(media[1]),
    payloadTypes: media[2].trim().split(/ +/).map(Number),
    dtmfPayloadType: dtmf === undefined ? null : Number(dtmf),
  };
}

const rtpmaps: Readonly<Record<number, string>> = {
  0: 'PCMU/8000',
  8: 'PCMA/8000',
  18: 'G729/8000',
  101: 'telephone-event/8000',
};

export const writeSdp = (offer: {
  readonly address: string;
  readonly port: number;
  readonly payloadTypes: readonly number[];
}): string =>
  [
    'v=0',
    `o=caller ${offer.port} 1 IN IP4 ${offer.address}`,
    's=call',
    `c=IN IP4 ${offer.address}`,
    't=0 0',
    `m=audio ${offer.port} RTP/AVP ${offer.payloadTypes.join(' ')}`,
    ...offer.payloadTypes.map((type) => `a=rtpmap:${type} ${rtpmaps[type] ?? 'unknown/8000'}`),
    ...(offer.payloadTypes.includes(101) ? ['a=fmtp:101 0-15'] : []),
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n');
