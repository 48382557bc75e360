import { isToken, parseNumber, trimSpace } from './grammar.ts';
import { canonicalName } from './headers.ts';
import { type Header, maxHeadBytes, maxMessageBytes, type Problem, type SipMessage } from './model.ts';

export interface ParsedMessage {
  readonly message: SipMessage;
  /** The first thing wrong with start line, header lines or length; null where nothing is. */
  readonly problem: Problem | null;
}

/** Start line included. Nobody honest needs as many, and reading them would keep other calls waiting. */
const maxHeaderLines = 256;
/** The same with the lines that continue others. */
const maxRawLines = 1024;

const badRequest = (reason: string): Problem => ({ status: 400, reason });

/**
 * Reads one message: a datagram, or what the framing of a stream cut out. Never throws.
 *
 * @returns null for what is no SIP message at all, and for responses with a broken start line
 */
export function parseMessage(octets: Buffer): ParsedMessage | null {
  const start = skipLineEnds(octets);
  const { headEnd, bodyStart } = findHeadEnd(octets, start);
  if (headEnd === start) return null;
  const isTooLong = octets.length > maxMessageBytes || headEnd - start > maxHeadBytes;
  const lines = unfold(octets.toString('latin1', start, Math.min(headEnd, start + maxHeadBytes)));
  const first = parseStartLine(lines[0] ?? '');
  if (first === null) return null;
  let problem = isTooLong ? { status: 513, reason: 'Message Too Large' } : first.problem;
  const headers: Header[] = [];
  const lengths: string[] = [];
  if (lines.length > maxHeaderLines) problem ??= badRequest('Too Many Headers');
  for (const line of lines.slice(1, maxHeaderLines)) {
    const header = parseHeaderLine(line);
    if (header === null) problem ??= badRequest('Malformed Header Line');
    else if (header.name === 'Content-Length') lengths.push(header.value);
    else headers.push(header);
  }
  const rest = octets.subarray(bodyStart);
  const length = contentLength(lengths);
  if (length === 'invalid') problem ??= badRequest('Bad Content-Length');
  else if (length !== null && length > rest.length) problem ??= badRequest('Content-Length Exceeds Body');
  const body = typeof length === 'number' ? rest.subarray(0, length) : rest;
  return { message: { ...first.line, headers, body }, problem };
}

function skipLineEnds(octets: Buffer): number {
  let start = 0;
  while (octets[start] === 0x0d || octets[start] === 0x0a) start++;
  return start;
}

/** Where the header section ends; a datagram without the empty line is all header section. */
export function findHeadEnd(octets: Buffer, start: number): { headEnd: number; bodyStart: number } {
  const crlf = octets.indexOf('\r\n\r\n', start, 'latin1');
  if (crlf >= 0) return { headEnd: crlf, bodyStart: crlf + 4 };
  const lf = octets.indexOf('\n\n', start, 'latin1');
  if (lf >= 0) return { headEnd: lf, bodyStart: lf + 2 };
  return { headEnd: octets.length, bodyStart: octets.length };
}

/** Joins continuation lines with one space (RFC 3261 §7.3.1); stops where there are too many lines. */
function unfold(head: string): string[] {
  const joined: string[][] = [];
  let rawLines = 0;
  for (let start = 0; start < head.length && rawLines <= maxRawLines; rawLines++) {
    const found = head.indexOf('\n', start);
    const end = found < 0 ? head.length : found;
    const line = head.slice(start, head[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
    const last = joined.at(-1);
    if (last && (line.startsWith(' ') || line.startsWith('\t'))) last.push(trimSpace(line));
    else if (joined.length > maxHeaderLines) break;
    else joined.push([line]);
  }
  return joined.map((parts) => parts.join(' '));
}

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

function parseStartLine(text: string): { line: StartLine; problem: Problem | null } | null {
  const status = /^SIP\/2\.0 +([1-6][0-9]{2})(?: (.*))?$/is.exec(text);
  if (status) {
    return { line: { kind: 'response', status: Number(status[1]), reason: status[2] ?? '' }, problem: null };
  }
  // Surplus spaces between the three parts are read over; a space inside the URI shows as a fourth part.
  const parts = trimSpace(text).split(/[ \t]+/);
  const [method = '', ...others] = parts;
  const version = others.pop();
  if (version === undefined || !/^SIP\/[0-9]+\.[0-9]+$/i.test(version) || /^SIP\//i.test(method)) return null;
  const line: StartLine = { kind: 'request', method, uri: others.join(' ') };
  if (version.toUpperCase() !== 'SIP/2.0') {
    return { line, problem: { status: 505, reason: 'Version Not Supported' } };
  }
  if (!isToken(method) || others.length !== 1) return { line, problem: badRequest('Malformed Request Line') };
  return { line, problem: null };
}

function parseHeaderLine(line: string): Header | null {
  const colon = line.indexOf(':');
  if (colon < 1) return null;
  const name = trimSpace(line.slice(0, colon));
  const value = trimSpace(line.slice(colon + 1));
  // A lone CR would be a line end to a more lenient reader behind us.
  if (!isToken(name) || value.includes('\r')) return null;
  return { name: canonicalName(name), value };
}

/** Null where the header is missing; values that contradict each other, or are no length, are invalid. */
function contentLength(values: readonly string[]): number | null | 'invalid' {
  if (values.length === 0) return null;
  const numbers = values.map((value) => parseNumber(value, 0xffff_ffff));
  const [first] = numbers;
  if (first === null || first === undefined || numbers.some((number) => number !== first)) return 'invalid';
  return first;
}
