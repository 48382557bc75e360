import { formatParams, type Params, parseParams, trimSpace } from './grammar.ts';
import { formatHost, parseHostPort } from './uri.ts';

/** One Via value (RFC 3261 §20.42). */
export interface Via {
  /** Upper case: UDP, TCP, … */
  readonly transport: string;
  /** Of sent-by; IPv6 without brackets. */
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
}

/** @returns null where it breaks the grammar */
export function parseVia(value: string): Via | null {
  const match = /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([^ \t;,/]+)[ \t]+([^ \t;][^;]*)(;.*)?$/is.exec(
    trimSpace(value),
  );
  if (!match) return null;
  const place = parseHostPort(trimSpace(match[2] ?? ''));
  const params = parseParams(match[3] ?? '');
  if (!place || !params) return null;
  return { transport: (match[1] ?? '').toUpperCase(), ...place, params };
}

export const formatVia = (via: Via): string =>
  `SIP/2.0/${via.transport} ${formatHost(via.host)}${via.port === null ? '' : `:${via.port}`}${formatParams(via.params)}`;

/** Start of every branch made by RFC 3261 (§8.1.1.7); one without it needs the older matching. */
export const magicCookie = 'z9hG4bK';

export const hasMagicBranch = (via: Via): boolean => {
  const branch = via.params.get('branch');
  return typeof branch === 'string' && branch.length > magicCookie.length && branch.startsWith(magicCookie);
};
