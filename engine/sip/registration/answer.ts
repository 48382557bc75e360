import { parseNumber, splitOutside } from '../message/grammar.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { SrfResponse } from '../srf.ts';
import type { RegistrarAnswer } from './plan.ts';
import { isOwnReply } from './via.ts';

const maxSeconds = 2 ** 31;

type Readable = Pick<SrfResponse, 'status' | 'reason' | 'get'>;

/** What a final answer to REGISTER means, other than a challenge or a redirection (RFC 3261 §10.2). */
export function readAnswer(
  response: Readable | null,
  asked: { readonly contact: string; readonly askS: number },
): RegistrarAnswer {
  if (!response) return { kind: 'unavailable', status: null, reason: 'no answer', retryAfterS: null };
  const { status } = response;
  const reason = response.reason ?? '';
  if (status < 300) return { kind: 'granted', status, expiresS: grantedS(response, asked) };
  if (isOwnReply(response)) {
    // Our server says why there is no way in the text of a Warning (RFC 3261 §20.43).
    const why = /^399 [^ ]+ "([^"]+)"/.exec(response.get('warning') ?? '')?.[1] ?? reason;
    return { kind: 'unavailable', status: null, reason: why, retryAfterS: null };
  }
  if (status === 423) {
    return { kind: 'too-brief', status, minExpiresS: seconds(response.get('min-expires')) ?? 0 };
  }
  const later = status === 408 || status === 429 || status === 480 || status === 486;
  if (!later && !(status >= 500 && status < 600)) return { kind: 'refused', status, reason };
  return { kind: 'unavailable', status, reason, retryAfterS: retryAfterOf(response) };
}

/** RFC 3261 §10.2.4: what stands at our Contact, else Expires, else what was asked for. */
function grantedS(response: Readable, asked: { readonly contact: string; readonly askS: number }): number {
  const contacts = splitOutside(response.get('contact') ?? '', ',').flatMap(
    (text) => parseNameAddr(text) ?? [],
  );
  const own = parseNameAddr(`<${asked.contact}>`)?.uri;
  const mine = contacts.find(
    ({ uri }) =>
      uri.user === own?.user && uri.host.toLowerCase() === own?.host.toLowerCase() && uri.port === own.port,
  );
  // A registrar that writes contacts its own way has only one for us.
  const contact = mine ?? (contacts.length === 1 ? contacts[0] : undefined);
  const told = seconds(contact?.params.get('expires') ?? undefined) ?? seconds(response.get('expires'));
  return told ?? asked.askS;
}

/** `120`, `120;duration=60`, `120 (I'm busy)` → 120 */
const seconds = (text: string | undefined): number | null =>
  parseNumber(/^\s*([0-9]+)/.exec(text ?? '')?.[1] ?? '', maxSeconds);

/** Seconds that an answer asks to be left alone (RFC 3261 §20.33); null where it does not say. */
export const retryAfterOf = (response: Pick<SrfResponse, 'get'>): number | null =>
  seconds(response.get('retry-after'));

/** Where a 301 or 302 sends us; null where it names no SIP address. */
export function redirectOf(response: Readable): string | null {
  if (response.status !== 301 && response.status !== 302) return null;
  const contacts = splitOutside(response.get('contact') ?? '', ',').map(parseNameAddr);
  const target = contacts.find((contact) => contact?.uri.scheme === 'sip' || contact?.uri.scheme === 'sips');
  return target?.uriText ?? null;
}

/** The values of Service-Route (RFC 3608) as Route values. */
export const serviceRouteOf = (response: Readable): readonly string[] =>
  splitOutside(response.get('service-route') ?? '', ',').filter((value) => value !== '');
