import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { checkedLookup, createPublicAddressCheck, VoxboxError } from '../foundation/index.ts';
import { type DocumentFile, documentLimits } from './document.ts';

export interface WebPageOptions {
  /** Addresses of the house too; off, because whoever may name an address must not read what is inside. */
  readonly allowPrivate?: boolean;
  readonly signal?: AbortSignal;
  readonly limitMs?: number;
}

const limits = { redirects: 3, wholeMs: 20_000 } as const;

/**
 * Fetches a page. Each address on the way is checked, the one that the name resolves to is the one connected to.
 *
 * @throws VoxboxError `address_refused`, `address_unreachable`, `document_too_large`, `aborted`
 */
export async function fetchPage(
  url: string,
  options: WebPageOptions = {},
): Promise<DocumentFile & { url: string }> {
  const late = AbortSignal.timeout(options.limitMs ?? limits.wholeMs);
  const signal = options.signal ? AbortSignal.any([options.signal, late]) : late;
  const isPublic = options.allowPrivate ? () => true : createPublicAddressCheck();
  let address = webAddress(url);
  for (let hop = 0; hop <= limits.redirects; hop += 1) {
    try {
      const response = await get(address, { isPublic, signal });
      const { statusCode = 0, headers } = response;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        response.destroy();
        address = webAddress(headers.location, address);
        continue;
      }
      if (statusCode !== 200) {
        response.destroy();
        throw new VoxboxError('address_unreachable', `${address.host} answers with status ${statusCode}`);
      }
      const bytes = await bodyOf(response, signal);
      return { name: nameOf(address), url: address.href, bytes, contentType: headers['content-type'] };
    } catch (error) {
      throw toPageError(error, { address, aborted: options.signal?.aborted ?? false });
    }
  }
  throw new VoxboxError('address_unreachable', `${url} leads on more than ${limits.redirects} times`);
}

/** @throws VoxboxError `address_refused` */
export function webAddress(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (
    !url ||
    (url.protocol !== 'http:' && url.protocol !== 'https:') ||
    url.username !== '' ||
    url.password !== ''
  ) {
    throw new VoxboxError('address_refused', 'that is no http or https address');
  }
  url.hash = '';
  return url;
}

interface Asking {
  readonly isPublic: (address: string) => boolean;
  readonly signal: AbortSignal;
}

function get(url: URL, { isPublic, signal }: Asking): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublic(host)) throw refused(host);
  const options: RequestOptions = {
    signal,
    lookup: checkedLookup(isPublic, refused),
    // a connection of its own: it ends with the answer
    agent: false,
    headers: {
      accept: 'text/html, application/pdf, text/*;q=0.9',
      'accept-encoding': 'identity',
      'user-agent': 'Voxbox',
    },
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options, resolve);
    request.on('error', reject);
    request.end();
  });
}

const refused = (host: string): VoxboxError =>
  new VoxboxError('address_refused', `${host} is no address of the public internet`);

async function bodyOf(response: IncomingMessage, signal: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of unpacked(response, signal)) {
    bytes += piece.length;
    if (bytes > documentLimits.bytes) {
      response.destroy();
      throw new VoxboxError('document_too_large', 'the page is larger than 20 MB');
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Some servers pack what was asked for unpacked. */
function unpacked(response: IncomingMessage, signal: AbortSignal): Readable {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') return response;
  const unpack = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[encoding];
  if (!unpack)
    throw new VoxboxError(
      'address_unreachable',
      `the page is packed in a way that is not known: ${encoding}`,
    );
  const stream = unpack();
  response.on('error', (error) => stream.destroy(error));
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  return response.pipe(stream);
}

function toPageError(error: unknown, { address, aborted }: { address: URL; aborted: boolean }): unknown {
  if (error instanceof VoxboxError) return error;
  if (aborted) return new VoxboxError('aborted', 'the document was withdrawn');
  const cause = error instanceof Error && error.cause instanceof VoxboxError ? error.cause : null;
  if (cause) return cause;
  const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new VoxboxError('address_unreachable', `${address.host} cannot be read (${why})`, { cause: error });
}

const nameOf = ({ host, pathname }: URL): string =>
  decoded(pathname.split('/').filter(Boolean).at(-1)) ?? host;

function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
