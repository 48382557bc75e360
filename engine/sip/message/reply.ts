import { splitOutside } from './grammar.ts';
import { headerValue, headerValues } from './headers.ts';
import type { Header, SipRequest, SipResponse } from './model.ts';
import { parseNameAddr } from './name-addr.ts';
import { formatVia, parseVia } from './via.ts';

export interface ReplyParts {
  readonly status: number;
  readonly reason: string;
  /** Added to To where the request's has none; left out for 100. */
  readonly toTag?: string;
  readonly headers?: readonly Header[];
  readonly body?: Buffer;
}

/** A response that copies what RFC 3261 §8.2.6.2 wants copied. Tolerates requests that lack some of it. */
export function createReply(request: SipRequest, parts: ReplyParts): SipResponse {
  const copied = ['From', 'To', 'Call-ID', 'CSeq'].flatMap((name) =>
    headerValues(request.headers, name)
      .slice(0, 1)
      .map((value) => ({ name, value: name === 'To' && parts.toTag ? withTag(value, parts.toTag) : value })),
  );
  const timestamp = parts.status === 100 ? headerValue(request.headers, 'Timestamp') : null;
  return {
    kind: 'response',
    status: parts.status,
    reason: parts.reason,
    headers: [
      ...headerValues(request.headers, 'Via').map((value) => ({ name: 'Via', value })),
      ...copied,
      ...(timestamp === null ? [] : [{ name: 'Timestamp', value: timestamp }]),
      ...(parts.headers ?? []),
    ],
    body: parts.body ?? Buffer.alloc(0),
  };
}

export const withTag = (value: string, tag: string): string => {
  const address = parseNameAddr(value);
  if (address ? address.params.has('tag') : /;\s*tag\s*=/i.test(value)) return value;
  return `${value};tag=${tag}`;
};

/**
 * Notes in the top Via where the request really came from (RFC 3261 §18.2.1, RFC 3581 §4). What cannot
 * be read is left alone.
 */
export function markSource(request: SipRequest, source: { address: string; port: number }): SipRequest {
  const index = request.headers.findIndex((header) => header.name === 'Via');
  const header = request.headers[index];
  if (!header) return request;
  const [first = '', ...others] = splitOutside(header.value, ',');
  const via = parseVia(first);
  if (!via) return request;
  const params = new Map(via.params);
  const asksPort = params.has('rport');
  if (asksPort) params.set('rport', String(source.port));
  if (asksPort || via.host.toLowerCase() !== source.address) params.set('received', source.address);
  const value = [formatVia({ ...via, params }), ...others].join(', ');
  return { ...request, headers: request.headers.with(index, { name: 'Via', value }) };
}
