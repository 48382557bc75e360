import { isToken, parseNumber, splitOutside } from './grammar.ts';
import { headerValue, headerValues } from './headers.ts';
import type { Problem, SipRequest, SipResponse } from './model.ts';
import { listValues, type NameAddr, parseNameAddr } from './name-addr.ts';
import { parseUri, type Uri } from './uri.ts';
import { parseVia, type Via } from './via.ts';

/** A request whose mandatory headers (RFC 3261 §8.1.1) were read and found right. */
export interface Envelope {
  readonly request: SipRequest;
  readonly uri: Uri;
  readonly via: Via;
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly cseq: number;
  /** 70 where the header is missing, as senders before RFC 3261 do. */
  readonly maxForwards: number;
}

/** Methods with a meaning to somebody (RFC 3261 and its extensions); others are answered with 501. */
export const knownMethods: ReadonlySet<string> = new Set(
  'INVITE ACK BYE CANCEL OPTIONS REGISTER INFO PRACK UPDATE REFER NOTIFY SUBSCRIBE MESSAGE PUBLISH'.split(
    ' ',
  ),
);

const singleHeaders = ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards'] as const;

/** Elements of one list; Max-Forwards ends a path long before. */
const maxListLength = 100;

export function readEnvelope(request: SipRequest): Envelope | Problem {
  const bad = (reason: string): Problem => ({ status: 400, reason });
  for (const name of singleHeaders) {
    const count = headerValues(request.headers, name).length;
    if (count > 1) return bad(`Repeated ${name}`);
    if (count === 0 && name !== 'Max-Forwards') return bad(`Missing ${name}`);
  }
  const viaTexts = listValues(request.headers, 'Via');
  if (viaTexts.length > maxListLength) return bad('Too Many Hops Recorded');
  const vias = viaTexts.map(parseVia);
  const via = vias[0];
  if (!via || vias.includes(null)) return bad('Malformed Via');
  const from = parseNameAddr(headerValue(request.headers, 'From') ?? '');
  const to = parseNameAddr(headerValue(request.headers, 'To') ?? '');
  if (!from || !to) return bad('Malformed From or To');
  const callId = headerValue(request.headers, 'Call-ID') ?? '';
  if (callId === '' || /\s/.test(callId)) return bad('Malformed Call-ID');
  const cseq = parseCSeq(headerValue(request.headers, 'CSeq') ?? '');
  if (!cseq) return bad('Malformed CSeq');
  const unknown = !knownMethods.has(request.method);
  if (cseq.method !== request.method && !unknown) return bad('CSeq Method Mismatch');
  const maxForwards = parseNumber(headerValue(request.headers, 'Max-Forwards') ?? '70', 255);
  if (maxForwards === null) return bad('Malformed Max-Forwards');
  for (const name of ['Contact', 'Route', 'Record-Route']) {
    if (!listReads(request, name)) return bad(`Malformed ${name}`);
  }
  const contacts = headerValues(request.headers, 'Contact');
  const opensDialog = request.method === 'INVITE' && tagOf(to) === null;
  if (opensDialog && (contacts.length === 0 || contacts.includes('*'))) return bad('Missing Contact');
  const uri = parseUri(request.uri);
  if (!uri || uri.headers !== null) return bad('Malformed Request-URI');
  return { request, uri, via, from, to, callId, cseq: cseq.number, maxForwards };
}

function listReads(request: SipRequest, name: string): boolean {
  const values = headerValues(request.headers, name);
  if (name === 'Contact' && values.length === 1 && values[0] === '*') return true;
  const pieces = values.flatMap((value) => splitOutside(value, ','));
  return pieces.length <= maxListLength && pieces.every((piece) => parseNameAddr(piece) !== null);
}

/** RFC 3261 §8.1.1.5: the number stays below 2³¹. */
export function parseCSeq(value: string): { number: number; method: string } | null {
  const match = /^([0-9]{1,24})[ \t]+([^ \t]+)$/.exec(value);
  const number = match ? parseNumber(match[1] ?? '', 0x7fff_ffff) : null;
  const method = match?.[2] ?? '';
  return number === null || !isToken(method) ? null : { number, method };
}

/** What is needed to find a response's transaction; null for one that cannot belong to us. */
export function readResponse(
  response: SipResponse,
): { readonly via: Via; readonly cseq: { number: number; method: string } } | null {
  const [viaText, ...more] = listValues(response.headers, 'Via');
  const via = viaText === undefined ? null : parseVia(viaText);
  const cseq = parseCSeq(headerValue(response.headers, 'CSeq') ?? '');
  // More than one Via means that it was meant for somebody behind a proxy, which we are not (§18.1.2).
  return via && cseq && more.length === 0 ? { via, cseq } : null;
}

export const tagOf = (address: NameAddr | null): string | null => address?.params.get('tag') ?? null;
