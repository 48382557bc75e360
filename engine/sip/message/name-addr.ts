import { endOfQuoted, type Params, parseParams, splitOutside, trimSpace, unquote } from './grammar.ts';
import { headerValues } from './headers.ts';
import type { Header } from './model.ts';
import { parseUri, type Uri } from './uri.ts';

/** The value of From, To, Contact, Route and their like (RFC 3261 §20.10). */
export interface NameAddr {
  /** As written, with its quotes; empty where there is none. */
  readonly display: string;
  /** As written, without angle brackets. */
  readonly uriText: string;
  readonly uri: Uri;
  /** Header parameters (`tag`, `expires`, …), not those of the URI. */
  readonly params: Params;
}

/** @returns null where the value breaks the grammar: open quote, unquoted comma, bare URI with `?`, … */
export function parseNameAddr(value: string): NameAddr | null {
  const text = trimSpace(value);
  let display = '';
  let rest = text;
  if (text.startsWith('"')) {
    const end = endOfQuoted(text, 0);
    if (end < 0) return null;
    display = text.slice(0, end);
    rest = trimSpace(text.slice(end));
    if (!rest.startsWith('<')) return null;
  } else {
    const bracket = text.indexOf('<');
    if (bracket > 0) {
      display = trimSpace(text.slice(0, bracket));
      if (/[",;>]/.test(display)) return null;
      rest = text.slice(bracket);
    }
  }
  return rest.startsWith('<') ? bracketed(display, rest) : bare(rest);
}

function bracketed(display: string, text: string): NameAddr | null {
  const close = text.indexOf('>');
  if (close < 0) return null;
  const uriText = text.slice(1, close);
  const uri = parseUri(uriText);
  const params = parseParams(text.slice(close + 1));
  return uri && params ? { display, uriText, uri, params } : null;
}

/** Without brackets everything after the first semicolon belongs to the header, and `?` and `,` are not allowed. */
function bare(text: string): NameAddr | null {
  const semicolon = text.indexOf(';');
  const uriText = trimSpace(semicolon < 0 ? text : text.slice(0, semicolon));
  if (/[?,]/.test(uriText)) return null;
  const uri = parseUri(uriText);
  const params = semicolon < 0 ? new Map<string, string | null>() : parseParams(text.slice(semicolon));
  return uri && params ? { display: '', uriText, uri, params } : null;
}

/** Every element of the comma-separated header `name`, over all of its lines, as text. */
export const listValues = (headers: readonly Header[], name: string): string[] =>
  headerValues(headers, name).flatMap((value) => splitOutside(value, ','));

/** The display name as a person reads it, null where there is none. */
export const displayText = (address: NameAddr): string | null => trimSpace(unquote(address.display)) || null;
