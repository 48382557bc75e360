import type { NameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import type { Binding } from './model.ts';

/** What a REGISTER of one user asks for (RFC 3261 §10.3, steps 6 and 7). */
export interface BindingRequest {
  readonly aor: string;
  /** `*` takes everything back; an empty list only asks. Null where a Contact cannot be read. */
  readonly contacts: '*' | readonly NameAddr[] | null;
  /** Value of Expires; null where there is none. */
  readonly expires: string | null;
  readonly callId: string;
  readonly cseq: number;
  readonly flow: string;
  readonly userAgent: string | null;
}

export interface BindingLimits {
  readonly minS: number;
  readonly maxS: number;
  /** Of one user; the oldest goes where there would be more. */
  readonly maxBindings: number;
}

export const usualLimits: BindingLimits = { minS: 60, maxS: 3600, maxBindings: 10 };

export type BindingResult =
  | { readonly kind: 'done'; readonly bindings: readonly Binding[] }
  /** Nothing is changed. `minExpiresS` stands beside 423. */
  | { readonly kind: 'refused'; readonly status: 400 | 423 | 500; readonly reason: string };

const refused = (status: 400 | 423 | 500, reason: string): BindingResult => ({
  kind: 'refused',
  status,
  reason,
});

/**
 * The binding rules of a registrar (RFC 3261 §10.3): all of a request or nothing of it.
 *
 * @param current the user's bindings so far; those that have run out count for nothing
 */
export function updateBindings(
  current: readonly Binding[],
  request: BindingRequest,
  { nowMs, limits }: { readonly nowMs: number; readonly limits: BindingLimits },
): BindingResult {
  const alive = current.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  const { contacts } = request;
  if (contacts === null) return refused(400, 'Bad Contact');
  if (contacts === '*') {
    if (request.expires?.trim() !== '0') return refused(400, 'Bad Expires');
    return alive.some((binding) => isOlder(request, binding))
      ? refused(500, 'CSeq Out Of Order')
      : { kind: 'done', bindings: [] };
  }
  const byContact = new Map(alive.map((binding) => [contactKey(binding.contact), binding]));
  for (const { uri, uriText, params } of contacts) {
    if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return refused(400, 'Bad Contact');
    const askedS = expiresOf(params.get('expires') ?? request.expires, limits);
    if (askedS > 0 && askedS < limits.minS) return refused(423, 'Interval Too Brief');
    const key = contactKey(uriText);
    const known = alive.find(({ contact }) => contactKey(contact) === key);
    if (known && isOlder(request, known)) return refused(500, 'CSeq Out Of Order');
    byContact.delete(key);
    if (askedS === 0) continue;
    const { aor, callId, cseq, flow, userAgent } = request;
    const expiresAtMs = nowMs + Math.min(askedS, limits.maxS) * 1000;
    byContact.set(key, { aor, contact: uriText, flow, expiresAtMs, callId, cseq, userAgent });
  }
  // What was registered last stands last.
  return { kind: 'done', bindings: [...byContact.values()].slice(-limits.maxBindings) };
}

/** A late or repeated request of the same phone must not undo what came after it. */
const isOlder = (request: BindingRequest, binding: Binding): boolean =>
  request.callId === binding.callId && request.cseq <= binding.cseq;

/** What cannot be read counts as the longest time (RFC 3261 §10.2.1.1, §20.19). */
function expiresOf(text: string | null | undefined, limits: BindingLimits): number {
  return text !== null && text !== undefined && /^\s*[0-9]{1,10}\s*$/.test(text) ? Number(text) : limits.maxS;
}

/** Parameters that make another address of a URI (RFC 3261 §19.1.4). */
const distinguishing = ['transport', 'user', 'ttl', 'method', 'maddr'] as const;

/** The same for URIs that are equal (RFC 3261 §19.1.4). */
export function contactKey(text: string): string {
  const uri = parseUri(text);
  if (!uri) return text;
  const params = distinguishing.map((name) => (uri.params.get(name) ?? '').toLowerCase());
  return JSON.stringify([uri.scheme, unescaped(uri.user), uri.host.toLowerCase(), uri.port, ...params]);
}

function unescaped(user: string | null): string | null {
  try {
    return user === null ? null : decodeURIComponent(user);
  } catch {
    return user;
  }
}
