/** Lexical pieces of RFC 3261 §25.1 that several headers share. All of them run in linear time. */

/** Parameter name in lower case → value, null for a bare name. Keeps the order of writing. */
export type Params = ReadonlyMap<string, string | null>;

const tokenPattern = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

export const isToken = (text: string): boolean => tokenPattern.test(text);

const isSpace = (char: string | undefined): boolean =>
  char === ' ' || char === '\t' || char === '\r' || char === '\n';

/**
 * Takes SIP's white space off both ends. `String.trim` would take octets of UTF-8 text too, which look like
 * no-break spaces when they are held one character per octet.
 */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start])) start++;
  while (end > start && isSpace(text[end - 1])) end--;
  return text.slice(start, end);
}

const quote = 0x22;
const backslash = 0x5c;

/** More elements than anybody needs; what follows stays in one piece. */
export const maxPieces = 256;

/** Splits at `separator` outside quoted strings and angle brackets; pieces are trimmed. */
export function splitOutside(text: string, separator: ',' | ';'): string[] {
  // Most values are a single element.
  if (!text.includes(separator)) return [trimSpace(text)];
  const wanted = separator.charCodeAt(0);
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let i = 0; i < text.length && pieces.length < maxPieces; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === backslash) i++;
      else if (code === quote) quoted = false;
    } else if (code === quote) quoted = true;
    else if (code === 0x3c) bracketed = true;
    else if (code === 0x3e) bracketed = false;
    else if (code === wanted && !bracketed) {
      pieces.push(trimSpace(text.slice(start, i)));
      start = i + 1;
    }
  }
  pieces.push(trimSpace(text.slice(start)));
  return pieces;
}

/** Parameters of one value or URI; one with more is malformed. */
export const maxParams = 64;

/**
 * Reads `;name=value;name` (the leading semicolon included).
 *
 * @returns null where a parameter has no name, or an empty value after its equals sign, or there are too many
 */
export function parseParams(text: string): Params | null {
  const params = new Map<string, string | null>();
  const trimmed = trimSpace(text);
  if (trimmed === '') return params;
  if (trimmed[0] !== ';') return null;
  const pieces = splitOutside(trimmed.slice(1), ';');
  if (pieces.length > maxParams) return null;
  for (const piece of pieces) {
    const equals = piece.indexOf('=');
    const name = trimSpace(equals < 0 ? piece : piece.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? null : trimSpace(piece.slice(equals + 1));
    if (!isToken(name) || value === '') return null;
    if (!params.has(name)) params.set(name, value);
  }
  return params;
}

export const formatParams = (params: Params): string =>
  [...params].map(([name, value]) => (value === null ? `;${name}` : `;${name}=${value}`)).join('');

/** Index just after the quoted string that starts at `start`, or -1 where it never ends. */
export function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return -1;
}

/** The content of a quoted string with its escapes undone; other text as it is. */
export const unquote = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\(.)/gs, '$1')
    : text;

/** Decimal digits as a number, null for anything else and above `max`. */
export function parseNumber(text: string, max: number): number | null {
  if (!/^[0-9]{1,24}$/.test(text)) return null;
  const value = Number(text);
  return value <= max ? value : null;
}
