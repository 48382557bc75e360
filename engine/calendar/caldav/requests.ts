import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { checkedLookup, createPublicAddressCheck, VoxboxError } from '../../foundation/index.ts';

export interface DavRequest {
  readonly method: 'PROPFIND' | 'REPORT' | 'GET' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly depth?: '0' | '1';
  readonly body?: string;
  readonly contentType?: string;
  readonly ifMatch?: string;
  /** Only where nothing lies there yet. */
  readonly ifNew?: boolean;
}

export interface DavAnswer {
  readonly status: number;
  readonly etag: string | null;
  readonly body: string;
  /** Where it came from at last. */
  readonly url: string;
}

export type Ask = (request: DavRequest) => Promise<DavAnswer>;

export interface Credentials {
  readonly user: string;
  readonly password: string;
  readonly allowPrivate: boolean;
  readonly signal?: AbortSignal;
}

const limits = { redirects: 4, wholeMs: 30_000, bytes: 32 * 1024 * 1024 } as const;

/**
 * Requests of one account. Each address on the way is checked, the one that the name resolves to is the one
 * connected to; certificates are verified, and what began with TLS never goes on without it.
 *
 * The request throws VoxboxError `calendar_address_refused`, `calendar_unreachable`, `calendar_certificate_untrusted`,
 * `calendar_login_refused`, `aborted`; any other status is an answer.
 */
export function asker({ user, password, allowPrivate, signal }: Credentials): Ask {
  const isAllowed = allowPrivate ? () => true : createPublicAddressCheck();
  const authorization = `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
  return async (request) => {
    const late = AbortSignal.timeout(limits.wholeMs);
    const ends = signal ? AbortSignal.any([signal, late]) : late;
    let url = davAddress(request.url);
    for (let hop = 0; hop <= limits.redirects; hop += 1) {
      try {
        const response = await send(request, url, { isAllowed, authorization, signal: ends });
        const { statusCode: status = 0, headers } = response;
        if (isRedirect(status) && headers.location !== undefined) {
          response.destroy();
          url = nextAddress(headers.location, url);
          continue;
        }
        const body = await bodyOf(response);
        if (status === 401) {
          throw new VoxboxError('calendar_login_refused', `${url.host} refuses the name or the password`);
        }
        // 501: that address is none of WebDAV.
        if (status === 429 || (status >= 500 && status !== 501))
          throw unreachable(url, `it answers with status ${status}`);
        return { status, etag: headers.etag ?? null, body, url: url.href };
      } catch (error) {
        throw requestFault(error, url, signal?.aborted ?? false);
      }
    }
    throw unreachable(url, 'it leads on too often');
  };
}

/** @throws VoxboxError `calendar_address_refused` */
export function davAddress(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (!url || !isWeb || url.username !== '' || url.password !== '') {
    throw new VoxboxError('calendar_address_refused', 'that is no http or https address');
  }
  url.hash = '';
  return url;
}

/** @throws VoxboxError `calendar_address_refused` where it would go on without TLS */
export function nextAddress(text: string, from: URL): URL {
  const url = davAddress(text, from);
  if (from.protocol === 'https:' && url.protocol !== 'https:') {
    throw new VoxboxError('calendar_address_refused', `${from.host} leads to an address without TLS`);
  }
  return url;
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

interface Sending {
  readonly isAllowed: (address: string) => boolean;
  readonly authorization: string;
  readonly signal: AbortSignal;
}

function send(
  { method, depth, body, contentType, ifMatch, ifNew }: DavRequest,
  url: URL,
  { isAllowed, authorization, signal }: Sending,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isAllowed(host)) throw refused(host);
  const options: RequestOptions = {
    ...{ method, signal, agent: false },
    lookup: checkedLookup(isAllowed, refused),
    headers: {
      authorization,
      'user-agent': 'Voxbox',
      'accept-encoding': 'identity',
      ...(depth === undefined ? {} : { depth }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(ifNew ? { 'if-none-match': '*' } : {}),
      ...(body === undefined
        ? {}
        : {
            'content-type': contentType ?? 'application/xml; charset=utf-8',
            'content-length': Buffer.byteLength(body),
          }),
    },
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > limits.bytes) throw new VoxboxError('calendar_unreachable', 'the answer is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

const refused = (host: string): VoxboxError =>
  new VoxboxError('calendar_address_refused', `${host} stands in the own network`);

const unreachable = (url: URL, why: string, cause?: unknown): VoxboxError =>
  new VoxboxError('calendar_unreachable', `${url.host}: ${why}`, { cause });

/** Codes of Node and OpenSSL for certificates that nobody vouches for, that have run out, or are another host's. */
const ofCertificates = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)/;

function requestFault(error: unknown, url: URL, aborted: boolean): unknown {
  if (error instanceof VoxboxError) return error;
  if (aborted) return new VoxboxError('aborted', 'the sync was ended');
  const cause = error instanceof Error && error.cause instanceof VoxboxError ? error.cause : null;
  if (cause) return cause;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
  if (ofCertificates.test(code)) {
    return new VoxboxError('calendar_certificate_untrusted', `${url.host}: ${code}`, { cause: error });
  }
  return unreachable(url, code, error);
}
