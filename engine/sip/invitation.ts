import { parseParams, splitOutside } from './message/grammar.ts';
import { displayText, type NameAddr, parseNameAddr } from './message/name-addr.ts';
import { parseUri, type Uri } from './message/uri.ts';
import { descriptionOf } from './sdp/body.ts';
import type { TransportName } from './transport/flow.ts';

export interface InvitationSource {
  /** Where the packets came from, not what the message says. */
  readonly address: string;
  readonly port: number;
  readonly transport: TransportName;
}

/** An INVITE as the call's straight line begins with it. */
export interface Invitation {
  readonly sipCallId: string;
  /** From the Request-URI; see `telephoneNumber`. Empty where it has no user. */
  readonly calledNumber: string;
  /** From P-Asserted-Identity, else From; null for anonymous callers. */
  readonly callerNumber: string | null;
  readonly callerName: string | null;
  readonly source: InvitationSource;
  /** Value of Authorization, else of Proxy-Authorization. */
  readonly authorization: string | null;
  /** The call that this one takes the place of (RFC 3891), as an attended transfer asks for; else null. */
  readonly replaces: ReplacedCall | null;
  /** The session description, out of several parts too; empty for a late offer. */
  readonly offer: string;
}

/** A dialog as the sender of a Replaces header names it. */
export interface ReplacedCall {
  readonly callId: string;
  /** Ours in the dialog that is replaced. */
  readonly toTag: string;
  readonly fromTag: string;
  /** Only if that call is not answered yet (RFC 3891 §4). */
  readonly earlyOnly: boolean;
}

/** What is read of a request of drachtio-srf. */
export interface InvitationRequest {
  readonly uri: string;
  readonly body: string;
  readonly source_address: string;
  readonly source_port: number | string;
  readonly protocol: string;
  get(header: string): string | undefined;
}

/** Never throws: what cannot be read is left empty. */
export function readInvitation(request: InvitationRequest): Invitation {
  const from = parseNameAddr(request.get('from') ?? '');
  const asserted = splitOutside(request.get('p-asserted-identity') ?? '', ',').map(parseNameAddr);
  const caller = asserted.find((address) => address !== null) ?? from;
  const called = parseUri(request.uri);
  return Object.freeze({
    sipCallId: request.get('call-id') ?? '',
    calledNumber: (called && userOf(called)) ?? '',
    callerNumber: callerNumberOf(caller),
    callerName: nameOf(caller) ?? nameOf(from),
    source: Object.freeze({
      address: request.source_address,
      port: Number(request.source_port),
      transport: transportOf(request.protocol),
    }),
    authorization: request.get('authorization') ?? request.get('proxy-authorization') ?? null,
    replaces: readReplaces(request.get('replaces')),
    offer: descriptionOf(request.get('content-type'), request.body ?? ''),
  });
}

const transportOf = (protocol: string): TransportName => {
  const name = protocol.toLowerCase();
  return name === 'tcp' || name === 'tls' ? name : 'udp';
};

/**
 * Reads the value of Replaces, also out of a Refer-To, where it stands escaped (the caller undoes that).
 *
 * @returns null where there is none, or one without both tags
 */
export function readReplaces(value: string | undefined): ReplacedCall | null {
  const semicolon = value?.indexOf(';') ?? -1;
  if (value === undefined || semicolon < 1) return null;
  const callId = value.slice(0, semicolon).trim();
  const params = parseParams(value.slice(semicolon));
  const [toTag, fromTag] = [params?.get('to-tag'), params?.get('from-tag')];
  if (callId === '' || !params || !toTag || !fromTag) return null;
  return { callId, toTag, fromTag, earlyOnly: params.has('early-only') };
}

/** Users that stand for a caller who does not tell the number (RFC 3323 §4.1.1.3 and what gateways write). */
const anonymousUsers: ReadonlySet<string> = new Set([
  'anonymous',
  'unavailable',
  'restricted',
  'unknown',
  'private',
]);

function callerNumberOf(caller: NameAddr | null): string | null {
  const user = caller ? userOf(caller.uri) : null;
  if (user === null || anonymousUsers.has(user.toLowerCase())) return null;
  return caller?.uri.host.toLowerCase() === 'anonymous.invalid' ? null : user;
}

function nameOf(address: NameAddr | null): string | null {
  const name = address ? displayText(address) : null;
  return name === null || anonymousUsers.has(name.toLowerCase()) ? null : name;
}

/** The user part with its escapes undone and without parameters (`;phone-context`), as a number where it is one. */
function userOf(uri: Uri): string | null {
  const text = unescapeOnce(uri.user ?? '').split(';', 1)[0] ?? '';
  return text === '' ? null : telephoneNumber(text);
}

/**
 * Takes the separators out of a telephone number and writes an international prefix of 00 as +. Digits
 * without either stay as they are, since their country is not known here; names stay as they are too.
 */
export function telephoneNumber(text: string): string {
  if (!/^\+?[0-9][0-9().\-\s]*$/.test(text)) return text;
  const digits = text.replaceAll(/[().\-\s]/g, '');
  return /^00[1-9][0-9]{6,}$/.test(digits) ? `+${digits.slice(2)}` : digits;
}

function unescapeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
