import { isIPv4, isIPv6 } from 'node:net';
import { maxParams, type Params } from './grammar.ts';

/** A URI as far as a telephone needs it (RFC 3261 §19.1, RFC 3966). User and parameters stay escaped. */
export interface Uri {
  /** Lower case. */
  readonly scheme: string;
  /** Null where there is none; for `tel` the number. */
  readonly user: string | null;
  /** IPv6 references without brackets; empty for schemes other than sip and sips. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
  /** What follows `?`. */
  readonly headers: string | null;
}

const hostnamePattern = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/;
const forbidden = /[ \t\r\n<>"]/;

/**
 * @returns null where the text is no URI of its scheme. Schemes other than sip, sips and tel are taken
 * as they are, without host.
 */
export function parseUri(text: string): Uri | null {
  const colon = text.indexOf(':');
  if (colon < 1 || forbidden.test(text)) return null;
  const scheme = text.slice(0, colon).toLowerCase();
  if (!/^[a-z][a-z0-9+.-]*$/.test(scheme)) return null;
  const rest = text.slice(colon + 1);
  if (scheme === 'tel') return parseTel(rest);
  if (scheme !== 'sip' && scheme !== 'sips') {
    return { scheme, user: null, host: '', port: null, params: new Map(), headers: null };
  }
  const at = rest.indexOf('@');
  const userInfo = at < 0 ? null : rest.slice(0, at);
  if (userInfo === '') return null;
  const tail = rest.slice(at + 1);
  const question = tail.indexOf('?');
  const headers = question < 0 ? null : tail.slice(question + 1);
  const [hostPort = '', ...paramTexts] = (question < 0 ? tail : tail.slice(0, question)).split(
    ';',
    maxParams + 2,
  );
  if (paramTexts.length > maxParams) return null;
  const place = parseHostPort(hostPort);
  if (place === null) return null;
  const params = uriParams(paramTexts);
  return { scheme, user: userInfo?.split(':', 1)[0] ?? null, ...place, params, headers };
}

function parseTel(rest: string): Uri | null {
  const [number = '', ...paramTexts] = rest.split(';', maxParams + 2);
  if (paramTexts.length > maxParams) return null;
  if (!/^\+?[0-9A-Fa-f*#().-]+$/.test(number)) return null;
  return { scheme: 'tel', user: number, host: '', port: null, params: uriParams(paramTexts), headers: null };
}

function uriParams(texts: readonly string[]): Params {
  const params = new Map<string, string | null>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
    if (name !== '') params.set(name, equals < 0 ? null : text.slice(equals + 1));
  }
  return params;
}

/** `host`, `host:port`, `[v6]` or `[v6]:port`; white space around the colon is allowed (RFC 3261 §25.1). */
export function parseHostPort(text: string): { host: string; port: number | null } | null {
  const match = /^(\[[0-9A-Fa-f:.]{2,64}\]|[^ \t:[\]]{1,255})(?:[ \t]*:[ \t]*([0-9]{1,5}))?$/.exec(text);
  const host = match?.[1];
  if (!match || host === undefined) return null;
  const port = match[2] === undefined ? null : Number(match[2]);
  if (port !== null && port > 65535) return null;
  if (host.startsWith('[')) return { host: host.slice(1, -1), port };
  return hostnamePattern.test(host) ? { host, port } : null;
}

/** Puts brackets around an IPv6 address. */
export const formatHost = (host: string): string => (host.includes(':') ? `[${host}]` : host);

export const isAddress = (host: string): boolean => isIPv4(host) || isIPv6(host);
