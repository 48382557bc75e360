import { type ReplacedCall, readReplaces } from '../sip/index.ts';

/** Whom a REFER names (RFC 3515 §2.1). */
export interface ReferTo {
  /** User of the URI, or the number of a `tel:` one; empty where it has none. */
  readonly user: string;
  /** The call that is to be joined instead of ringing anybody (RFC 3891); null: somebody is rung. */
  readonly replaces: ReplacedCall | null;
}

/**
 * Reads a Refer-To. The host does not count: whoever is named is looked for at the box, as telephone systems
 * do, because phones name their system by any name that leads to it.
 *
 * @returns null where it holds no SIP or tel URI
 */
export function readReferTo(header: string | undefined): ReferTo | null {
  const text = header ?? '';
  const uri = /<([^<>]{1,2000})>/.exec(text)?.[1] ?? text.split(';', 1)[0]?.trim() ?? '';
  const [, scheme = '', rest = ''] = /^(sips?|tel):(.+)$/is.exec(uri) ?? [];
  if (scheme === '') return null;
  const question = rest.indexOf('?');
  const address = question < 0 ? rest : rest.slice(0, question);
  const at = address.lastIndexOf('@');
  const user = scheme.toLowerCase() === 'tel' ? address : at < 0 ? '' : address.slice(0, at);
  const replaces = question < 0 ? undefined : headerOf(rest.slice(question + 1), 'replaces');
  return { user: digitsOf(unescapeOnce(user).split(/[;:]/, 1)[0] ?? ''), replaces: readReplaces(replaces) };
}

/** A header of a URI (RFC 3261 §19.1.1), with its escapes undone. */
function headerOf(headers: string, name: string): string | undefined {
  for (const header of headers.split('&')) {
    const equals = header.indexOf('=');
    if (equals > 0 && header.slice(0, equals).toLowerCase() === name) {
      return unescapeOnce(header.slice(equals + 1));
    }
  }
  return undefined;
}

/** Without the separators that people put into numbers. */
const digitsOf = (user: string): string =>
  /^\+?\d[\d().\-\s]*$/.test(user) ? user.replaceAll(/[().\-\s]/g, '') : user;

function unescapeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
