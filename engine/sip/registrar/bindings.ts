import type { NameAddr } from '../message/name-addr.ts';
import { parseUri, type Uri } from '../message/uri.ts';
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
 * The binding rules of a registrar (RFC 3261 §10.3): all of a request or nothing of it. Which contact a phone
 * prefers (`q`) is not kept: all phones of a user ring together.
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
  let places = alive.map((binding): Place => ({ binding, uri: parseUri(binding.contact) }));
  for (const { uri, uriText, params } of contacts) {
    if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return refused(400, 'Bad Contact');
    const askedS = expiresOf(params.get('expires') ?? request.expires, limits);
    if (askedS > 0 && askedS < limits.minS) return refused(423, 'Interval Too Brief');
    const known = places.find((place) => isSame(place.uri, uri))?.binding;
    // What this very request has said of the same place already is no other one.
    if (known && alive.includes(known) && isOlder(request, known)) return refused(500, 'CSeq Out Of Order');
    places = places.filter((place) => !isSame(place.uri, uri));
    if (askedS === 0) continue;
    const { aor, callId, cseq, flow, userAgent } = request;
    const expiresAtMs = nowMs + Math.min(askedS, limits.maxS) * 1000;
    places.push({ binding: { aor, contact: uriText, flow, expiresAtMs, callId, cseq, userAgent }, uri });
  }
  // What was registered last stands last.
  return { kind: 'done', bindings: places.slice(-limits.maxBindings).map(({ binding }) => binding) };
}

interface Place {
  readonly binding: Binding;
  readonly uri: Uri | null;
}

/** A late or repeated request of the same phone must not undo what came after it. */
const isOlder = (request: BindingRequest, binding: Binding): boolean =>
  request.callId === binding.callId && request.cseq <= binding.cseq;

/** What cannot be read counts as the longest time (RFC 3261 §10.2.1.1, §20.19). */
function expiresOf(text: string | null | undefined, limits: BindingLimits): number {
  return text !== null && text !== undefined && /^\s*[0-9]{1,10}\s*$/.test(text) ? Number(text) : limits.maxS;
}

/** Parameters that make another address of a URI also where only one of two has them (RFC 3261 §19.1.4). */
const distinguishing: ReadonlySet<string> = new Set(['transport', 'user', 'ttl', 'method', 'maddr']);

/** Whether two URIs are the same address (RFC 3261 §19.1.4). */
export function isSame(one: Uri | null, other: Uri | null): boolean {
  if (!one || !other) return one === other;
  const paramOf = ({ params }: Uri, name: string): string => (params.get(name) ?? '').toLowerCase();
  const names = [...one.params.keys(), ...other.params.keys()].filter(
    (name) => distinguishing.has(name) || (one.params.has(name) && other.params.has(name)),
  );
  return (
    one.scheme === other.scheme &&
    unescaped(one.user) === unescaped(other.user) &&
    one.host.toLowerCase() === other.host.toLowerCase() &&
    one.port === other.port &&
    names.every((name) => paramOf(one, name) === paramOf(other, name))
  );
}

function unescaped(user: string | null): string | null {
  try {
    return user === null ? null : decodeURIComponent(user);
  } catch {
    return user;
  }
}
